package dev.mesh.replication.link;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Entry;
import dev.mesh.protocols.raft.EntryType;
import dev.mesh.protocols.raft.Membership;
import dev.mesh.protocols.raft.Message;
import dev.mesh.protocols.raft.SnapshotMark;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a Raft message: type (1), then the message's fields in the order they are declared.
 * Numbers are big-endian; texts and byte runs carry their length. The payload of an entry is copied
 * once on the way out and not at all on the way in. Stateless.
 */
public final class RaftCodec {
  private static final byte MARK_VERSION = 1;

  /** Codes on the wire; they never change. */
  private static final byte PRE_VOTE_REQUEST = 1;

  private static final byte PRE_VOTE_RESPONSE = 2;
  private static final byte VOTE_REQUEST = 3;
  private static final byte VOTE_RESPONSE = 4;
  private static final byte APPEND_ENTRIES = 5;
  private static final byte APPEND_ACCEPTED = 6;
  private static final byte APPEND_REJECTED = 7;
  private static final byte INSTALL_SNAPSHOT = 8;
  private static final byte SNAPSHOT_PROGRESS = 9;
  private static final byte TIMEOUT_NOW = 10;

  /** More than the fixed fields and names of any message take. */
  private static final int FIXED = 256;

  private RaftCodec() {}

  /** An upper bound of what {@link #write} takes. */
  static int sizeOf(Message message) {
    if (message instanceof Message.AppendEntries append) {
      return FIXED + append.entries().stream().mapToInt(Entry::size).sum();
    } else if (message instanceof Message.InstallSnapshot install) {
      return FIXED + sizeOf(install.mark()) + install.chunk().length();
    } else if (message instanceof Message.SnapshotProgress progress) {
      return FIXED + sizeOf(progress.mark());
    }
    return FIXED;
  }

  private static int sizeOf(SnapshotMark mark) {
    int peers = mark.membership().voters().size() + mark.membership().learners().size();
    return FIXED + FIXED * peers;
  }

