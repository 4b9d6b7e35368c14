package org.sealane.rdma.transport;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.sealane.rdma.smbdirect.DataTransfer;
import org.sealane.rdma.smbdirect.DataTransferCodec;
import org.sealane.rdma.smbdirect.NegotiateRequestCodec;
import org.sealane.rdma.smbdirect.NegotiateResponse;
import org.sealane.rdma.smbdirect.NegotiateResponseCodec;
import org.sealane.rdma.smbdirect.SmbDirectConnection;
import org.sealane.rdma.smbdirect.SmbDirectConnection.Received;
import org.sealane.rdma.verbs.Completion;
import org.sealane.rdma.verbs.CompletionStatus;
import org.sealane.rdma.verbs.QueuePair;
import org.sealane.rdma.verbs.RemoteKey;
import org.sealane.rdma.verbs.Slice;
import org.sealane.rdma.verbs.VerbsException;
import org.sealane.rdma.verbs.WorkRequest;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.transport.OutboundFrame.Permit;
import org.sealane.smb.transport.Transport;
import org.sealane.smb.transport.TransportConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One SMB Direct connection: moves bytes between its frames and registered buffers, as {@link
 * SmbDirectConnection} says.
 *
 * <p>Life: {@code NEW -> OPEN -> FLUSHING -> CLOSED}, or from anywhere to {@code CLOSED}. While
 * FLUSHING no frame is delivered any more and the queue is sent.
 *
 * <p>Any thread may call the methods of {@link TransportConnection}; all state is the loop's.
 */
final class RdmaConnection implements TransportConnection {
  private static final Logger LOG = LoggerFactory.getLogger(RdmaConnection.class);

  /** Far from the numbers that other transports of the process give their connections. */
  private static final AtomicLong LAST_ID = new AtomicLong(1L << 40);

  private enum State {
    /** SMB Direct is not negotiated yet. */
    NEW,
    OPEN,
    FLUSHING,
    CLOSED
  }

  private final long id = LAST_ID.incrementAndGet();
  private final RdmaTransport transport;
  private final RdmaLoop loop;
  private final int serial;
  private final boolean accepted;
  private final SmbDirectConnection core;
  private final MessageBuffers.Buffers buffers;
  private final Function<TransportConnection, FrameHandler> handlers;
  private final Consumer<RdmaConnection> whenOpen;
  private final Consumer<IOException> whenEnded;
  private final PostQueue posts;
  private final Queue<OutboundFrame> handedIn = new ConcurrentLinkedQueue<>();
  private final UnsentBytes unsentBytes;
  private volatile Optional<QueuePair> queuePair = Optional.empty();
  private volatile Optional<RdmaPlacement> placement = Optional.empty();
  private volatile long deliveryNanos;

  // All of this belongs to the loop.
  private State state = State.NEW;
  private Optional<FrameHandler> handler = Optional.empty();
  private Optional<Throwable> closeCause = Optional.empty();
  private final OutboundFrames unsent = new OutboundFrames();
  private final Deque<Integer> freeReceives = new ArrayDeque<>();
  private final SendBuffers sends;
  private final InboundAssembly inbound;
  private boolean pumping;
  private boolean delivering;
  private long flushDeadlineNanos;

  /**
   * @param whenOpen told when the handler is made
   * @param whenEnded told when all is released
   */
  RdmaConnection(
      RdmaTransport transport,
      RdmaLoop loop,
      int serial,
      boolean accepted,
      MessageBuffers.Buffers buffers,
      Function<TransportConnection, FrameHandler> handlers,
      Consumer<RdmaConnection> whenOpen,
      Consumer<IOException> whenEnded) {
    this.transport = transport;
    this.loop = loop;
    this.serial = serial;
    this.accepted = accepted;
    this.buffers = buffers;
    this.handlers = handlers;
    this.whenOpen = whenOpen;
    this.whenEnded = whenEnded;
    this.core =
        new SmbDirectConnection(
            accepted ? SmbDirectConnection.Role.ACCEPTOR : SmbDirectConnection.Role.INITIATOR,
            transport.settings().limits(),
            System.nanoTime());
    this.core.frameLimit(FramePool.UNAUTHENTICATED_FRAME_BYTES_MAX);
    this.posts = new PostQueue(RdmaTransport.POSTS_MAX, this::fail, this::onWithheld);
    this.unsentBytes = new UnsentBytes(transport.settings());
    this.sends = new SendBuffers(buffers.sends());
    this.inbound = new InboundAssembly(transport.pool(), this::memoryReturned);
    for (int i = 0; i < buffers.receives().size(); i++) {
      freeReceives.add(i);
    }
  }

