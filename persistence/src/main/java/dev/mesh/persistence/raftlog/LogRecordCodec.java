package dev.mesh.persistence.raftlog;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.HardState;
import dev.mesh.protocols.raft.LogRecord;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.SnapshotMark;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Records of a Raft log as bytes: a code for the kind, then its fields, big-endian. The payload of
 * an entry is copied as one block and read as a slice of what was read. Stateless.
 */
final class LogRecordCodec {
  // On disk: never to be changed.
  private static final byte TERM_AND_VOTE = 1;
  private static final byte APPENDED = 2;
  private static final byte TRUNCATED = 3;
  private static final byte COMPACTED_TO = 4;
  private static final byte SNAPSHOT_INSTALLED = 5;

  private static final int ENTRY_FIELDS = 2 * Long.BYTES + 1 + Integer.BYTES;

  private LogRecordCodec() {}

  /** Bytes that {@link #write} takes for a record. */
  static int size(LogRecord record) {
    if (record instanceof LogRecord.TermAndVote it) {
      return 1 + Long.BYTES + 1 + it.state().vote().map(LogRecordCodec::size).orElse(0);
    } else if (record instanceof LogRecord.Appended it) {
      int size = 1 + Integer.BYTES;
      for (Entry entry : it.entries()) {
        size = Math.addExact(size, ENTRY_FIELDS + entry.payload().length());
      }
      return size;
    } else if (record instanceof LogRecord.Truncated) {
      return 1 + Long.BYTES;
    } else if (record instanceof LogRecord.CompactedTo it) {
      return 1 + size(it.mark());
    } else if (record instanceof LogRecord.SnapshotInstalled it) {
      return 1 + size(it.mark());
    }
    throw new IllegalArgumentException("no code for the log record " + record);
  }

  static void write(LogRecord record, ByteBuffer target) {
    if (record instanceof LogRecord.TermAndVote it) {
      target.put(TERM_AND_VOTE).putLong(it.state().term());
      target.put((byte) (it.state().vote().isPresent() ? 1 : 0));
      it.state().vote().ifPresent(vote -> write(vote, target));
    } else if (record instanceof LogRecord.Appended it) {
      target.put(APPENDED).putInt(it.entries().size());
      it.entries().forEach(entry -> write(entry, target));
    } else if (record instanceof LogRecord.Truncated it) {
      target.put(TRUNCATED).putLong(it.fromIndex());
    } else if (record instanceof LogRecord.CompactedTo it) {
      write(it.mark(), target.put(COMPACTED_TO));
    } else if (record instanceof LogRecord.SnapshotInstalled it) {
      write(it.mark(), target.put(SNAPSHOT_INSTALLED));
    } else {
      throw new IllegalArgumentException("no code for the log record " + record);
    }
  }

  /** Reads one record; {@code source} is a view of {@code all} with the same positions. */
  static LogRecord read(ByteBuffer source, Bytes all) {
    byte code = source.get();
    return switch (code) {
      case TERM_AND_VOTE -> new LogRecord.TermAndVote(readHardState(source));
      case APPENDED -> new LogRecord.Appended(readEntries(source, all));
      case TRUNCATED -> new LogRecord.Truncated(source.getLong());
      case COMPACTED_TO -> new LogRecord.CompactedTo(readMark(source));
      case SNAPSHOT_INSTALLED -> new LogRecord.SnapshotInstalled(readMark(source));
      default ->
          throw new IllegalArgumentException(
              "log record of kind " + code + " is unknown: it was written by a newer version");
    };
  }

  private static void write(Entry entry, ByteBuffer target) {
    target.putLong(entry.index()).putLong(entry.term()).put(entry.type().code());
    target.putInt(entry.payload().length());
    entry.payload().copyTo(target);
  }

  private static List<Entry> readEntries(ByteBuffer source, Bytes all) {
    int count = source.getInt();
    List<Entry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long index = source.getLong();
      long term = source.getLong();
      EntryType type = EntryType.of(source.get());
      int length = source.getInt();
      entries.add(new Entry(index, term, type, all.slice(source.position(), length)));
      source.position(source.position() + length);
    }
    return entries;
  }

  private static HardState readHardState(ByteBuffer source) {
    long term = source.getLong();
    return new HardState(
        term, source.get() == 0 ? Optional.empty() : Optional.of(readPeer(source)));
  }

  private static int size(SnapshotMark mark) {
    return 2 * Long.BYTES + size(mark.membership().voters()) + size(mark.membership().learners());
  }

  private static void write(SnapshotMark mark, ByteBuffer target) {
    target.putLong(mark.index()).putLong(mark.term());
    write(mark.membership().voters(), target);
    write(mark.membership().learners(), target);
  }

  private static SnapshotMark readMark(ByteBuffer source) {
    long index = source.getLong();
    long term = source.getLong();
    List<PeerId> voters = readPeers(source);
    return new SnapshotMark(index, term, new Membership(voters, readPeers(source)));
  }

  private static int size(List<PeerId> peers) {
    return Short.BYTES + peers.stream().mapToInt(LogRecordCodec::size).sum();
  }

  private static void write(List<PeerId> peers, ByteBuffer target) {
    target.putShort((short) peers.size());
    peers.forEach(peer -> write(peer, target));
  }

  private static List<PeerId> readPeers(ByteBuffer source) {
    int count = source.getShort() & 0xFFFF;
    List<PeerId> peers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      peers.add(readPeer(source));
    }
    return peers;
  }

  /** Ids are ASCII of at most 100 characters. */
  private static int size(PeerId peer) {
    return 1 + peer.value().length();
  }

  private static void write(PeerId peer, ByteBuffer target) {
    byte[] ascii = peer.value().getBytes(StandardCharsets.US_ASCII);
    target.put((byte) ascii.length).put(ascii);
  }

  private static PeerId readPeer(ByteBuffer source) {
    byte[] ascii = new byte[source.get()];
    source.get(ascii);
    return new PeerId(new String(ascii, StandardCharsets.US_ASCII));
  }
}
