package dev.mesh.persistence.replicated.meta;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.placement.Directory;
import java.util.Optional;

/**
 * Asks a replica of group 0 for its directory, if that is newer than what the asker has.
 *
 * @param version that the asker has; 0 for none
 */
public record MetaQuery(long version) {
  private static final int FORMAT = 1;

  public Bytes encode() {
    return new BinaryWriter(1 + Long.BYTES).u8(FORMAT).i64(version).done();
  }

  static MetaQuery decode(Bytes query) {
    BinaryReader in = new BinaryReader(query);
    int format = in.u8();
    if (format != FORMAT) {
      throw new MalformedException("a query of format " + format);
    }
    MetaQuery decoded = new MetaQuery(in.i64());
    in.end();
    return decoded;
  }

  Bytes answer(Directory directory) {
    return directory.version() > version ? directory.toBytes() : Bytes.EMPTY;
  }

  /** The directory in an answer to a query; empty if the replica has none that is newer. */
  public static Optional<Directory> directoryIn(Bytes answer) {
    return answer.isEmpty() ? Optional.empty() : Optional.of(Directory.fromBytes(answer));
  }
}
