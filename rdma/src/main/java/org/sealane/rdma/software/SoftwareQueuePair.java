package org.sealane.rdma.software;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.sealane.rdma.verbs.Access;
import org.sealane.rdma.verbs.Completion;
import org.sealane.rdma.verbs.CompletionStatus;
import org.sealane.rdma.verbs.ConnectParameters;
import org.sealane.rdma.verbs.QueuePair;
import org.sealane.rdma.verbs.QueuePairSettings;
import org.sealane.rdma.verbs.RemoteKey;
import org.sealane.rdma.verbs.Slice;
import org.sealane.rdma.verbs.VerbsException;
import org.sealane.rdma.verbs.WorkRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue pair. Requests are carried out by the thread that posts them, one after the other; one
 * that waits for the peer's receive holds those behind it, and is tried again when the completion
 * queue is polled.
 *
 * <p>Locks: {@code sending} guards the send queue and carrying out, {@code receiving} the receives;
 * sending before receiving where both are taken. Nothing waits for the peer under them but the end
 * of a copy that it had begun.
 */
final class SoftwareQueuePair implements QueuePair {
  private static final Logger LOG = LoggerFactory.getLogger(SoftwareQueuePair.class);

  /** How long a send waits for the peer to post a receive. */
  private static final long RECEIVER_NOT_READY_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** How long the peer may take to end a copy; longer, and it is taken for stopped. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final SoftwareVerbs verbs;
  private final int number;
  private final int slot;
  private final SoftwareCompletionQueue completions;
  private final QueuePairSettings settings;
  private final InetSocketAddress local;
  private final InetSocketAddress peer;
  private final Listener listener;
  private final Path file;
  private final Arena arena = Arena.ofShared();
  private final QueuePairBlock own;
  private final Link link;
  private volatile ConnectParameters negotiated;
  private volatile Optional<Remote> remote = Optional.empty();
  private volatile boolean listenerTold;

  private final Object sending = new Object();
  private final Deque<Pending> sends = new ArrayDeque<>();
  private final AtomicInteger sendsOutstanding = new AtomicInteger();
  private Optional<Long> stalledSinceNanos = Optional.empty();
  private boolean peerTold;

  private final Object receiving = new Object();
  private final Deque<PostedReceive> receives = new ArrayDeque<>();
  private final AtomicInteger receivesOutstanding = new AtomicInteger();
  private long arrivals;
  private boolean flushed;
  private boolean closed;

  /** The peer's half. */
  record Remote(
      PeerDevice device, Arena arena, QueuePairBlock block, int number, Doorbells bells, int slot) {
    void ring() {
      bells.ring(slot);
    }
  }

  /** A request, with its status if that was settled as it was posted. */
  private record Pending(WorkRequest request, Optional<CompletionStatus> settled) {}

  private record PostedReceive(long workId, int lengthBytes) {}

  SoftwareQueuePair(
      SoftwareVerbs verbs,
      int number,
      int slot,
      QueuePairSettings settings,
      InetSocketAddress local,
      InetSocketAddress peer,
      ConnectParameters parameters,
      Listener listener,
      Link link)
      throws IOException {
    this.verbs = verbs;
    this.number = number;
    this.slot = slot;
    this.completions = (SoftwareCompletionQueue) settings.completions();
    this.settings = settings;
    this.local = local;
    this.peer = peer;
    this.negotiated = parameters;
    this.listener = listener;
    this.link = link;
    this.file = verbs.directory().resolve(PeerDevice.blockFile(number));
    try {
      int depth = settings.receiveDepth();
      this.own = new QueuePairBlock(Shared.create(file, QueuePairBlock.bytes(depth), arena), depth);
    } catch (IOException e) {
      arena.close();
      throw e;
    }
  }

  /** Connects it with the peer's half; before anything is posted to the send queue. */
  void attach(Remote peerHalf, ConnectParameters both) {
    negotiated = both;
    remote = Optional.of(peerHalf);
  }

  SetUpMessage.Endpoint endpoint() {
    return new SetUpMessage.Endpoint(
        verbs.instanceName(), number, completions.number(), slot, settings.receiveDepth());
  }

  int slot() {
    return slot;
  }