  int serial() {
    return serial;
  }

  long workId(WorkId.Kind kind, int number) {
    return WorkId.of(serial, kind, number);
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public InetSocketAddress peer() {
    return queuePair.orElseThrow().peer();
  }

  @Override
  public InetSocketAddress local() {
    return queuePair.orElseThrow().local();
  }

  @Override
  public Transport transport() {
    return transport;
  }

  @Override
  public Executor owner() {
    return loop;
  }

  @Override
  public Optional<DirectPlacement> placement() {
    return placement.map(own -> own);
  }

  @Override
  public void send(OutboundFrame frame) {
    unsentBytes.add(frame.lengthBytes());
    handedIn.add(frame);
    onLoop(this::pump);
  }

  @Override
  public void frameLimit(int bytes) {
    onLoop(() -> core.frameLimit(bytes));
  }

  @Override
  public void reading(boolean on) {
    onLoop(() -> {
      inbound.reading(on);
      deliver();
      pump();
    });
  }

  @Override
  public boolean deliveryTimeout(Duration timeout) {
    deliveryNanos = timeout.toNanos();
    return true;
  }

  @Override
  public void close(String reason) {
    onLoop(() -> end(new IOException("closed here: " + reason)));
  }

  @Override
  public void reset(String reason) {
    onLoop(() -> end(new IOException("reset here: " + reason)));
  }

  @Override
  public void closeAfterFlush(String reason) {
    onLoop(() -> {
      if (state == State.OPEN) {
        flush(new IOException("closed here: " + reason));
        pump();
      } else if (state == State.NEW) {
        end(new IOException("closed here: " + reason));
      }
    });
  }

  private void flush(IOException cause) {
    closeCause = Optional.of(cause);
    state(State.FLUSHING);
    flushDeadlineNanos = System.nanoTime() + transport.settings().flushTimeout().toNanos();
  }

  /** A fault of this program hit the connection: it ends, and does not hang. On the loop. */
  void fault(RuntimeException fault) {
    LOG.error("rdma connection ended by a fault conn={}", id, fault);
    transport.counters().increment(RdmaCounter.FAULTS);
    end(fault);
  }

  /** Bytes that were to leave may not do so any more. Any thread. */
  void onWithheld() {
    transport.counters().increment(RdmaCounter.FRAMES_WITHHELD);
    fail(new IOException("a payload may not leave any more"));
  }

  /** Ends the connection for a failure that any thread found. */
  void fail(IOException cause) {
    loop.execute(this, () -> end(cause));
  }

  /** The connection is there, before the peer can send: posts the receive of the negotiation. */
  void prepare(QueuePair connected) {
    queuePair = Optional.of(connected);
    posts.open(connected);
    try {
      postReceive(connected, freeReceives.remove());
    } catch (VerbsException e) {
      fail(e);
    }
  }

  /** The initiator's first step; on the loop. */
  void request(QueuePair connected) {
    if (state == State.NEW) {
      prepare(connected);
      sendMessage(NegotiateRequestCodec.encode(core.request()));
    } else {
      connected.close();
    }
  }

  /** The peer disconnected or is gone. */
  void onDisconnected(String reason) {
    loop.execute(
        this,
        () -> {
          // What the peer sent before it left has completed, but may not have been taken yet.
          loop.drain();
          if (state != State.NEW && inbound.isBetween()) {
            endQuietly();
          } else {
            end(new IOException(reason));
          }
        });
  }

  private void postReceive(QueuePair to, int index) throws VerbsException {
    to.postReceive(workId(WorkId.Kind.RECEIVE, index), buffers.receives().get(index));
  }

  private void sendMessage(MemorySegment message) {
    int index = sends.take(System.nanoTime());
    Slice slice = sends.slice(index, (int) message.byteSize());
    slice.bytes().copyFrom(message);
    posts.post(new WorkRequest.Send(workId(WorkId.Kind.SEND, index), slice), Permit.ALWAYS);
  }

  /** A completion of this connection; on the loop. */
  void onCompletion(Completion completion) {
    if (state == State.CLOSED) {
      return;
    }
    WorkId.Kind kind = WorkId.kind(completion.workId());
    int number = WorkId.number(completion.workId());
    if (!completion.succeeded()) {
      onFailed(kind, completion);
      return;
    }
    switch (kind) {
      case RECEIVE -> onReceived(number, completion);
      case SEND -> {
        posts.onCompleted();
        sends.giveBack(number);
        pump();
      }
      case TRANSFER -> {
        posts.onCompleted();
        placement.ifPresent(own -> own.onTransferred(number));
      }
      case BIND -> posts.onBound();
      case INVALIDATE -> {
        posts.onCompleted();
        placement.ifPresent(own -> own.onRevoked(number));
      }
    }
  }

  private void onFailed(WorkId.Kind kind, Completion completion) {
    if (completion.status() == CompletionStatus.WR_FLUSH_ERR) {
      // The end of the connection is told by what broke it, or by the provider.
      LOG.trace("rdma conn={} flushed {}", serial, kind);
      return;
    }
    transport.counters().increment(RdmaCounter.WORK_REQUESTS_FAILED);
    end(
        new IOException(
            kind + " ended with " + completion.status() + " vendor=" + completion.vendorError()));
  }

  private void onReceived(int index, Completion completion) {
    MemorySegment bytes = buffers.receives().get(index).first(completion.lengthBytes()).bytes();
    OptionalInt invalidated =
        completion.invalidated().stream().mapToInt(RemoteKey::value).findFirst();
    invalidated.ifPresent(key -> placement.ifPresent(own -> own.onInvalidated(key)));
    switch (core.onReceived(bytes, System.nanoTime())) {
      case Received.Answer(NegotiateResponse response) -> {
        freeReceives.add(index);
        answer(response);
      }
      case Received.Established established -> {
        freeReceives.add(index);
        opened();
      }
      case Received.Fragment(MemorySegment data, long rest, boolean isFirst) -> {
        inbound.add(new InboundAssembly.Fragment(index, data, rest, isFirst, invalidated));
        deliver();
      }
      case Received.Nothing nothing -> freeReceives.add(index);
      case Received.Violation(String reason) -> {
        transport.counters().increment(RdmaCounter.VIOLATIONS);
        end(new IOException("the peer broke SMB Direct: " + reason));
      }
    }
    pump();
  }

  /** [MS-SMBD] 3.1.5.6: the receives that the answer grants are posted before it is sent. */
  private void answer(NegotiateResponse response) {
    try {
      for (int i = 0; i < response.creditsGranted(); i++) {
        postReceive(queuePair.orElseThrow(), freeReceives.remove());
      }
    } catch (VerbsException e) {
      end(e);
      return;
    }
    sendMessage(NegotiateResponseCodec.encode(response));
    if (response.status() == 0) {
      opened();
    } else {
      flush(new IOException("the peer speaks no version of ours"));
    }
  }

  private void opened() {
    placement =
        Optional.of(
            new RdmaPlacement(
                this,
                transport.verbs(),
                transport.placementPool(accepted),
                posts,
                transport.counters(),
                core.maxReadWriteSize()));
    state(State.OPEN);
    LOG.debug("rdma connection open conn={} local={} peer={}", id, local(), peer());
    handler = Optional.of(handlers.apply(this));
    whenOpen.accept(this);
  }

  private void memoryReturned() {
    onLoop(() -> {
      inbound.memoryReturned();
      deliver();
      pump();
    });
  }

  private void deliver() {
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      while (state == State.OPEN) {
        InboundAssembly.Step step = inbound.next();
        switch (step) {
          case InboundAssembly.Step.Copied(int index) -> freeReceives.add(index);
          case InboundAssembly.Step.Whole(int index, InboundAssembly.Frame frame) -> {
            freeReceives.add(index);
            transport.counters().increment(RdmaCounter.FRAMES_RECEIVED);
            handler.orElseThrow().onFrame(frame);
          }
          case InboundAssembly.Step.NeedMemory() -> {
            transport.counters().increment(RdmaCounter.MEMORY_WAITS);
            return;
          }
          case InboundAssembly.Step.Nothing() -> {
            return;
          }
        }
      }
    } catch (RuntimeException e) {
      fault(e);
    } finally {
      delivering = false;
    }
  }

