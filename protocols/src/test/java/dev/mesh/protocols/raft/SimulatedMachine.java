package dev.mesh.protocols.raft;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A state machine whose state is a hash over all that was applied, and its clients' sessions;
 * always durable.
 */
final class SimulatedMachine {
  private static final int LONGEST_PADDING = 60;

  /** Is told of each command that is executed, and as which entry. */
  private final BiConsumer<Long, Long> executed;

  private SnapshotMark mark;
  private long hash;
  private Sessions sessions = newSessions();
  private ByteArrayOutputStream staged = new ByteArrayOutputStream();

  SimulatedMachine(Membership membership, BiConsumer<Long, Long> executed) {
    this.mark = SnapshotMark.beginning(membership);
    this.executed = executed;
  }

  private static Sessions newSessions() {
    return new Sessions(RaftSimulation.SESSIONS, RaftSimulation.ANSWERS);
  }

  SnapshotMark mark() {
    return mark;
  }

  /** Two machines that have applied the same have the same. */
  long stateHash() {
    return hash * 31 + sessions.rows().hashCode();
  }

  /** Returns what came of a client's command. */
  Optional<SimulatedCommand.Answer> apply(Entry entry) {
    if (entry.index() != mark.index() + 1) {
      throw new AssertionError("entry " + entry.index() + " applied after " + mark.index());
    }
    Membership membership =
        entry.type() == EntryType.CONFIGURATION
            ? Membership.fromBytes(entry.payload())
            : mark.membership();
    mark = new SnapshotMark(entry.index(), entry.term(), membership);
    long mixed = hash * 31 + entry.payload().hashCode();
    hash = (mixed * 31 + entry.term()) * 0x9E3779B97F4A7C15L + entry.type().code();
    return entry.type() == EntryType.COMMANDS
        ? Optional.of(execute(SimulatedCommand.of(entry.payload())))
        : Optional.empty();
  }

  private SimulatedCommand.Answer execute(SimulatedCommand command) {
    if (command.id() == 0) {
      String session = "s" + mark.index();
      sessions.open(session);
      return new SimulatedCommand.Answer.Opened(session);
    }
    Sessions.Verdict verdict =
        sessions.check(command.session(), command.sequence(), command.acknowledgedBelow());
    if (verdict instanceof Sessions.Verdict.Expired) {
      return new SimulatedCommand.Answer.Expired(command.session());
    } else if (verdict instanceof Sessions.Verdict.Answered it) {
      return executedAs(command, new BinaryReader(it.answer()).i64());
    }
    executed.accept(command.id(), mark.index());
    Bytes answer = new BinaryWriter(Long.BYTES).i64(mark.index()).done();
    sessions.answered(command.session(), command.sequence(), answer);
    return executedAs(command, mark.index());
  }

  private static SimulatedCommand.Answer executedAs(SimulatedCommand command, long index) {
    return new SimulatedCommand.Answer.Executed(command.session(), command.sequence(), index);
  }

  /** The state, and some more bytes to make chunks of; decided by the state alone. */
  Bytes snapshot() {
    BinaryWriter out = new BinaryWriter(256).i64(hash);
    Map<String, Bytes> rows = sessions.rows();
    out.i32(rows.size());
    rows.forEach((id, row) -> out.text(id).bytes(row));
    for (int i = 0; i < mark.index() % LONGEST_PADDING; i++) {
      out.u8(i);
    }
    return out.done();
  }

  void stage(long offset, Bytes chunk) {
    if (offset == 0) {
      staged = new ByteArrayOutputStream();
    }
    if (offset != staged.size()) {
      throw new AssertionError("a chunk at " + offset + ", but staged are " + staged.size());
    }
    staged.writeBytes(chunk.toArray());
  }

  void install(SnapshotMark installed) {
    Bytes all = Bytes.wrap(staged.toByteArray());
    BinaryReader in = new BinaryReader(all);
    mark = installed;
    hash = in.i64();
    sessions = newSessions();
    for (int left = in.count(); left > 0; left--) {
      sessions.restore(in.text(), in.bytes());
    }
    if (!snapshot().equals(all)) {
      throw new AssertionError("the snapshot at " + mark.index() + " arrived altered");
    }
  }
}
