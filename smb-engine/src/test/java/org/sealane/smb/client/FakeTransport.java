package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.transport.MemoryPlacement;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.transport.Transport;
import org.sealane.smb.transport.TransportConnection;

/** A connection to nowhere: keeps what is sent, delivers what the test gives. One thread. */
final class FakeTransport implements TransportConnection {
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 445);

  private final FramePool pool;
  private final Deque<byte[]> sent = new ArrayDeque<>();
  private final List<OutboundFrame> held = new ArrayList<>();
  private boolean holding;
  private Optional<FrameHandler> handler = Optional.empty();
  private Optional<String> closeReason = Optional.empty();
  private boolean closeReported;
  private boolean wasReset;
  private int frameLimitBytes = FramePool.UNAUTHENTICATED_FRAME_BYTES_MAX;

  private Optional<MemoryPlacement> placement = Optional.empty();

  FakeTransport(FramePool pool) {
    this.pool = pool;
  }

  void placement(MemoryPlacement value) {
    placement = Optional.of(value);
  }

  @Override
  public Optional<DirectPlacement> placement() {
    return placement.map(value -> value);
  }

  void handler(FrameHandler value) {
    handler = Optional.of(value);
  }

  /** From now on frames are taken, but not let go of: the peer does not read. */
  void hold() {
    holding = true;
  }

  /** The oldest frame sent that was not taken yet. */
  byte[] take() {
    return sent.remove();
  }

  boolean hasSent() {
    return !sent.isEmpty();
  }

  int framesSent() {
    return sent.size();
  }

  boolean isClosed() {
    return closeReason.isPresent();
  }

  boolean wasReset() {
    return wasReset;
  }

  String closeReason() {
    return closeReason.orElseThrow();
  }

  int frameLimitBytes() {
    return frameLimitBytes;
  }

  /** Delivers one frame, in an array of the pool as a real transport does. */
  void deliver(byte[] frame) {
    if (isClosed()) {
      return;
    }
    FramePool.Buffer buffer = pool.borrow(frame.length);
    System.arraycopy(frame, 0, buffer.array(), 0, frame.length);
    handler
        .orElseThrow()
        .onFrame(
            new InboundFrame() {
              @Override
              public MemorySegment bytes() {
                return buffer.segment();
              }

              @Override
              public int spareTailBytes() {
                return buffer.array().length - buffer.lengthBytes();
              }

              @Override
              public void close() {
                buffer.close();
              }
            });
    reportClose();
  }

  /** The connection breaks. */
  void breakDown(Throwable cause) {
    closeReason = Optional.of(cause.getMessage());
    letGo(false);
    closeReported = true;
    placement.ifPresent(MemoryPlacement::connectionGone);
    handler.orElseThrow().onClosed(Optional.of(cause));
  }

  /** What the owner thread does some time after a close. */
  void reportClose() {
    if (isClosed() && !closeReported) {
      closeReported = true;
      placement.ifPresent(MemoryPlacement::connectionGone);
      handler.orElseThrow().onClosed(Optional.of(new java.io.IOException(closeReason())));
    }
  }

  private void letGo(boolean sentAll) {
    List<OutboundFrame> released = List.copyOf(held);
    held.clear();
    released.forEach(frame -> frame.released().run(sentAll));
  }

  @Override
  public void send(OutboundFrame frame) {
    if (isClosed()) {
      frame.released().run(false);
      return;
    }
    byte[] bytes = new byte[(int) frame.lengthBytes()];
    int at = 0;
    for (MemorySegment segment : frame.segments()) {
      MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, 0, bytes, at, (int) segment.byteSize());
      at += (int) segment.byteSize();
    }
    sent.add(bytes);
    if (holding) {
      held.add(frame);
    } else {
      frame.released().run(true);
    }
  }

  @Override
  public void close(String reason) {
    if (!isClosed()) {
      closeReason = Optional.of(reason);
      letGo(false);
    }
  }

  @Override
  public void reset(String reason) {
    wasReset = wasReset || !isClosed();
    close(reason);
  }

  @Override
  public void closeAfterFlush(String reason) {
    close(reason);
  }

  @Override
  public long id() {
    return 7;
  }

  @Override
  public InetSocketAddress peer() {
    return ADDRESS;
  }

  @Override
  public InetSocketAddress local() {
    return ADDRESS;
  }

  @Override
  public Transport transport() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Executor owner() {
    return Runnable::run;
  }

  @Override
  public void frameLimit(int bytes) {
    frameLimitBytes = bytes;
  }

  @Override
  public void reading(boolean on) {}

  @Override
  public boolean deliveryTimeout(Duration timeout) {
    return false;
  }
}