  /** Posts receives that are wanted, and sends what the credits allow. */
  private void pump() {
    if (pumping) {
      return;
    }
    pumping = true;
    try {
      do {
        takeHandedIn();
        if (state == State.OPEN || state == State.FLUSHING) {
          postReceives();
          sendQueued();
          unsentBytes
              .writableChanged()
              .filter(_ -> state == State.OPEN)
              .ifPresent(now -> handler.ifPresent(told -> told.onWritable(now)));
        }
        // Who is told that a frame was sent may hand in the next.
      } while (!handedIn.isEmpty());
      if (state == State.FLUSHING && unsent.isEmpty() && sends.areHome()) {
        endQuietly();
      }
    } finally {
      pumping = false;
    }
  }

  private void takeHandedIn() {
    for (OutboundFrame frame = handedIn.poll(); frame != null; frame = handedIn.poll()) {
      if (state != State.OPEN) {
        unsentBytes.remove(frame.lengthBytes());
        frame.released().run(false);
        continue;
      }
      unsent.add(frame);
      if (unsentBytes.areTooMany()) {
        transport.counters().increment(RdmaCounter.SEND_QUEUE_OVERFLOWS);
        end(new IOException("too many bytes wait for the peer"));
      } else if (frame.lengthBytes() > core.maxFragmentedSendSize()) {
        end(
            new IOException(
                "a frame of "
                    + frame.lengthBytes()
                    + " bytes; the peer takes "
                    + core.maxFragmentedSendSize()));
      } else {
        core.queue(frame.lengthBytes());
      }
    }
  }

