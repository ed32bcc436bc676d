package dev.mesh.persistence.replicated.meta;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.util.Optional;

/**
 * What became of a {@link MetaCommand}.
 *
 * @param version of the directory after it
 * @param group that {@link MetaCommand.CreateGroup} asked for
 * @param refusal why nothing was changed and what to do; empty if the command is done, now or by an
 *     earlier copy of it
 */
public record MetaAnswer(long version, Optional<GroupId> group, Optional<String> refusal) {
  private static final int FORMAT = 1;
  private static final int NO_GROUP = -1;

  public boolean isDone() {
    return refusal.isEmpty();
  }

  public Bytes encode() {
    return new BinaryWriter(64)
        .u8(FORMAT)
        .i64(version)
        .i32(group.map(GroupId::value).orElse(NO_GROUP))
        .text(refusal.orElse(""))
        .done();
  }

  /**
   * Reads an answer.
   *
   * @throws MalformedException if it is none, or one of a newer version
   */
  public static MetaAnswer decode(Bytes answer) {
    BinaryReader in = new BinaryReader(answer);
    int format = in.u8();
    if (format != FORMAT) {
      throw new MalformedException("an answer of format " + format);
    }
    long version = in.i64();
    int group = in.i32();
    String refusal = in.text();
    in.end();
    return new MetaAnswer(
        version,
        group == NO_GROUP ? Optional.empty() : Optional.of(new GroupId(group)),
        Optional.of(refusal).filter(why -> !why.isEmpty()));
  }
}
