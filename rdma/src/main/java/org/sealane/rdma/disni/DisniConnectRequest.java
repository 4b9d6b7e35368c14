package org.sealane.rdma.disni;

import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.sealane.rdma.verbs.ConnectParameters;
import org.sealane.rdma.verbs.ConnectRequest;
import org.sealane.rdma.verbs.QueuePair;
import org.sealane.rdma.verbs.QueuePairSettings;
import org.sealane.rdma.verbs.VerbsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The making of one connection from the other side.
 *
 * <p>Life: {@code WAITING -> REFUSED}, or {@code WAITING -> ACCEPTING -> DONE}, or as the listener
 * is closed {@code WAITING -> WITHDRAWN}.
 */
final class DisniConnectRequest implements ConnectRequest, CmEvents.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(DisniConnectRequest.class);

  private enum State {
    WAITING,
    REFUSED,
    WITHDRAWN,
    ACCEPTING,
    DONE
  }

  private final DisniVerbs verbs;
  private final RdmaCmId id;
  private final InetSocketAddress peer;
  private final InetSocketAddress local;
  private final ConnectParameters offered;
  private final Consumer<DisniConnectRequest> whenAnswered;
  private final CompletableFuture<QueuePair> accepted = new CompletableFuture<>();

  // Guarded by this.
  private State state = State.WAITING;
  private Optional<DisniQueuePair> queuePair = Optional.empty();
  private boolean peerGone;

  DisniConnectRequest(
      DisniVerbs verbs,
      RdmaCmId id,
      ConnectParameters offered,
      Consumer<DisniConnectRequest> whenAnswered)
      throws IOException {
    this.verbs = verbs;
    this.id = id;
    this.peer = (InetSocketAddress) id.getDestination();
    this.local = (InetSocketAddress) id.getSource();
    this.offered = offered;
    this.whenAnswered = whenAnswered;
  }

  @Override
  public InetSocketAddress peer() {
    return peer;
  }

  @Override
  public InetSocketAddress local() {
    return local;
  }

  @Override
  public ConnectParameters offered() {
    return offered;
  }

  /**
   * One way out of WAITING is taken, once.
   *
   * @return false if the listener was first
   */
  private synchronized boolean answer(State with) {
    switch (state) {
      case WAITING -> state = with;
      case WITHDRAWN -> {
        return false;
      }
      case REFUSED, ACCEPTING, DONE ->
          throw new IllegalStateException("the request was answered already");
    }
    return true;
  }

  @Override
  public CompletionStage<QueuePair> accept(
      QueuePairSettings settings,
      ConnectParameters answer,
      QueuePair.Listener listener,
      Consumer<QueuePair> prepare) {
    if (!answer(State.ACCEPTING)) {
      accepted.completeExceptionally(
          new VerbsException(VerbsException.Kind.CLOSED, "the listener is closed"));
      return accepted;
    }
    whenAnswered.accept(this);
    verbs.accepting(this);
    if (isPeerGone()) {
      refuse(verbs, id);
      fail(new VerbsException(VerbsException.Kind.UNREACHABLE, peer + ": not established, gone"));
      return accepted;
    }
    ConnectParameters both = answer.against(offered);
    Optional<DisniQueuePair> made = Optional.empty();
    try {
      made =
          Optional.of(
              DisniQueuePair.create(verbs, verbs.nextSerial(), id, settings, both, listener));
      synchronized (this) {
        queuePair = made;
      }
      verbs.opened(made.get());
      prepare.accept(made.get());
      try (Arena arena = Arena.ofConfined()) {
        id.accept(
            new ConnParam(
                new ConnectParameters(
                    answer.privateData(), both.responderResources(), both.initiatorDepth()),
                arena));
      }
    } catch (IOException e) {
      if (made.isEmpty()) {
        refuse(verbs, id);
      }
      VerbsException cause = DisniVerbs.asVerbs("not accepted", e);
      fail(
          new VerbsException(
              cause.kind(), peer + ": not established, " + cause.getMessage(), cause));
    }
    return accepted;
  }

  private void fail(VerbsException cause) {
    Optional<DisniQueuePair> made;
    synchronized (this) {
      state = State.DONE;
      made = queuePair;
      queuePair = Optional.empty();
    }
    made.ifPresent(DisniQueuePair::close);
    verbs.done(this);
    accepted.completeExceptionally(cause);
  }

  /** The device is being closed. */
  void abandon() {
    fail(new VerbsException(VerbsException.Kind.CLOSED, "the device is closed"));
  }

  @Override
  public void reject() {
    if (answer(State.REFUSED)) {
      whenAnswered.accept(this);
      refuse(verbs, id);
    }
  }

  /** The listener was closed. */
  void withdraw() {
    synchronized (this) {
      if (state != State.WAITING) {
        return;
      }
      state = State.WITHDRAWN;
    }
    whenAnswered.accept(this);
    refuse(verbs, id);
  }

  static void refuse(DisniVerbs verbs, RdmaCmId id) {
    try {
      verbs.extensions().reject(id);
    } catch (IOException e) {
      LOG.debug("rdma connect request not refused: {}", e.getMessage());
    }
    verbs.events().destroy(id);
  }

  @Override
  public void onEvent(RdmaCmId of, CmEvents.Event event) {
    State now;
    Optional<DisniQueuePair> made;
    synchronized (this) {
      now = state;
      made = queuePair;
    }
    switch (now) {
      case WAITING, REFUSED, WITHDRAWN -> whileWaiting(event);
      case ACCEPTING -> made.ifPresent(queuePair -> whileAccepting(queuePair, event));
      case DONE -> made.ifPresent(queuePair -> verbs.afterConnect(queuePair, event));
    }
  }

  private synchronized boolean isPeerGone() {
    return peerGone;
  }

  /** The peer gave up: who answers is told, as the id still stands. */
  private synchronized void whileWaiting(CmEvents.Event event) {
    LOG.trace("rdma connect request peer={} event={}", peer, event.kind());
    peerGone = true;
  }

  private void whileAccepting(DisniQueuePair made, CmEvents.Event event) {
    switch (event.kind()) {
      case ESTABLISHED -> {
        synchronized (this) {
          state = State.DONE;
        }
        verbs.done(this);
        accepted.complete(made);
      }
      case CONNECT_ERROR, UNREACHABLE, REJECTED, DISCONNECTED, DEVICE_REMOVAL ->
          fail(
              new VerbsException(
                  VerbsException.Kind.UNREACHABLE,
                  peer + ": not established, " + event.kind() + " " + event.status()));
      case ADDR_RESOLVED,
          ADDR_ERROR,
          ROUTE_RESOLVED,
          ROUTE_ERROR,
          CONNECT_REQUEST,
          CONNECT_RESPONSE,
          MULTICAST_JOIN,
          MULTICAST_ERROR,
          ADDR_CHANGE,
          TIMEWAIT_EXIT -> {}
    }
  }
}
