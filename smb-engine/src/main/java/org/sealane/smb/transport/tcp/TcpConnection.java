package org.sealane.smb.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.transport.Transport;
import org.sealane.smb.transport.TransportConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection. It reads, cuts into frames and hands them on; it queues, writes and releases.
 *
 * <p>Life: {@code OPEN -> FLUSHING -> DRAINING -> CLOSED}, or from anywhere to {@code CLOSED}.
 * While FLUSHING no frame is delivered any more and the queue is sent; while DRAINING the peer was
 * told that nothing follows, and what it still sends is read and dropped: closing a socket with
 * unread bytes would reset it and could destroy the last frame before the peer has read it.
 *
 * <p>Any thread may call the methods of {@link TransportConnection}; all state is the event loop's.
 */
final class TcpConnection implements TransportConnection {
  private static final Logger log = LoggerFactory.getLogger(TcpConnection.class);
  private static final AtomicLong LAST_ID = new AtomicLong();

  private enum State {
    OPEN,
    FLUSHING,
    DRAINING,
    CLOSED
  }

  private final long id = LAST_ID.incrementAndGet();
  private final TcpTransport transport;
  private final SocketChannel channel;
  private final FrameDecoder decoder;
  private final FrameSender sender;
  private final Function<TransportConnection, FrameHandler> handlers;
  private final Consumer<TcpConnection> whenReady;

  // All of this belongs to the event loop.
  private State state = State.OPEN;
  private Optional<FrameHandler> handler = Optional.empty();
  private final Deque<ByteBuf> arrived = new ArrayDeque<>();
  private boolean readingWanted = true;
  private boolean waitingForMemory;
  private boolean delivering;
  private Optional<Throwable> closeCause = Optional.empty();
  private long bytesReceived;
  private long bytesReceivedAtCheck;
  private boolean stalledAtCheck;
  private Optional<Future<?>> stallCheck = Optional.empty();
  private Optional<Future<?>> flushLimit = Optional.empty();

  /**
   * @param handlers makes the handler, on the event loop, when the connection is open
   * @param whenReady told after that
   */
  TcpConnection(
      TcpTransport transport,
      SocketChannel channel,
      Function<TransportConnection, FrameHandler> handlers,
      Consumer<TcpConnection> whenReady) {
    this.transport = transport;
    this.channel = channel;
    this.handlers = handlers;
    this.whenReady = whenReady;
    this.decoder = new FrameDecoder(transport.pool(), () -> onLoop(this::memoryReturned));
    this.sender =
        new FrameSender(channel, transport.settings(), transport.counters(), new SendListener());
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public InetSocketAddress peer() {
    return channel.remoteAddress();
  }

  @Override
  public InetSocketAddress local() {
    return channel.localAddress();
  }

  @Override
  public Transport transport() {
    return transport;
  }

  @Override
  public Executor owner() {
    return channel.eventLoop();
  }

  @Override
  public void send(OutboundFrame frame) {
    sender.send(frame);
  }

  @Override
  public void frameLimit(int bytes) {
    decoder.limit(bytes);
  }

  @Override
  public void reading(boolean on) {
    onLoop(() -> {
      readingWanted = on;
      deliver();
    });
  }

  @Override
  public boolean deliveryTimeout(Duration timeout) {
    if (!(channel instanceof EpollSocketChannel)) {
      return false;
    }
    int millis = Math.toIntExact(timeout.toMillis());
    try {
      return channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, millis);
    } catch (ChannelException e) {
      log.debug("tcp connection is closed, no delivery timeout conn={}", id, e);
      return false;
    }
  }

  @Override
  public void close(String reason) {
    onLoop(() -> closeNow(new IOException("closed here: " + reason)));
  }

  @Override
  public void reset(String reason) {
    onLoop(() -> resetNow(new IOException("reset here: " + reason)));
  }

  @Override
  public void closeAfterFlush(String reason) {
    onLoop(() -> {
      if (state == State.OPEN) {
        closeCause = Optional.of(new IOException("closed here: " + reason));
        state(State.FLUSHING);
        flushLimit =
            Optional.of(
                schedule(
                    transport.settings().flushTimeout(),
                    () -> resetNow(new IOException("not flushed in time"))));
        sender.pump();
      }
    });
  }

  Channel channel() {
    return channel;
  }

  /** The Netty side: every call is on the event loop. */
  ChannelInboundHandlerAdapter events() {
    return new Events();
  }

