package org.sealane.rdma.disni;

import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.sealane.rdma.verbs.ConnectParameters;
import org.sealane.rdma.verbs.QueuePair;
import org.sealane.rdma.verbs.QueuePairSettings;
import org.sealane.rdma.verbs.VerbsException;

/**
 * The making of one connection from this side, on the events' thread.
 *
 * <p>Life: {@code ADDRESS -> ROUTE -> ANSWER -> DONE}, or from anywhere to {@code DONE} by a
 * failure.
 */
final class Connecting implements CmEvents.Owner {
  /**
   * What the kernel gets for one look at an address. It waits for a change of the neighbour that it
   * can miss, as on an interface to itself, and then looks again only when this is over.
   */
  private static final Duration ADDRESS_TRY = Duration.ofSeconds(1);

  private static final int ETIMEDOUT = 110;

  /** The reason in a rejection that is the peer's host's own: no such service id. */
  private static final int NOBODY_LISTENS = 8;

  private enum State {
    ADDRESS,
    ROUTE,
    ANSWER,
    DONE
  }

  private final DisniVerbs verbs;
  private final InetSocketAddress address;
  private final QueuePairSettings settings;
  private final ConnectParameters offer;
  private final QueuePair.Listener listener;
  private final Duration timeout;
  private final CompletableFuture<QueuePair> connected = new CompletableFuture<>();
  private State state = State.ADDRESS;
  private Optional<RdmaCmId> id = Optional.empty();
  private Optional<DisniQueuePair> queuePair = Optional.empty();

  Connecting(
      DisniVerbs verbs,
      InetSocketAddress address,
      QueuePairSettings settings,
      ConnectParameters offer,
      QueuePair.Listener listener,
      Duration timeout) {
    this.verbs = verbs;
    this.address = address;
    this.settings = settings;
    this.offer = offer;
    this.listener = listener;
    this.timeout = timeout;
  }

  CompletableFuture<QueuePair> connected() {
    return connected;
  }

  void start() {
    try {
      RdmaCmId made = verbs.events().createId();
      id = Optional.of(made);
      verbs.events().own(made, this);
      verbs.events().schedule(timeout, this::onTimeout);
      resolveAddress(made);
    } catch (IOException e) {
      fail(DisniVerbs.asVerbs("no way to " + peer(), e));
    }
  }

  private void resolveAddress(RdmaCmId of) throws IOException {
    of.resolveAddr(
        verbs.sourceFor(address).orElse(null), address, Math.toIntExact(ADDRESS_TRY.toMillis()));
  }

  private int millis() {
    return Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
  }

  private void onTimeout() {
    if (state != State.DONE) {
      fail(
          new VerbsException(
              VerbsException.Kind.TIMED_OUT, "no connection to " + peer() + " in " + timeout));
    }
  }

  /** The device was closed. */
  void abandon() {
    if (state != State.DONE) {
      fail(new VerbsException(VerbsException.Kind.CLOSED, "the device is closed"));
    }
  }

  @Override
  public void onEvent(RdmaCmId of, CmEvents.Event event) {
    if (state == State.DONE) {
      queuePair.ifPresent(made -> verbs.afterConnect(made, event));
      return;
    }
    try {
      switch (event.kind()) {
        case ADDR_RESOLVED -> addressResolved(of);
        case ROUTE_RESOLVED -> routeResolved(of);
        case ESTABLISHED -> established(event.peerSaid());
        case REJECTED ->
            fail(
                new VerbsException(
                    VerbsException.Kind.REFUSED,
                    event.status() == NOBODY_LISTENS
                        ? "can not connect to " + peer() + ": nobody listens"
                        : peer() + " rejected, reason " + event.status()));
        case ADDR_ERROR -> {
          if (event.status() == -ETIMEDOUT) {
            resolveAddress(of);
          } else {
            fail(failure(VerbsException.Kind.UNREACHABLE, event));
          }
        }
        case ROUTE_ERROR, UNREACHABLE -> fail(failure(VerbsException.Kind.UNREACHABLE, event));
        case CONNECT_ERROR, DISCONNECTED, DEVICE_REMOVAL ->
            fail(failure(VerbsException.Kind.DEVICE, event));
        case CONNECT_REQUEST,
            CONNECT_RESPONSE,
            MULTICAST_JOIN,
            MULTICAST_ERROR,
            ADDR_CHANGE,
            TIMEWAIT_EXIT -> {}
      }
    } catch (IOException e) {
      fail(DisniVerbs.asVerbs("no connection to " + peer(), e));
    }
  }

  private String peer() {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  private VerbsException failure(VerbsException.Kind kind, CmEvents.Event event) {
    return new VerbsException(kind, peer() + ": " + event.kind() + " " + event.status());
  }

  private void addressResolved(RdmaCmId of) throws IOException {
    verbs.requireDevice(of);
    state = State.ROUTE;
    of.resolveRoute(millis());
  }

  private void routeResolved(RdmaCmId of) throws IOException {
    DisniQueuePair made =
        DisniQueuePair.create(verbs, verbs.nextSerial(), of, settings, offer, listener);
    queuePair = Optional.of(made);
    state = State.ANSWER;
    try (Arena arena = Arena.ofConfined()) {
      of.connect(new ConnParam(offer, arena));
    }
  }

  private void established(ConnectParameters peerSaid) {
    DisniQueuePair made = queuePair.orElseThrow();
    made.negotiated(offer.against(peerSaid));
    state = State.DONE;
    verbs.opened(made);
    verbs.done(this);
    connected.complete(made);
  }

  private void fail(VerbsException cause) {
    state = State.DONE;
    queuePair.ifPresentOrElse(DisniQueuePair::close, () -> id.ifPresent(verbs.events()::destroy));
    queuePair = Optional.empty();
    verbs.done(this);
    connected.completeExceptionally(cause);
  }
}
