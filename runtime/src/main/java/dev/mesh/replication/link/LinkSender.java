package dev.mesh.replication.link;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sending end of a stream: all that comes back is the receiver's sign of life. */
final class LinkSender extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(LinkSender.class);

  @Override
  public void channelRead(ChannelHandlerContext context, Object signOfLife) {
    ReferenceCountUtil.release(signOfLife);
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the channel is closed, whenever
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("the stream to {} is closed", context.channel().remoteAddress(), cause);
    context.close();
  }
}