  private final class Events extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      log.debug("tcp connection open conn={} local={} peer={}", id, local(), peer());
      handler = Optional.of(handlers.apply(TcpConnection.this));
      whenReady.accept(TcpConnection.this);
      scheduleStallCheck();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      bytesReceived += bytes.readableBytes();
      transport.counters().add(TcpCounter.BYTES_RECEIVED, bytes.readableBytes());
      arrived.add(bytes);
      sender.beginBatch();
      deliver();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      sender.endBatch();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      sender.pump();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      ended();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (!(cause instanceof IOException)) {
        log.error("tcp connection failed in its handler conn={}", id, cause);
      }
      closeNow(cause);
    }
  }

  private final class SendListener implements FrameSender.Listener {
    @Override
    public void onWritable(boolean writable) {
      if (state == State.OPEN) {
        handler.ifPresent(open -> open.onWritable(writable));
      }
    }

    @Override
    public void onOverflow() {
      if (state != State.CLOSED) {
        transport.counters().increment(TcpCounter.SEND_QUEUE_OVERFLOWS);
        resetNow(
            new IOException(
                "more than " + transport.settings().unsentBytesMax() + " bytes wait for the peer"));
      }
    }

    @Override
    public void onForbidden() {
      transport.counters().increment(TcpCounter.FORBIDDEN_SENDS);
      resetNow(new IOException("queued bytes are weaker than is required by now"));
    }

    @Override
    public void onFailed(Throwable cause) {
      closeNow(cause);
    }

    @Override
    public void onFlushed() {
      if (state == State.FLUSHING) {
        state(State.DRAINING);
        dropArrived();
        updateAutoRead();
        channel.shutdownOutput();
      }
    }
  }

  /** Hands on whole frames while the handler wants them and there is memory for them. */
  private void deliver() {
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      while (state == State.OPEN && readingWanted && !waitingForMemory && !arrived.isEmpty()) {
        ByteBuf bytes = arrived.peek();
        switch (decoder.decode(bytes)) {
          case FrameDecoder.Decoded.Frame(FramePool.Buffer buffer) -> {
            transport.counters().increment(TcpCounter.FRAMES_RECEIVED);
            handler.orElseThrow().onFrame(new PooledFrame(buffer));
          }
          case FrameDecoder.Decoded.NeedBytes() -> arrived.remove().release();
          case FrameDecoder.Decoded.NeedMemory() -> {
            transport.counters().increment(TcpCounter.MEMORY_WAITS);
            waitingForMemory = true;
          }
          case FrameDecoder.Decoded.Violation(String reason) -> {
            transport.counters().increment(TcpCounter.FRAMING_VIOLATIONS);
            closeNow(new IOException("the peer broke the framing: " + reason));
          }
        }
      }
    } catch (RuntimeException e) {
      log.error("tcp connection failed in its handler conn={}", id, e);
      closeNow(e);
    } finally {
      delivering = false;
    }
    if (state != State.OPEN) {
      dropArrived();
    }
    updateAutoRead();
  }

  private void memoryReturned() {
    waitingForMemory = false;
    deliver();
  }

  private void updateAutoRead() {
    boolean wanted =
        switch (state) {
          case OPEN -> readingWanted && !waitingForMemory;
          case FLUSHING -> false;
          case DRAINING, CLOSED -> true;
        };
    if (channel.config().isAutoRead() != wanted) {
      channel.config().setAutoRead(wanted);
    }
  }

  private void scheduleStallCheck() {
    stallCheck =
        Optional.of(
            schedule(transport.settings().frameStallTimeout().dividedBy(2), this::checkStall));
  }

  /** Closes if a frame that has begun made no progress over two checks in which we were reading. */
  private void checkStall() {
    boolean stalled =
        decoder.isWithinFrame()
            && readingWanted
            && !waitingForMemory
            && bytesReceived == bytesReceivedAtCheck;
    if (stalled && stalledAtCheck) {
      transport.counters().increment(TcpCounter.FRAMES_STALLED);
      closeNow(new IOException("the peer began a frame and did not go on"));
      return;
    }
    stalledAtCheck = stalled;
    bytesReceivedAtCheck = bytesReceived;
    scheduleStallCheck();
  }

  private Future<?> schedule(Duration delay, Runnable task) {
    return channel.eventLoop().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void closeNow(Throwable cause) {
    if (closeCause.isEmpty()) {
      closeCause = Optional.of(cause);
    }
    if (state != State.CLOSED) {
      state(State.CLOSED);
      channel.close();
    }
  }

  private void resetNow(Throwable cause) {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    }
    closeNow(cause);
  }

  /** The socket is gone: releases everything and tells the handler, once. */
  private void ended() {
    boolean inOrder = state == State.OPEN || state == State.DRAINING;
    state(State.CLOSED);
    if (inOrder && closeCause.isEmpty() && decoder.isWithinFrame()) {
      transport.counters().increment(TcpCounter.FRAMES_TRUNCATED);
      closeCause = Optional.of(new EOFException("the peer closed within a frame"));
    }
    dropArrived();
    decoder.close();
    sender.close();
    stallCheck.ifPresent(timer -> timer.cancel(false));
    flushLimit.ifPresent(timer -> timer.cancel(false));
    transport.counters().increment(TcpCounter.CONNECTIONS_CLOSED);
    log.debug(
        "tcp connection closed conn={} cause={}",
        id,
        closeCause.map(Throwable::getMessage).orElse("the peer closed"));
    Optional<FrameHandler> told = handler;
    handler = Optional.empty();
    told.ifPresent(closed -> closed.onClosed(closeCause));
  }

  private void state(State next) {
    if (next.compareTo(state) > 0) {
      log.trace("tcp connection conn={} {} -> {}", id, state, next);
      state = next;
    }
  }

  private void dropArrived() {
    arrived.forEach(ByteBuf::release);
    arrived.clear();
  }

  private void onLoop(Runnable task) {
    if (channel.eventLoop().inEventLoop()) {
      task.run();
    } else {
      try {
        channel.eventLoop().execute(task);
      } catch (RejectedExecutionException e) {
        // The transport was closed, and this connection with it: nothing is left to change.
        log.trace("tcp connection conn={} is gone with its transport", id, e);
      }
    }
  }

  private static final class PooledFrame implements InboundFrame {
    private final FramePool.Buffer buffer;
    private final MemorySegment bytes;

    PooledFrame(FramePool.Buffer buffer) {
      this.buffer = buffer;
      this.bytes = buffer.segment();
    }

    @Override
    public MemorySegment bytes() {
      return bytes;
    }

    @Override
    public int spareTailBytes() {
      return buffer.array().length - buffer.lengthBytes();
    }

    @Override
    public void close() {
      buffer.close();
    }
  }
}