  private void postReceives() {
    try {
      int count = Math.min(core.receivesWanted(), freeReceives.size());
      for (int i = 0; i < count; i++) {
        postReceive(queuePair.orElseThrow(), freeReceives.remove());
      }
      core.onPosted(count);
    } catch (VerbsException e) {
      end(e);
    }
  }

  private void sendQueued() {
    while (sends.hasFree() && state != State.CLOSED) {
      Optional<SmbDirectConnection.Outgoing> next = core.poll();
      if (next.isEmpty()) {
        return;
      }
      DataTransfer header = next.get().header();
      int index = sends.take(System.nanoTime());
      Slice slice = sends.slice(index, header.messageBytes());
      MemorySegment bytes = slice.bytes();
      DataTransferCodec.encode(header, bytes);
      long workId = workId(WorkId.Kind.SEND, index);
      OptionalInt invalidates = OptionalInt.empty();
      Permit permit = Permit.ALWAYS;
      if (header.dataLength() > 0) {
        permit = unsent.first().permit();
        unsent.copy(bytes, header.dataOffset(), header.dataLength());
        if (next.get().isLast()) {
          invalidates = unsent.first().invalidates();
        }
      }
      posts.post(
          invalidates.isPresent()
              ? new WorkRequest.SendWithInvalidate(
                  workId, slice, new RemoteKey(invalidates.getAsInt()))
              : new WorkRequest.Send(workId, slice),
          permit);
      if (next.get().isLast()) {
        OutboundFrame sent = unsent.removeFirst();
        unsentBytes.remove(sent.lengthBytes());
        transport.counters().increment(RdmaCounter.FRAMES_SENT);
        sent.released().run(true);
      }
    }
  }

  /** Looks at its deadlines; on the loop. */
  void onTick(long nowNanos) {
    core.onTimeout(nowNanos).ifPresent(why -> end(new IOException(why)));
    if (Stall.of(sends, posts, deliveryNanos, nowNanos).isPresent()) {
      // What has completed may not have been taken yet, as where this thread had to wait.
      loop.drain();
      Stall.of(sends, posts, deliveryNanos, nowNanos).ifPresent(this::end);
    }
    if (placement.filter(own -> !own.mayStayExposed()).isPresent()) {
      onWithheld();
    }
    if (state == State.FLUSHING && nowNanos - flushDeadlineNanos > 0) {
      end(new IOException("not flushed in time"));
    }
    pump();
  }

  private void end(Stall stall) {
    transport.counters().increment(stall.counter());
    end(new IOException(stall.why()));
  }

  private void end(Throwable cause) {
    if (closeCause.isEmpty()) {
      closeCause = Optional.of(cause);
    }
    endQuietly();
  }

  /** Releases everything and tells the handler, once. */
  private void endQuietly() {
    if (state == State.CLOSED) {
      return;
    }
    state(State.CLOSED);
    core.close();
    posts.close();
    List<RdmaLease.Rights> dropped = placement.map(RdmaPlacement::dropRights).orElse(List.of());
    queuePair.ifPresent(QueuePair::close);
    loop.remove(this);
    Throwable cause = closeCause.orElseGet(() -> new IOException("the peer closed"));
    placement.ifPresent(
        own -> own.end(dropped, new IOException("the connection is gone: " + cause.getMessage())));
    unsent.releaseAll();
    takeHandedIn();
    inbound.close();
    transport.ended(buffers);
    LOG.debug("rdma connection closed conn={} cause={}", id, cause.getMessage());
    Optional<FrameHandler> told = handler;
    handler = Optional.empty();
    told.ifPresent(closed -> closed.onClosed(closeCause));
    whenEnded.accept(
        cause instanceof IOException io ? io : new IOException(cause.getMessage(), cause));
  }

  private void state(State next) {
    if (next.compareTo(state) > 0) {
      LOG.trace("rdma connection conn={} {} -> {}", serial, state, next);
      state = next;
    }
  }

  private void onLoop(Runnable task) {
    if (loop.isThread()) {
      task.run();
    } else {
      loop.execute(this, task);
    }
  }
}
