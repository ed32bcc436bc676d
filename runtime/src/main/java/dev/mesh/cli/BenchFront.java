package dev.mesh.cli;

import dev.mesh.protocols.Bytes;
import dev.mesh.replicated.Replicated;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetSocketAddress;
import java.util.List;
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

  private final Replicated counter;
  private final LongSupplier syncs;
  private final Channel server;

  /** Serves on any free port of the loopback interface, on the thread of the replicas. */
  BenchFront(Replicated counter, LongSupplier syncs) {
    this.counter = counter;
    this.syncs = syncs;
    server =
        new ServerBootstrap()
            .group(counter.loop())
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

  /** One connection. The answers of one turn of the loop leave together. */
  private final class Client extends ByteToMessageDecoder {
    private boolean flushScheduled;

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
          answer(context, number, syncs.getAsLong());
        } else {
          byte[] command = new byte[length];
          in.readBytes(command);
          propose(context, number, Bytes.wrap(command), leads);
        }
      }
    }

    private void propose(ChannelHandlerContext context, long number, Bytes command, boolean leads) {
      if (!leads) {
        answer(context, number, NOT_DONE);
        return;
      }
      counter
          .propose(command)
          .whenComplete(
              (result, failure) -> {
                long answer = failure == null ? BenchCounter.read(result) : NOT_DONE;
                if (context.executor().inEventLoop()) {
                  answer(context, number, answer);
                } else {
                  context.executor().execute(() -> answer(context, number, answer));
                }
              });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a client that has gone needs no answer
    private void answer(ChannelHandlerContext context, long number, long result) {
      ByteBuf answer = context.alloc().buffer(ANSWER);
      context.write(answer.writeLong(number).writeLong(result), context.voidPromise());
      if (!flushScheduled) {
        flushScheduled = true;
        context.executor().execute(() -> flush(context));
      }
    }

    private void flush(ChannelHandlerContext context) {
      flushScheduled = false;
      context.flush();
    }
  }
}
