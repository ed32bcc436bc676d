package dev.mesh.protocols.raft;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.Map;

/**
 * The state machine of transcripts: it remembers the commands it has executed. A command is a text;
 * "open" opens a session, named after its entry; "S.N text" is command N of session S.
 */
final class TranscriptMachine {
  private static final int SESSIONS = 2;
  private static final int ANSWERS = 2;

  private SnapshotMark mark;
  private String executed = "";
  private Sessions sessions = new Sessions(SESSIONS, ANSWERS);
  private ByteArrayOutputStream staged = new ByteArrayOutputStream();

  TranscriptMachine(Membership membership) {
    this.mark = SnapshotMark.beginning(membership);
  }

  SnapshotMark mark() {
    return mark;
  }

  String executed() {
    return executed;
  }

  /** Returns what a client is told. */
  String apply(Entry entry) {
    Membership membership =
        entry.type() == EntryType.CONFIGURATION
            ? Membership.fromBytes(entry.payload())
            : mark.membership();
    mark = new SnapshotMark(entry.index(), entry.term(), membership);
    if (entry.type() != EntryType.COMMANDS) {
      return "";
    }
    String command = entry.payload().asUtf8();
    int dot = command.indexOf('.');
    if (command.equals("open")) {
      sessions.open("s" + mark.index());
      return "opens session s" + mark.index();
    } else if (dot < 0) {
      return execute(command);
    }
    int space = command.indexOf(' ');
    long sequence = Long.parseLong(command, dot + 1, space, 10);
    return execute(command.substring(0, dot), sequence, command.substring(space + 1));
  }

  /** Each command says that the answers to all before it have arrived. */
  private String execute(String session, long sequence, String text) {
    Sessions.Verdict verdict = sessions.check(session, sequence, sequence);
    if (verdict instanceof Sessions.Verdict.Answered it) {
      return "repeats its answer: " + it.answer().asUtf8();
    } else if (verdict instanceof Sessions.Verdict.Expired) {
      return "does not execute " + text + ": expired";
    }
    String answer = execute(text);
    sessions.answered(session, sequence, Bytes.utf8(answer));
    return answer;
  }

  private String execute(String text) {
    executed = (executed + " " + text).strip();
    return "executes " + text;
  }

  Bytes snapshot() {
    BinaryWriter out = new BinaryWriter(64).text(executed);
    Map<String, Bytes> rows = sessions.rows();
    out.i32(rows.size());
    rows.forEach((id, row) -> out.text(id).bytes(row));
    return out.done();
  }

  void stage(long offset, Bytes chunk) {
    if (offset == 0) {
      staged = new ByteArrayOutputStream();
    }
    staged.writeBytes(chunk.toArray());
  }

  void install(SnapshotMark installed) {
    BinaryReader in = new BinaryReader(Bytes.wrap(staged.toByteArray()));
    mark = installed;
    executed = in.text();
    sessions = new Sessions(SESSIONS, ANSWERS);
    for (int left = in.count(); left > 0; left--) {
      sessions.restore(in.text(), in.bytes());
    }
  }
}
