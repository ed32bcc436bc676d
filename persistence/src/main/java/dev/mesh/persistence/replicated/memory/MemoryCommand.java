package dev.mesh.persistence.replicated.memory;

import dev.mesh.protocols.BinaryReader;
import dev.mesh.protocols.BinaryReader.MalformedException;
import dev.mesh.protocols.BinaryWriter;
import dev.mesh.protocols.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * What the shared memory can be asked to change. Answered with a {@link MemoryAnswer}. Repeating
 * one is not harmless: commands that may be proposed twice travel in a session.
 *
 * <p>In the log: part and format (1 byte), kind (1 byte), the fields in order. Names are UTF-8.
 */
public sealed interface MemoryCommand {
  /** Part 1, format 1: what this version writes and reads. */
  int FORMAT = 0x11;

  /** As what is expected of a key: anything. */
  long ANY = -1;

  /** As what is expected of a key: nothing is there. */
  long ABSENT = 0;

  /** As the time when an entry expires: never. */
  long NEVER = 0;

  /** Writes kind and fields. */
  void writeTo(BinaryWriter out);

  /** About the bytes that the command takes. */
  int size();

  default Bytes encode() {
    BinaryWriter out = new BinaryWriter(size()).u8(FORMAT);
    writeTo(out);
    return out.done();
  }

  /**
   * Puts a value, if the key is as expected and the memory stays within its bound or does not grow.
   *
   * @param expected {@link #ANY}, {@link #ABSENT}, or the version that must be there
   * @param expiresAtMillis since the epoch, or {@link #NEVER}
   * @param bound of what the group's memory may hold with it
   */
  record Put(
      String namespace,
      String key,
      long expected,
      long expiresAtMillis,
      Bytes value,
      MemoryBound bound)
      implements MemoryCommand {
    static final int KIND = 4;

    /** As an earlier version wrote it: without a bound. */
    static final int KIND_UNBOUND = 1;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(namespace).text(key).i64(expected).i64(expiresAtMillis).bytes(value);
      bound.writeTo(out);
    }

    private static Put readFrom(BinaryReader in, boolean bounded) {
      return new Put(
          in.text(),
          in.text(),
          in.i64(),
          in.i64(),
          in.bytes(),
          bounded ? MemoryBound.readFrom(in) : MemoryBound.NONE);
    }

    @Override
    public int size() {
      return 96 + namespace.length() + key.length() + value.length();
    }
  }

  /** Deletes a key, if it is there and has the version {@code expected} or that is {@link #ANY}. */
  record Delete(String namespace, String key, long expected) implements MemoryCommand {
    static final int KIND = 2;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).text(namespace).text(key).i64(expected);
    }

    @Override
    public int size() {
      return 64 + namespace.length() + key.length();
    }
  }

  /**
   * Deletes those entries of {@code due} that are still there in that version and expire at {@code
   * nowMillis} or before. The time is the proposer's; no replica looks at a clock of its own.
   */
  record Expire(long nowMillis, List<Due> due) implements MemoryCommand {
    static final int KIND = 3;

    @Override
    public void writeTo(BinaryWriter out) {
      out.u8(KIND).i64(nowMillis);
      Due.writeAll(due, out);
    }

    @Override
    public int size() {
      return 64 * (1 + due.size());
    }
  }

  /** An entry that may have expired. */
  record Due(String namespace, String key, long version) {
    static void writeAll(List<Due> all, BinaryWriter out) {
      out.i32(all.size());
      all.forEach(due -> out.text(due.namespace).text(due.key).i64(due.version));
    }

    static List<Due> readAll(BinaryReader in) {
      int count = in.count();
      List<Due> all = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        all.add(new Due(in.text(), in.text(), in.i64()));
      }
      return all;
    }
  }

  /**
   * Reads a command.
   *
   * @throws MalformedException if it is damaged
   * @throws IllegalStateException if this version does not know its format or kind
   */
  static MemoryCommand decode(Bytes command) {
    BinaryReader in = new BinaryReader(command);
    int format = in.u8();
    if (format != FORMAT) {
      throw unknown("format " + format);
    }
    MemoryCommand decoded = decode(in.u8(), in);
    in.end();
    return decoded;
  }

  private static MemoryCommand decode(int kind, BinaryReader in) {
    if (kind == Put.KIND || kind == Put.KIND_UNBOUND) {
      return Put.readFrom(in, kind == Put.KIND);
    } else if (kind == Delete.KIND) {
      return new Delete(in.text(), in.text(), in.i64());
    } else if (kind == Expire.KIND) {
      return new Expire(in.i64(), Due.readAll(in));
    }
    throw unknown("kind " + kind);
  }

  private static IllegalStateException unknown(String what) {
    return new IllegalStateException(
        "a command of the shared memory has "
            + what
            + ", which this version does not know;"
            + " run the newer version that the other peers run");
  }
}