  Optional<Remote> remote() {
    return remote;
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public InetSocketAddress local() {
    return local;
  }

  @Override
  public InetSocketAddress peer() {
    return peer;
  }

  @Override
  public ConnectParameters negotiated() {
    return negotiated;
  }

  @Override
  public void postReceive(long workId, Slice into) throws VerbsException {
    synchronized (receiving) {
      if (closed) {
        throw closed();
      }
      if (receivesOutstanding.get() >= settings.receiveDepth()) {
        throw new VerbsException(
            VerbsException.Kind.EXHAUSTED,
            "the receive queue holds " + settings.receiveDepth() + " receives");
      }
      receivesOutstanding.incrementAndGet();
      receives.add(new PostedReceive(workId, into.lengthBytes()));
      if (flushed) {
        flushReceives();
        return;
      }
      boolean writable =
          Transfers.local(verbs, into).isPresent()
              && into.region().access().contains(Access.LOCAL_WRITE);
      SoftwareRegion region = writable ? (SoftwareRegion) into.region() : null;
      own.addReceive(
          region == null
              ? QueuePairBlock.Receive.UNWRITABLE
              : new QueuePairBlock.Receive(
                  region.number(), region.start() + into.offsetBytes(), into.lengthBytes()));
    }
  }

  @Override
  public void post(WorkRequest request) throws VerbsException {
    synchronized (sending) {
      if (isClosed()) {
        throw closed();
      }
      if (sendsOutstanding.get() >= settings.sendDepth()) {
        throw new VerbsException(
            VerbsException.Kind.EXHAUSTED,
            "the send queue holds " + settings.sendDepth() + " requests");
      }
      sendsOutstanding.incrementAndGet();
      Optional<CompletionStatus> settled =
          request instanceof WorkRequest.BindWindow bind
              ? Optional.of(Transfers.bind(verbs, number, bind))
              : Optional.empty();
      sends.add(new Pending(request, settled));
      carryOut();
    }
  }

  /** Carries out what was posted, as far as the peer has receives for it. */
  private void carryOut() {
    while (!sends.isEmpty()) {
      Pending next = sends.peek();
      Optional<CompletionStatus> status = own.isInError() ? flush() : execute(next);
      if (status.isEmpty()) {
        status = stall();
        if (status.isEmpty()) {
          return;
        }
      }
      stalledSinceNanos = Optional.empty();
      sends.remove();
      complete(next.request().workId(), status.get());
      if (status.get() != CompletionStatus.SUCCESS) {
        breakOff();
      }
    }
  }

  private static Optional<CompletionStatus> flush() {
    return Optional.of(CompletionStatus.WR_FLUSH_ERR);
  }

  private Optional<CompletionStatus> stall() {
    long now = System.nanoTime();
    if (stalledSinceNanos.isEmpty()) {
      stalledSinceNanos = Optional.of(now);
    } else if (now - stalledSinceNanos.get() > RECEIVER_NOT_READY_NANOS) {
      return Optional.of(CompletionStatus.RNR_RETRY_EXC_ERR);
    }
    completions.stall(this);
    return Optional.empty();
  }

  /** Tries again what waits; called when the completion queue is polled. */
  void retry() {
    synchronized (sending) {
      carryOut();
    }
  }

  /** Empty if the peer has no receive for it. */
  private Optional<CompletionStatus> execute(Pending pending) {
    if (pending.settled().isPresent()) {
      return pending.settled();
    }
    Remote far = remote.orElseThrow(() -> new AssertionError("posted before it was connected"));
    if (pending.request() instanceof WorkRequest.LocalInvalidate(long workId, RemoteKey key)) {
      boolean known = verbs.keys().invalidateOwn(key, number);
      awaitPeerIdle();
      return Optional.of(known ? CompletionStatus.SUCCESS : CompletionStatus.MW_BIND_ERR);
    }
    own.executing(true);
    try {
      // Looked at once more: who breaks the connection off waits for the end of an execution that
      // it sees, so one that begins later must see the break.
      if (own.isInError()) {
        return flush();
      }
      if (far.block().isInError()) {
        return Optional.of(CompletionStatus.RETRY_EXC_ERR);
      }
      return Transfers.execute(verbs, far, pending.request());
    } finally {
      own.executing(false);
    }
  }

  private void complete(long workId, CompletionStatus status) {
    completions.add(
        new SoftwareCompletionQueue.Entry(
            new Completion(workId, status, 0, Optional.empty(), number, 0),
            sendsOutstanding::decrementAndGet));
  }

  /** Takes what the peer did to the receives; called when the completion queue is polled. */
  void collect() {
    synchronized (receiving) {
      if (closed) {
        return;
      }
      takeArrivals();
      if (flushed || !own.isInError()) {
        return;
      }
    }
    synchronized (sending) {
      breakOff();
    }
  }

  private void takeArrivals() {
    while (!receives.isEmpty()) {
      Optional<QueuePairBlock.Arrival> arrival = own.arrival(arrivals);
      if (arrival.isEmpty()) {
        return;
      }
      arrivals++;
      PostedReceive receive = receives.remove();
      int length = arrival.get().lengthBytes();
      boolean fits = length >= 0 && length <= receive.lengthBytes();
      completeReceive(
          receive.workId(),
          fits ? arrival.get().status() : CompletionStatus.LOC_LEN_ERR,
          fits ? length : 0,
          arrival.get().invalidated().map(RemoteKey::new));
    }
  }

  private void completeReceive(
      long workId, CompletionStatus status, int length, Optional<RemoteKey> invalidated) {
    completions.add(
        new SoftwareCompletionQueue.Entry(
            new Completion(workId, status, length, invalidated, number, 0),
            receivesOutstanding::decrementAndGet));
  }

  /** Puts both halves in error, tells the peer, and flushes. Under the lock of sending. */
  private void breakOff() {
    if (isClosed()) {
      return;
    }
    // The peer's half first: a peer that finds only ours broken takes us for dead.
    remote.ifPresent(far -> far.block().breakOff());
    own.breakOff();
    remote.ifPresent(Remote::ring);
    if (!peerTold) {
      peerTold = true;
      link.send(new SetUpMessage.Disconnected());
    }
    flushAll();
  }

  private void flushAll() {
    synchronized (sending) {
      sends.forEach(pending -> complete(pending.request().workId(), CompletionStatus.WR_FLUSH_ERR));
      sends.clear();
      synchronized (receiving) {
        if (closed || flushed) {
          return;
        }
        awaitPeerIdle();
        takeArrivals();
        flushed = true;
        flushReceives();
      }
    }
  }

  private void flushReceives() {
    receives.forEach(receive ->
        completeReceive(receive.workId(), CompletionStatus.WR_FLUSH_ERR, 0, Optional.empty()));
    receives.clear();
  }

  /**
   * Returns when the peer has ended what it was doing to this process's memory. A peer that is
   * stopped within a copy is given up after a while; it may end that copy when it is continued.
   */
  private void awaitPeerIdle() {
    Optional<Remote> far = remote;
    if (far.isEmpty()) {
      return;
    }
    QueuePairBlock block = far.get().block();
    long begun = block.execution();
    if ((begun & 1) == 0) {
      return;
    }
    long start = System.nanoTime();
    while (block.execution() == begun && link.isOpen()) {
      if (System.nanoTime() - start > IDLE_NANOS) {
        LOG.warn("rdma software: peer {} does not end its access to our memory", peer);
        return;
      }
      Thread.onSpinWait();
    }
  }

  /** As {@link #awaitPeerIdle}, for who does not know whether the queue pair is open. */
  void awaitPeerIdleIfOpen() {
    synchronized (receiving) {
      if (!closed) {
        awaitPeerIdle();
      }
    }
  }

  /** The peer said that it disconnected, or is gone. On the event loop. */
  void onPeerGone(String reason) {
    synchronized (sending) {
      if (isClosed()) {
        return;
      }
      own.breakOff();
      flushAll();
    }
    if (!listenerTold) {
      listenerTold = true;
      listener.onDisconnected(reason);
    }
  }

  @Override
  public void disconnect() {
    listenerTold = true;
    synchronized (sending) {
      breakOff();
    }
  }

  @Override
  public void close() {
    disconnect();
    synchronized (sending) {
      synchronized (receiving) {
        if (closed) {
          return;
        }
        closed = true;
      }
    }
    completions.forget(this);
    link.close();
    verbs.queuePairClosed(this, completions, settings.sendDepth() + settings.receiveDepth());
    MeetingPlace.remove(file);
    // Nobody is in it any more: this side looks whether it is closed, under its locks.
    arena.close();
    remote.ifPresent(far -> {
      far.arena().close();
      verbs.release(far.device());
    });
  }

  private boolean isClosed() {
    synchronized (receiving) {
      return closed;
    }
  }

  private static VerbsException closed() {
    return new VerbsException(VerbsException.Kind.CLOSED, "the queue pair is closed");
  }
}
