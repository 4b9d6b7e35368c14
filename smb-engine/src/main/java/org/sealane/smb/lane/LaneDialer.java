package org.sealane.smb.lane;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
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

  /** What carries a lane under {@code policy}, if it reaches the other node. */
  Transport transport(LanePolicy policy) {
    return switch (policy.transport()) {
      case RDMA_PREFERRED, RDMA_ONLY -> rdma.orElse(transport);
      case TCP_ONLY -> transport;
    };
  }

  /**
   * Opens a session for the lane under {@code policy}, in the place of the session before it, or of
   * none if that is 0. Fails with an {@link IOException} or a {@link
   * org.sealane.smb.client.ClientException}; whatever was opened is closed then. {@code events}
   * hears of a fallback.
   */
  CompletionStage<ClientTree> dial(
      LaneKey key,
      LaneRoute route,
      LanePolicy policy,
      LaneRules rules,
      long previousSessionId,
      LaneEvent.Sink events) {
    if (policy.transport() == TransportPreference.RDMA_ONLY
        && route.transport().name().equals("tcp")) {
      return CompletableFuture.failedStage(
          new IOException("the policy says rdma-only and this node has no RDMA transport"));
    }
    LaneBinding binding =
        new LaneBinding(
            clusterId, self, key.peer(), key.volume(), key.kind(), nextSerial.getAndIncrement());
    ClientSettings settings = ClientSettings.of(clientGuid, policy.ciphers(), policy.signing());
    return connect(key, route, policy, settings, events)
        .thenCompose(connection ->
            establish(connection, binding, new LaneGate(rules, key), previousSessionId));
  }

  /**
   * Where RDMA is preferred and does not connect, the lane takes TCP, with all else as the policy
   * says: the way never changes the level.
   */
  private CompletionStage<ClientConnection> connect(
      LaneKey key,
      LaneRoute route,
      LanePolicy policy,
      ClientSettings settings,
      LaneEvent.Sink events) {
    CompletionStage<ClientConnection> first =
        client.connect(route.transport(), route.address(), settings);
    if (policy.transport() != TransportPreference.RDMA_PREFERRED
        || route.transport() == transport) {
      return first;
    }
    return first.exceptionallyCompose(failure -> {
      LOG.info(
          "lane peer={} volume={} kind={} takes {} as rdma does not connect: {}",
          key.peer(),
          key.volume(),
          key.kind().word(),
          transport.name(),
          reason(failure));
      events.accept(new LaneEvent.FellBack(key, transport.name(), reason(failure)));
      return client.connect(transport, route.address(), settings);
    });
  }

  private static String reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException wrapped && wrapped.getCause() != null
            ? wrapped.getCause()
            : failure;
    return String.valueOf(cause.getMessage());
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
