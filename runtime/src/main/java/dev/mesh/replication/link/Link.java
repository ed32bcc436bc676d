package dev.mesh.replication.link;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Message;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The way to one peer. Used on the event loop alone. */
@SuppressWarnings("FutureReturnValueIgnored") // a channel tells its end, and writes may be lost
final class Link {
  /** Messages that wait for a first connection: without them a first election would be lost. */
  private static final int MAX_WAITING = 64;

  private record Waiting(GroupId group, Message message) {}

  /** Opens a connection; {@link #connected} or {@link #lost} follows. */
  @FunctionalInterface
  interface Connector {
    void connect(Link link, String address, int port);
  }

  private enum State {
    /** No address is known, or the one that was known did not work. */
    SEEKING,
    CONNECTING,
    CONNECTED,
    CLOSED
  }

  private final Links.Settings settings;
  private final PeerId peer;
  private final Connector connector;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private State state = State.SEEKING;
  private Optional<Channel> channel = Optional.empty();
  private boolean dirty;

  Link(Links.Settings settings, PeerId peer, Connector connector) {
    this.settings = settings;
    this.peer = peer;
    this.connector = connector;
  }

  PeerId peer() {
    return peer;
  }

  boolean lacksAddress() {
    return state == State.SEEKING;
  }

  /** Writes without flushing, or keeps, or drops; returns whether the first flush is now due. */
  boolean write(GroupId group, Message message) {
    if (state != State.CONNECTED) {
      if (waiting.size() == MAX_WAITING) {
        waiting.remove(); // the oldest: whoever sent it has stopped waiting first
      }
      waiting.add(new Waiting(group, message));
      return false;
    }
    Channel connection = channel.orElseThrow();
    if (!connection.isWritable()) {
      return false;
    }
    connection.write(
        LinkFrames.message(connection.alloc(), group, message), connection.voidPromise());
    boolean first = !dirty;
    dirty = true;
    return first;
  }

  void flush() {
    dirty = false;
    channel.ifPresent(Channel::flush);
  }

  void connectTo(String address, int port) {
    if (state == State.SEEKING) {
      state = State.CONNECTING;
      connector.connect(this, address, port);
    }
  }

  void connected(Channel connection) {
    if (state == State.CLOSED) {
      connection.close();
      return;
    }
    state = State.CONNECTED;
    channel = Optional.of(connection);
    ByteBuf hello = LinkFrames.hello(connection.alloc(), settings.mesh(), settings.self(), peer);
    connection.write(hello, connection.voidPromise());
    for (Waiting next; (next = waiting.poll()) != null; ) {
      write(next.group(), next.message());
    }
    flush();
  }

  /** The connection broke, or was never made: its address may be an old one. */
  void lost() {
    channel = Optional.empty();
    dirty = false;
    if (state != State.CLOSED) {
      state = State.SEEKING;
    }
  }

  void close() {
    state = State.CLOSED;
    waiting.clear();
  }
}
