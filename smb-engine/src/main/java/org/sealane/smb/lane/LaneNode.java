package org.sealane.smb.lane;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sealane.smb.auth.NodeMechanism;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.client.ClientListener;
import org.sealane.smb.client.SmbClient;
import org.sealane.smb.io.NetworkInterfaceInfo;
import org.sealane.smb.server.EventSink;
import org.sealane.smb.server.Limit;
import org.sealane.smb.server.ServerSettings;
import org.sealane.smb.server.SmbServer;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.Transport;

/**
 * Both ends of a node's lanes: the listener that serves its shares to other nodes, and the lanes it
 * opens to them. Any thread may call, but {@link #close} no thread of the transport.
 */
public final class LaneNode implements AutoCloseable {
  /** Opens that wait for their node: those of a few full sessions. */
  private static final int DURABLE_OPENS = 65_536;

  /** Longer than the other node tries to open a lane again. */
  private static final int DURABLE_MILLIS = 150_000;

  private final SmbClient client;
  private final Lanes lanes;
  private final SmbServer server;

  /**
   * What a node's lanes are made of.
   *
   * @param clusterId the cluster
   * @param node this node's name
   * @param mechanism proves nodes to each other
   * @param transport carries lanes; stays the caller's, closed after the node
   * @param pool the transport's memory of frames
   * @param listen where the lane listener listens
   * @param rules levels and algorithms in force
   * @param shares what this node serves
   * @param addresses the lane listener of another node; empty if it is not in the cluster
   * @param limits of the listener that differ from the defaults
   * @param deliveryTimeout how long sent bytes may stay unacknowledged
   * @param policies exchanged with the other end of each lane before its first payload
   * @param laneLimits how long things of a lane may take
   * @param serverEvents hears of refusals
   * @param clientEvents hears of requests and refusals
   */
  public record Settings(
      UUID clusterId,
      String node,
      NodeMechanism mechanism,
      Transport transport,
      FramePool pool,
      InetSocketAddress listen,
      LaneRules rules,
      LaneResolver.LocalShares shares,
      Function<String, Optional<InetSocketAddress>> addresses,
      Map<Limit, Integer> limits,
      Duration deliveryTimeout,
      PolicyState policies,
      LaneLimits laneLimits,
      EventSink serverEvents,
      ClientListener clientEvents) {}

  private LaneNode(SmbClient client, Lanes lanes, SmbServer server) {
    this.client = client;
    this.lanes = lanes;
    this.server = server;
  }

  /** Listens. Fails with one line that names the address if it can not be bound. */
  public static LaneNode start(Settings settings) throws IOException {
    return start(settings, Optional.empty());
  }

  /**
   * As {@link #start(Settings)}, with lanes over RDMA too where policies allow them.
   *
   * @param rdma listens beside the first transport; stays the caller's, closed after the node
   */
  public static LaneNode start(Settings settings, Optional<Transport> rdma) throws IOException {
    return start(settings, rdma, List::of);
  }

  /**
   * The same, which tells other nodes the interfaces of this one.
   *
   * @param interfaces those of the lane listener, as they are now; may block
   */
  public static LaneNode start(
      Settings settings, Optional<Transport> rdma, Supplier<List<NetworkInterfaceInfo>> interfaces)
      throws IOException {
    UUID guid = UUID.randomUUID();
    SmbServer.Builder builder =
        SmbServer.builder()
            .settings(serverSettings(guid, settings))
            .mechanism(settings.mechanism())
            .resolver(new LaneResolver(settings.rules(), settings.shares(), settings.policies()))
            .pool(settings.pool())
            .events(settings.serverEvents())
            .interfaces(interfaces)
            .listen(settings.transport(), settings.listen());
    rdma.ifPresent(builder::listenBeside);
    SmbServer server = builder.start();
    SmbClient client =
        new SmbClient(
            settings.pool(), new SecureRandom(), System::nanoTime, settings.clientEvents());
    LaneDialer dialer =
        new LaneDialer(
            settings.clusterId(),
            settings.node(),
            client,
            settings.transport(),
            rdma,
            settings.mechanism()::initiator,
            settings.deliveryTimeout(),
            guid,
            System.currentTimeMillis() << 20);
    return new LaneNode(
        client,
        new Lanes(
            dialer,
            settings.rules(),
            settings.addresses(),
            settings.policies(),
            settings.laneLimits(),
            System::nanoTime),
        server);
  }

  /** One session a connection and one tree a session: a lane is no more than that. */
  private static ServerSettings serverSettings(UUID guid, Settings node) {
    ServerSettings settings =
        ServerSettings.defaults(guid)
            .with(Limit.SESSIONS_PER_CONNECTION, 1)
            .with(Limit.TREES_PER_SESSION, 1)
            .with(Limit.DURABLE_OPENS, DURABLE_OPENS)
            .with(Limit.DURABLE_MILLIS, DURABLE_MILLIS)
            .with(Limit.DELIVERY_MILLIS, Math.toIntExact(node.deliveryTimeout().toMillis()));
    for (Map.Entry<Limit, Integer> limit : node.limits().entrySet()) {
      settings = settings.with(limit.getKey(), limit.getValue());
    }
    return settings;
  }

  /** Where the lane listener listens. */
  public InetSocketAddress address() {
    return server.addresses().getFirst();
  }

  public Lanes lanes() {
    return lanes;
  }

  /** The lane listener, for its status. */
  public SmbServer server() {
    return server;
  }

  /**
   * Drops every lane with {@code node}, in both directions, with what the kernel holds of it.
   * Completes when nothing can pass any more over connections made before.
   */
  public CompletionStage<Void> reset(String node, String reason) {
    CompletionStage<Void> opened = lanes.reset(node, reason);
    CompletionStage<Void> accepted =
        server.reset(
            peer ->
                switch (peer) {
                  case Principal.Node other -> other.name().equals(node);
                  case Principal.User _, Principal.Server _ -> false;
                },
            reason);
    return opened.thenCombine(accepted, (_, _) -> null);
  }

  /** Closes the lanes this node opened, then answers what is under way on the others, and ends. */
  @Override
  public void close() {
    lanes.close();
    client.close();
    server.close();
  }
}
