package org.sealane.smb.lane;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.client.ClientConnection;
import org.sealane.smb.client.ClientSettings;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.client.SmbClient;
import org.sealane.smb.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the session of a lane: connects, negotiates exactly the policy's algorithms, proves both
 * nodes' identities, and connects the one tree that the keys are bound to. Any thread may call.
 */
public final class LaneDialer {
  private static final Logger LOG = LoggerFactory.getLogger(LaneDialer.class);

  /** How long a lane may take to open, the handshake included. */
  static final Duration OPEN_TIMEOUT = Duration.ofSeconds(15);

  private final UUID clusterId;
  private final String self;
  private final SmbClient client;
  private final Transport transport;
  private final Optional<Transport> rdma;
  private final Function<LaneBinding, SecurityContext> initiator;
  private final Duration deliveryTimeout;
  private final UUID clientGuid;
  private final AtomicLong nextSerial;

  /**
   * @param clusterId the cluster both ends belong to
   * @param self this node's name
   * @param transport carries lanes; stays the caller's
   * @param rdma carries lanes whose policies allow it, where it reaches the other node
   * @param initiator proves this node to the binding's server
   * @param deliveryTimeout how long sent bytes may stay unacknowledged
   * @param firstSerial serials of this process start here; larger than any an earlier process used
   */
  public LaneDialer(
      UUID clusterId,
      String self,
      SmbClient client,
      Transport transport,
      Optional<Transport> rdma,
      Function<LaneBinding, SecurityContext> initiator,
      Duration deliveryTimeout,
      UUID clientGuid,
      long firstSerial) {
    this.clusterId = Objects.requireNonNull(clusterId);
    this.self = Objects.requireNonNull(self);
    this.client = Objects.requireNonNull(client);
    this.transport = Objects.requireNonNull(transport);
    this.rdma = Objects.requireNonNull(rdma);
    this.initiator = Objects.requireNonNull(initiator);
    this.deliveryTimeout = Objects.requireNonNull(deliveryTimeout);
    this.clientGuid = Objects.requireNonNull(clientGuid);
    this.nextSerial = new AtomicLong(firstSerial);
  }

  boolean hasRdma() {
    return rdma.isPresent();
  }

  /** True if this node has RDMA and {@code policy} would rather have it than TCP. */
  boolean prefersRdma(LanePolicy policy) {
    return rdma.isPresent() && policy.transport() == TransportPreference.RDMA_PREFERRED;
  }

  /** The ways that a lane under {@code policy} may take, in the order of the wish. */
  private List<Transport> ways(LanePolicy policy, boolean rdmaIsDown) throws IOException {
    return switch (policy.transport()) {
      case RDMA_PREFERRED -> {
        List<Transport> ways = new ArrayList<>(rdma.stream().toList());
        ways.add(rdmaIsDown ? 0 : ways.size(), transport);
        yield ways;
      }
      case RDMA_ONLY ->
          List.of(
              rdma.orElseThrow(() ->
                  new IOException(
                      "the policy says rdma-only and this node has no RDMA transport")));
      case TCP_ONLY -> List.of(transport);
    };
  }

  /**
   * Opens a session for the lane under {@code policy}, in the place of the session before it, or of
   * none if that is 0. Where RDMA is preferred and fails, the lane takes TCP, with all else as the
   * policy says: the way never changes the level. Fails with an {@link IOException} or a {@link
   * org.sealane.smb.client.ClientException}; whatever was opened is closed then.
   *
   * @param paths whether RDMA works; told if not
   * @param events hears of a fallback
   */
  CompletionStage<ClientTree> dial(
      LaneKey key,
      InetSocketAddress address,
      LanePolicy policy,
      LaneRules rules,
      long previousSessionId,
      RdmaPaths paths,
      LaneEvent.Sink events) {
    Optional<String> down = prefersRdma(policy) ? paths.down(key.peer()) : Optional.empty();
    List<Transport> ways;
    try {
      ways = ways(policy, down.isPresent());
    } catch (IOException e) {
      return CompletableFuture.failedStage(e);
    }
    down.ifPresent(why -> fellBack(key, why, events));
    Function<Transport, CompletionStage<ClientTree>> over =
        way -> dial(key, new LaneRoute(way, address), policy, rules, previousSessionId);
    CompletionStage<ClientTree> first = over.apply(ways.getFirst());
    if (ways.size() == 1) {
      return policy.transport() == TransportPreference.RDMA_ONLY ? naming(first) : first;
    }
    return first.exceptionallyCompose(failure -> {
      if (!LaneFailure.isOfTheWay(failure)) {
        return CompletableFuture.failedStage(failure);
      }
      if (down.isEmpty()) {
        paths.failed(key.peer(), reason(failure));
        fellBack(key, reason(failure), events);
      }
      return over.apply(ways.getLast());
    });
  }

  private void fellBack(LaneKey key, String why, LaneEvent.Sink events) {
    LOG.info(
        "lane peer={} volume={} kind={} takes {} as rdma failed: {}",
        key.peer(),
        key.volume(),
        key.kind().word(),
        transport.name(),
        why);
    events.accept(new LaneEvent.FellBack(key, transport.name(), why));
  }

  /** Who reads of the failure learns why there is no fallback. */
  private static CompletionStage<ClientTree> naming(CompletionStage<ClientTree> opened) {
    return opened.exceptionallyCompose(failure ->
        CompletableFuture.failedStage(
            LaneFailure.isBrokenWay(failure)
                ? new IOException(
                    "the policy says rdma-only and RDMA failed: " + reason(failure), failure)
                : failure));
  }

  private CompletionStage<ClientTree> dial(
      LaneKey key, LaneRoute route, LanePolicy policy, LaneRules rules, long previousSessionId) {
    LaneBinding binding =
        new LaneBinding(
            clusterId, self, key.peer(), key.volume(), key.kind(), nextSerial.getAndIncrement());
    return client
        .connect(route.transport(), route.address(), settings(policy))
        .thenCompose(connection ->
            establish(connection, binding, new LaneGate(rules, key), previousSessionId));
  }

  private ClientSettings settings(LanePolicy policy) {
    return ClientSettings.of(clientGuid, policy.ciphers(), policy.signing());
  }

  /**
   * Whether RDMA works to {@code address}: connects, negotiates, and closes. Completes with why it
   * does not, or with nothing.
   */
  CompletionStage<Optional<String>> probe(InetSocketAddress address, LanePolicy policy) {
    return client
        .connect(rdma.orElseThrow(), address, settings(policy))
        .thenAccept(connection -> connection.close("probed"))
        .toCompletableFuture()
        .orTimeout(OPEN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .handle((_, failure) -> Optional.ofNullable(failure).map(LaneDialer::reason));
  }

  private static String reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException wrapped && wrapped.getCause() != null
            ? wrapped.getCause()
            : failure;
    return cause instanceof TimeoutException
        ? "no answer in " + OPEN_TIMEOUT.toSeconds() + " s"
        : String.valueOf(cause.getMessage());
  }

  private CompletionStage<ClientTree> establish(
      ClientConnection connection, LaneBinding binding, LaneGate gate, long previousSessionId) {
    connection.transport().deliveryTimeout(deliveryTimeout);
    CompletableFuture<ClientTree> established =
        connection
            .authenticate(initiator.apply(binding), previousSessionId)
            .thenCompose(session -> session.treeConnect(LaneTree.path(binding), gate))
            .toCompletableFuture()
            .orTimeout(OPEN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    return established.whenComplete((_, failure) ->
        Optional.ofNullable(failure)
            .ifPresent(why -> connection.close("lane not opened: " + why.getMessage())));
  }
}
