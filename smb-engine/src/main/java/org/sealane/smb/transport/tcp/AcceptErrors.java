package org.sealane.smb.transport.tcp;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what goes wrong when a listener accepts, logs the first of each run of errors, and waits
 * before accepting again: while there is no file descriptor left, each try fails at once.
 */
final class AcceptErrors extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(AcceptErrors.class);

  private static final long BACK_OFF_MILLIS = 1000;

  private final TcpCounters counters;
  private boolean failing;

  AcceptErrors(TcpCounters counters) {
    this.counters = counters;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) {
    failing = false;
    context.fireChannelRead(accepted);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    counters.increment(TcpCounter.ACCEPT_ERRORS);
    if (!failing) {
      failing = true;
      log.warn(
          "tcp accept failed listener={} error={}",
          context.channel().localAddress(),
          cause.toString());
    }
    ChannelConfig config = context.channel().config();
    if (config.isAutoRead()) {
      config.setAutoRead(false);
      context
          .executor()
          .schedule(() -> config.setAutoRead(true), BACK_OFF_MILLIS, TimeUnit.MILLISECONDS);
    }
  }
}
