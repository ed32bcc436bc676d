package dev.mesh.cli;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * A closed loop over one connection to a {@link BenchFront}: each answer sends the next command.
 * Used by one thread; what it counts lives on the connection's.
 */
final class BenchClient implements AutoCloseable {
  private static final int DIGITS = 3;

  /** What was counted between two calls of {@link #take}. */
  record Counted(
      long operations, long errors, long lastCounter, double seconds, Latencies latencies) {
    double perSecond() {
      return operations / seconds;
    }
  }

  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("bench-client", true), NioIoHandler.newFactory());
  private final byte[] payload;
  private final long[] sentAt;
  private final Histogram nanos = new Histogram(DIGITS);
  private final Channel channel;
  private long operations;
  private long errors;
  private long lastCounter;
  private long takenAt = System.nanoTime();

  /** Begins at once, with {@code outstanding} commands under way. */
  BenchClient(int port, int outstanding, int payloadBytes) {
    payload = new byte[payloadBytes];
    sentAt = new long[outstanding];
    channel =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(new Loop())
            .connect("127.0.0.1", port)
            .syncUninterruptibly()
            .channel();
  }

  private final class Loop extends ByteToMessageDecoder {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      for (int number = 0; number < sentAt.length; number++) {
        send(context, number, System.nanoTime());
      }
      context.flush();
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      boolean any = false;
      while (in.readableBytes() >= BenchFront.ANSWER) {
        answered(context, (int) in.readLong(), in.readLong());
        any = true;
      }
      if (any) {
        context.flush();
      }
    }

    private void answered(ChannelHandlerContext context, int number, long counter) {
      long now = System.nanoTime();
      if (counter == BenchFront.NOT_DONE) {
        errors++;
      } else {
        operations++;
        nanos.recordValue(now - sentAt[number]);
        lastCounter = Math.max(lastCounter, counter);
      }
      send(context, number, now);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a command that is lost is missed by its answer
    private void send(ChannelHandlerContext context, int number, long now) {
      sentAt[number] = now;
      ByteBuf request = context.alloc().buffer(BenchFront.REQUEST_HEADER + payload.length);
      request.writeInt(payload.length).writeLong(number).writeBytes(payload);
      context.write(request, context.voidPromise());
    }
  }

  /** What was counted since the last call, or since the start. */
  Counted take() {
    return channel.eventLoop().submit(this::takeHere).syncUninterruptibly().getNow();
  }

  private Counted takeHere() {
    long now = System.nanoTime();
    Counted counted =
        new Counted(operations, errors, lastCounter, (now - takenAt) / 1e9, Latencies.of(nanos));
    operations = 0;
    errors = 0;
    nanos.reset();
    takenAt = now;
    return counted;
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
