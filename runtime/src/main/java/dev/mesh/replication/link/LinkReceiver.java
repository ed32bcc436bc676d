package dev.mesh.replication.link;

import dev.mesh.protocols.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving end of another peer's stream: cuts it into messages. A stream that is not of this
 * mesh, or that cannot be read, is closed: its sender connects again.
 */
final class LinkReceiver extends ByteToMessageDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(LinkReceiver.class);

  private static final int SIGN_OF_LIFE = 1;

  private final Links.Settings settings;
  private final Links.Host host;
  private Optional<PeerId> from = Optional.empty();

  /** The stream is being closed: what it still holds is not looked at. */
  private boolean refused;

  LinkReceiver(Links.Settings settings, Links.Host host) {
    this.settings = settings;
    this.host = host;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws IOException {
    if (refused) {
      in.skipBytes(in.readableBytes());
      return;
    }
    while (in.readableBytes() >= Integer.BYTES) {
      int length = in.getInt(in.readerIndex());
      if (length < 0 || length > settings.maxFrameBytes()) {
        throw new IOException(
            "a frame of " + length + " bytes; at most " + settings.maxFrameBytes() + " are taken");
      }
      if (in.readableBytes() < Integer.BYTES + length) {
        return;
      }
      in.skipBytes(Integer.BYTES);
      byte[] frame = new byte[length];
      in.readBytes(frame);
      take(frame);
    }
  }

  private void take(byte[] frame) throws IOException {
    if (from.isPresent()) {
      LinkFrames.read(frame, from.get(), host);
    } else {
      from = Optional.of(LinkFrames.readHello(frame, settings.mesh(), settings.self()));
    }
  }

  /** Nothing else is written: it is time for a sign of life. */
  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the next one follows
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof IdleStateEvent) {
      context.writeAndFlush(context.alloc().buffer(1).writeByte(SIGN_OF_LIFE));
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the channel is closed, whenever
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.warn(
        "the stream from {} at {} is closed: {}",
        from.map(PeerId::value).orElse("an unknown peer"),
        context.channel().remoteAddress(),
        cause.getMessage());
    refused = true;
    context.close();
  }
}
