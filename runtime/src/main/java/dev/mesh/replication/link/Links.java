package dev.mesh.replication.link;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Message;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This peer's streams to the other replicas: a connection to each peer that is written to, and
 * those that others have opened to this one. A message may be lost, as Raft allows: with its
 * connection, or because the connection is {@link Settings#maxUnsentBytes} behind. Used on its
 * event loop alone, but for what says otherwise.
 *
 * <p>What is written in one turn of the loop leaves together at the turn's end, in one system call
 * for each peer.
 */
public final class Links implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Links.class);

  /**
   * How streams are set up.
   *
   * @param mesh of both ends; another mesh's connection is refused
   * @param self this peer
   * @param bindHost where others' connections are taken
   * @param bindPort 0 for any that is free
   * @param maxFrameBytes the largest message; a larger one ends the connection
   * @param maxUnsentBytes what may wait for a slow peer; more is dropped
   * @param connectTimeout for one attempt
   * @param beat how often the receiving end shows that it is there
   * @param silence after which the sending end takes its connection for broken, and makes another:
   *     where packets were lost for long, an old one would be slow to go on
   * @param tls how streams are secured
   */
  public record Settings(
      MeshId mesh,
      PeerId self,
      String bindHost,
      int bindPort,
      int maxFrameBytes,
      int maxUnsentBytes,
      Duration connectTimeout,
      Duration beat,
      Duration silence,
      LinkTls tls) {}

  /** What this peer is told by its streams. */
  public interface Host {
    void received(PeerId from, GroupId group, Message message);

    /** There is something to say to {@code peer}, but no address that works: see {@link #found}. */
    void seek(PeerId peer);
  }

  private final Settings settings;
  private final EventLoop loop;
  private final Host host;
  private final Map<PeerId, Link> links = new HashMap<>();
  private final List<Link> unflushed = new ArrayList<>();
  private final Channel server;

  /** All connections, both ways. A loop that ends does not see to it that they are closed. */
  private final ChannelGroup open;

  private boolean flushScheduled;

  private Links(Settings settings, EventLoop loop, Host host, Channel server, ChannelGroup open) {
    this.settings = settings;
    this.loop = loop;
    this.host = host;
    this.server = server;
    this.open = open;
  }

  /**
   * Opens the server's socket; waits for it, so not to be called on the loop.
   *
   * @throws IllegalStateException if it cannot be opened, saying where
   */
  public static Links open(Settings settings, EventLoop loop, Host host) {
    ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    ServerBootstrap server =
        new ServerBootstrap()
            .group(loop.group())
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    open.add(channel);
                    settings.tls().serve(channel);
                    channel
                        .pipeline()
                        .addLast(
                            new IdleStateHandler(0, settings.beat().toMillis(), 0, MILLISECONDS))
                        .addLast(new LinkReceiver(settings, host));
                  }
                });
    ChannelFuture bound = server.bind(settings.bindHost(), settings.bindPort());
    if (!bound.awaitUninterruptibly().isSuccess()) {
      throw new IllegalStateException(
          "the stream between replicas cannot listen on %s:%d (%s): see mesh.replication.link.port and pekko.remote.artery.bind.hostname"
              .formatted(settings.bindHost(), settings.bindPort(), bound.cause().getMessage()),
          bound.cause());
    }
    return new Links(settings, loop, host, bound.channel(), open);
  }

  /** Where others reach this peer. */
  public int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /**
   * For writing to the disk: what was sent in this turn leaves before the task, which may wait for
   * the disk, is run.
   */
  public Executor afterSending() {
    return task ->
        loop.execute(
            () -> {
              flush();
              task.run();
            });
  }

  /** Sends, or drops: see the type. */
  public void send(PeerId to, GroupId group, Message message) {
    Link link = links.computeIfAbsent(to, peer -> new Link(settings, peer, this::connect));
    if (link.write(group, message)) {
      unflushed.add(link);
      if (!flushScheduled) {
        flushScheduled = true;
        loop.execute(this::flush);
      }
    }
    if (link.lacksAddress()) {
      host.seek(to);
    }
  }

  private void flush() {
    flushScheduled = false;
    unflushed.forEach(Link::flush);
    unflushed.clear();
  }

  /** The answer to {@link Host#seek}. */
  public void found(PeerId peer, String address, int port) {
    Link link = links.get(peer);
    if (link != null) {
      link.connectTo(address, port);
    }
  }

  private void connect(Link link, String address, int port) {
    Bootstrap client =
        new Bootstrap()
            .group(loop.group())
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) settings.connectTimeout().toMillis())
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(settings.maxUnsentBytes() / 2, settings.maxUnsentBytes()))
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    open.add(channel);
                    settings.tls().connect(channel, address, port);
                    channel
                        .pipeline()
                        .addLast(
                            new ReadTimeoutHandler(settings.silence().toMillis(), MILLISECONDS))
                        .addLast(new LinkSender());
                  }
                });
    ChannelFuture connecting = client.connect(address, port);
    connecting.addListener(
        done -> {
          if (done.isSuccess()) {
            link.connected(connecting.channel());
            connecting.channel().closeFuture().addListener(closed -> link.lost());
          } else {
            LOG.debug("no stream to {} at {}:{}", link.peer(), address, port, done.cause());
            link.lost();
          }
        });
  }

  /** Not to be called on the loop: waits until all sockets are closed. */
  @Override
  public void close() {
    server.close().awaitUninterruptibly();
    loop.execute(() -> links.values().forEach(Link::close));
    open.close().awaitUninterruptibly();
  }
}