  static void write(ByteBuffer out, Message message) {
    if (message instanceof Message.AppendEntries it) {
      out.put(APPEND_ENTRIES).putLong(it.term()).putLong(it.prevIndex()).putLong(it.prevTerm());
      out.putInt(it.entries().size());
      it.entries().forEach(entry -> putEntry(out, entry));
      out.putLong(it.leaderCommit()).putLong(it.round());
    } else if (message instanceof Message.AppendAccepted it) {
      out.put(APPEND_ACCEPTED).putLong(it.term()).putLong(it.matchIndex()).putLong(it.round());
    } else if (message instanceof Message.AppendRejected it) {
      out.put(APPEND_REJECTED).putLong(it.term()).putLong(it.prevIndex());
      out.putLong(it.conflictTerm()).putLong(it.conflictIndex()).putLong(it.round());
    } else if (message instanceof Message.PreVoteRequest it) {
      out.put(PRE_VOTE_REQUEST).putLong(it.term()).putLong(it.lastIndex()).putLong(it.lastTerm());
    } else if (message instanceof Message.PreVoteResponse it) {
      out.put(PRE_VOTE_RESPONSE).putLong(it.term()).put(flag(it.granted()));
    } else if (message instanceof Message.VoteRequest it) {
      out.put(VOTE_REQUEST).putLong(it.term()).putLong(it.lastIndex()).putLong(it.lastTerm());
      out.put(flag(it.transfer()));
    } else if (message instanceof Message.VoteResponse it) {
      out.put(VOTE_RESPONSE).putLong(it.term()).put(flag(it.granted()));
    } else if (message instanceof Message.InstallSnapshot it) {
      out.put(INSTALL_SNAPSHOT).putLong(it.term());
      putMark(out, it.mark());
      out.putLong(it.offset());
      putBytes(out, it.chunk());
      out.put(flag(it.last())).putInt(it.checksum());
    } else if (message instanceof Message.SnapshotProgress it) {
      out.put(SNAPSHOT_PROGRESS).putLong(it.term());
      putMark(out, it.mark());
      out.putLong(it.nextOffset()).put(it.state().code());
    } else if (message instanceof Message.TimeoutNow it) {
      out.put(TIMEOUT_NOW).putLong(it.term());
    } else {
      throw new IllegalArgumentException("no wire format for " + message);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param whole the frame; entries and chunks are slices of it
   * @param in positioned at the type, over {@code whole}
   * @throws IOException if the bytes are cut short or of a type that is unknown
   */
  static Message read(Bytes whole, ByteBuffer in) throws IOException {
    try {
      byte type = in.get();
      return readFields(type, in.getLong(), whole, in);
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new IOException("a Raft message of " + whole.length() + " bytes is cut short", e);
    }
  }

  private static Message readFields(byte type, long term, Bytes whole, ByteBuffer in)
      throws IOException {
    return switch (type) {
      case APPEND_ENTRIES ->
          new Message.AppendEntries(
              term, in.getLong(), in.getLong(), getEntries(whole, in), in.getLong(), in.getLong());
      case APPEND_ACCEPTED -> new Message.AppendAccepted(term, in.getLong(), in.getLong());
      case APPEND_REJECTED ->
          new Message.AppendRejected(term, in.getLong(), in.getLong(), in.getLong(), in.getLong());
      case PRE_VOTE_REQUEST -> new Message.PreVoteRequest(term, in.getLong(), in.getLong());
      case PRE_VOTE_RESPONSE -> new Message.PreVoteResponse(term, getFlag(in));
      case VOTE_REQUEST -> new Message.VoteRequest(term, in.getLong(), in.getLong(), getFlag(in));
      case VOTE_RESPONSE -> new Message.VoteResponse(term, getFlag(in));
      case INSTALL_SNAPSHOT ->
          new Message.InstallSnapshot(
              term, getMark(in), in.getLong(), getBytes(whole, in), getFlag(in), in.getInt());
      case SNAPSHOT_PROGRESS ->
          new Message.SnapshotProgress(
              term, getMark(in), in.getLong(), Message.ChunkState.of(in.get()));
      case TIMEOUT_NOW -> new Message.TimeoutNow(term);
      default -> throw new IOException("Raft message type " + type + " is unknown");
    };
  }

  private static void putEntry(ByteBuffer out, Entry entry) {
    out.putLong(entry.index()).putLong(entry.term()).put(entry.type().code());
    putBytes(out, entry.payload());
  }

  private static List<Entry> getEntries(Bytes whole, ByteBuffer in) {
    int count = in.getInt();
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(
          new Entry(in.getLong(), in.getLong(), EntryType.of(in.get()), getBytes(whole, in)));
    }
    return entries;
  }

  private static void putMark(ByteBuffer out, SnapshotMark mark) {
    out.putLong(mark.index()).putLong(mark.term());
    putPeers(out, mark.membership().voters());
    putPeers(out, mark.membership().learners());
  }

  private static SnapshotMark getMark(ByteBuffer in) {
    return new SnapshotMark(in.getLong(), in.getLong(), new Membership(getPeers(in), getPeers(in)));
  }

  /** A mark by itself, as it labels a machine's state. */
  public static Bytes writeMark(SnapshotMark mark) {
    ByteBuffer out = ByteBuffer.allocate(sizeOf(mark)).put(MARK_VERSION);
    putMark(out, mark);
    return Bytes.wrap(out.array(), 0, out.position());
  }

  public static SnapshotMark readMark(Bytes label) {
    ByteBuffer in = label.buffer();
    byte version = in.get();
    if (version != MARK_VERSION) {
      throw new IllegalStateException(
          "a snapshot's mark has format " + version + "; this version reads " + MARK_VERSION);
    }
    return getMark(in);
  }

  private static void putPeers(ByteBuffer out, List<PeerId> peers) {
    out.put((byte) peers.size());
    peers.forEach(peer -> putText(out, peer.value()));
  }

  private static List<PeerId> getPeers(ByteBuffer in) {
    int count = in.get();
    List<PeerId> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      peers.add(new PeerId(getText(in)));
    }
    return peers;
  }

  private static void putBytes(ByteBuffer out, Bytes bytes) {
    out.putInt(bytes.length());
    bytes.copyTo(out);
  }

  private static Bytes getBytes(Bytes whole, ByteBuffer in) {
    int length = in.getInt();
    Bytes bytes = whole.slice(in.position(), length);
    in.position(in.position() + length);
    return bytes;
  }

  /** Peers' names have 100 characters at most. */
  static void putText(ByteBuffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    out.put((byte) bytes.length).put(bytes);
  }

  static String getText(ByteBuffer in) {
    byte[] bytes = new byte[in.get()];
    in.get(bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private static byte flag(boolean value) {
    return (byte) (value ? 1 : 0);
  }

  private static boolean getFlag(ByteBuffer in) {
    return in.get() != 0;
  }
}
