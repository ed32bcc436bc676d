package dev.mesh.cli;

import dev.mesh.protocols.Bytes;
import dev.mesh.replicated.Replicated;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * The smallest way for clients to a replicated counter: a thin TCP server in front of {@link
 * Replicated}. A request is a length (4 bytes), a number (8) and that many bytes to propose; the
 * answer is the number and the counter (8 each), or {@link #NOT_DONE}. A request without bytes asks
 * for the syncs that this peer's disk has done so far.
 */
final class BenchFront {
  static final long NOT_DONE = -1;
  static final int REQUEST_HEADER = Integer.BYTES + Long.BYTES;
  static final int ANSWER = 2 * Long.BYTES;

  private record Answer(long number, long result) {}

  private final Replicated counter;
  private final LongSupplier syncs;
  private final Channel server;

  /** Serves on any free port of the loopback interface. */
  BenchFront(Replicated counter, LongSupplier syncs) {
    this.counter = counter;
    this.syncs = syncs;
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("bench-front", true), NioIoHandler.newFactory());
    server =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(new Client());
                  }
                })
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
  }

  int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /** One connection. Answers gather, on whichever threads they come, and leave together. */
  private final class Client extends ByteToMessageDecoder {
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean told = new AtomicBoolean();

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      boolean leads = counter.isLeader();
      while (in.readableBytes() >= REQUEST_HEADER) {
        int length = in.getInt(in.readerIndex());
        if (in.readableBytes() < REQUEST_HEADER + length) {
          return;
        }
        in.skipBytes(Integer.BYTES);
        long number = in.readLong();
        if (length == 0) {
          answer(context, new Answer(number, syncs.getAsLong()));
        } else {
          byte[] command = new byte[length];
          in.readBytes(command);
          propose(context, number, Bytes.wrap(command), leads);
        }
      }
    }

    private void propose(ChannelHandlerContext context, long number, Bytes command, boolean leads) {
      if (!leads) {
        answer(context, new Answer(number, NOT_DONE));
        return;
      }
      counter
          .propose(command)
          .whenComplete(
              (result, failure) ->
                  answer(
                      context,
                      new Answer(number, failure == null ? BenchCounter.read(result) : NOT_DONE)));
    }

    private void answer(ChannelHandlerContext context, Answer answer) {
      answers.add(answer);
      if (!told.get() && told.compareAndSet(false, true)) {
        context.executor().execute(() -> write(context));
      }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a client that has gone needs no answer
    private void write(ChannelHandlerContext context) {
      told.set(false);
      Queue<Answer> taken = new ArrayDeque<>();
      for (Answer next; (next = answers.poll()) != null; ) {
        taken.add(next);
      }
      ByteBuf all = context.alloc().buffer(taken.size() * ANSWER);
      taken.forEach(answer -> all.writeLong(answer.number()).writeLong(answer.result()));
      context.writeAndFlush(all);
    }
  }
}
