package org.sealane.smb.server;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.transport.Transport;
import org.sealane.smb.transport.TransportConnection;

/** A connection that keeps what is sent, and runs nothing by itself. For one thread. */
final class FakeTransportConnection implements TransportConnection {
  final Deque<Runnable> ownerTasks = new ArrayDeque<>();
  final Deque<byte[]> sent = new ArrayDeque<>();
  final List<OutboundFrame> held = new ArrayList<>();
  final Deque<OptionalInt> invalidated = new ArrayDeque<>();
  Optional<FrameHandler> handler = Optional.empty();
  Optional<DirectPlacement> placement = Optional.empty();
  Optional<String> closed = Optional.empty();
  boolean flushed;
  boolean reading = true;
  boolean holdSends;
  int frameLimit = -1;

  @Override
  public Optional<DirectPlacement> placement() {
    return placement;
  }

  /** Takes a copy of each frame, as the kernel would. */
  @Override
  public void send(OutboundFrame frame) {
    if (closed.isPresent()) {
      frame.released().run(false);
    } else if (holdSends) {
      held.add(frame);
    } else {
      deliver(frame);
    }
  }

  void releaseHeld() {
    holdSends = false;
    List<OutboundFrame> frames = List.copyOf(held);
    held.clear();
    frames.forEach(this::deliver);
  }

  private void deliver(OutboundFrame frame) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (MemorySegment segment : frame.segments()) {
      bytes.writeBytes(segment.toArray(ValueLayout.JAVA_BYTE));
    }
    sent.add(bytes.toByteArray());
    invalidated.add(frame.invalidates());
    frame.released().run(true);
  }

  @Override
  public void close(String reason) {
    if (closed.isEmpty()) {
      closed = Optional.of(reason);
      held.forEach(frame -> frame.released().run(false));
      held.clear();
      ownerTasks.add(() -> handler.orElseThrow().onClosed(Optional.empty()));
    }
  }

  @Override
  public void reset(String reason) {
    close(reason);
  }

  @Override
  public void closeAfterFlush(String reason) {
    flushed = true;
    releaseHeld();
    close(reason);
  }

  @Override
  public long id() {
    return 7;
  }

  @Override
  public InetSocketAddress peer() {
    return new InetSocketAddress("127.0.0.1", 4001);
  }

  @Override
  public InetSocketAddress local() {
    return new InetSocketAddress("127.0.0.1", 445);
  }

  @Override
  public Executor owner() {
    return ownerTasks::add;
  }

  @Override
  public void frameLimit(int bytes) {
    frameLimit = bytes;
  }

  @Override
  public void reading(boolean on) {
    reading = on;
  }

  @Override
  public boolean deliveryTimeout(Duration timeout) {
    return false;
  }

  @Override
  public Transport transport() {
    return new NamedTransport();
  }

  /** Only its names are asked for. */
  private static final class NamedTransport implements Transport {
    @Override
    public String name() {
      return "tcp";
    }

    @Override
    public String provider() {
      return "fake";
    }

    @Override
    public CompletionStage<TransportConnection> connect(
        InetSocketAddress address, Function<TransportConnection, FrameHandler> handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Listener listen(
        InetSocketAddress address, Function<TransportConnection, FrameHandler> handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException();
    }
  }
}
