package org.sealane.smb.lane;

import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.io.NetworkInterfaceInfo;
import org.sealane.smb.io.NetworkInterfaceInfoCodec;
import org.sealane.smb.io.fscc.FsctlCode;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.NtStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lanes that this node opens: one for each peer, volume and kind, opened on first use, closed
 * when idle, moved with all that is open on it when the policy names other algorithms, its keys
 * have served long enough, or its connection is lost.
 *
 * <p>Any thread may call; {@link #share}'s operations block their caller. One lock guards the table
 * and is never held while a lane opens, moves or closes. One thread of its own looks at the time.
 */
public final class Lanes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);
  private static final Duration TICK = Duration.ofSeconds(1);

  /** Room for as many interfaces as are taken from a peer. */
  private static final int INTERFACE_BYTES_MAX =
      NetworkInterfaceInfo.COUNT_MAX * NetworkInterfaceInfoCodec.ENTRY_BYTES;

  private final LaneDialer dialer;
  private final LaneRules rules;
  private final Function<String, Optional<InetSocketAddress>> addresses;
  private final PolicyState policies;
  private final LaneLimits limits;
  private final LongSupplier nanoClock;
  private final ScheduledExecutorService ticker;
  private final RdmaPaths rdma;
  private final LongAdder fallbacks = new LongAdder();
  private final LongAdder returns = new LongAdder();

  /** Guards what follows. */
  private final Object lock = new Object();

  private final Map<LaneKey, Lane> lanes = new HashMap<>();
  private final Map<String, InetSocketAddress> detours = new HashMap<>();

  /** What the nodes that lanes went to have told; as many as those. */
  private final Map<String, List<NetworkInterfaceInfo>> interfaces = new HashMap<>();

  private boolean closed;
  private volatile LaneEvent.Sink events = LaneEvent.Sink.NONE;

  /**
   * @param addresses the lane listener of a node now; empty if it is not in the cluster
   * @param policies exchanged with the other end before a session is used
   * @param nanoClock as {@link System#nanoTime}
   */
  public Lanes(
      LaneDialer dialer,
      LaneRules rules,
      Function<String, Optional<InetSocketAddress>> addresses,
      PolicyState policies,
      LaneLimits limits,
      LongSupplier nanoClock) {
    this.dialer = Objects.requireNonNull(dialer);
    this.rules = Objects.requireNonNull(rules);
    this.addresses = Objects.requireNonNull(addresses);
    this.policies = Objects.requireNonNull(policies);
    this.limits = Objects.requireNonNull(limits);
    this.nanoClock = Objects.requireNonNull(nanoClock);
    this.rdma = new RdmaPaths(nanoClock);
    this.ticker =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("lanes").factory());
    ticker.scheduleWithFixedDelay(
        this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The share at the other end of the lane; nothing is opened until it is used. */
  public ShareBackend share(LaneKey key) {
    return new LaneShare(this, key);
  }

  /** The lane of that key; it opens on first use. */
  Lane lane(LaneKey key) throws ShareException {
    synchronized (lock) {
      if (closed) {
        throw new ShareException(NtStatus.CONNECTION_DISCONNECTED, "this node is shutting down");
      }
      return lanes.computeIfAbsent(key, _ -> new Lane(key, new Host(), limits, nanoClock));
    }
  }

  private final class Host implements LaneHost {
    @Override
    public LanePolicy policy(LaneKey key) {
      return rules.rule(key.volume(), key.kind()).send();
    }

    @Override
    public ClientTree dial(LaneKey key, LanePolicy policy, long previousSessionId)
        throws ShareException {
      ClientTree tree =
          LaneFailure.await(
              "lane to " + key.peer(),
              dialer.dial(
                  key, address(key), policy, rules, previousSessionId, rdma, this::happened));
      try {
        new PolicyExchange(policies, key.volume()).run(tree);
      } catch (ShareException e) {
        tree.session().connection().close("policies were not exchanged: " + e.getMessage());
        throw e;
      }
      if (dialer.hasRdma()) {
        askForInterfaces(key.peer(), tree);
      }
      return tree;
    }

    @Override
    public void lost(LaneKey key, LaneSession session, String why) {
      if (session.transport().equals(TransportPreference.RDMA) && !session.isEndedHere()) {
        rdma.failed(key.peer(), why);
      }
    }

    @Override
    public void happened(LaneEvent event) {
      if (event instanceof LaneEvent.FellBack) {
        fallbacks.increment();
      } else if (event instanceof LaneEvent.Moved moved
          && moved.cause() == MoveCause.RETURN
          && moved.facts().transport().equals(TransportPreference.RDMA)) {
        returns.increment();
      }
      events.accept(event);
    }
  }

  private void tick() {
    for (Lane lane : lanes()) {
      try {
        lane.tick();
        lane.session().ifPresent(session -> returnToRdma(lane, session));
      } catch (RuntimeException e) {
        // One lane's fault must not stop the clock of the others.
        LOG.error("lane to {} failed on time", lane.key().peer(), e);
      }
    }
  }

  /** While the answer is on its way the lane is used. */
  private void askForInterfaces(String peer, ClientTree tree) {
    tree.control(FsctlCode.QUERY_NETWORK_INTERFACE_INFO, new byte[0], INTERFACE_BYTES_MAX)
        .thenAccept(answer -> {
          try {
            learned(
                peer,
                NetworkInterfaceInfoCodec.decode(new MessageReader(MemorySegment.ofArray(answer))));
          } catch (MalformedMessageException e) {
            LOG.warn("peer={} tells its interfaces wrongly: {}", peer, e.getMessage());
          }
        })
        .exceptionally(failure -> {
          LOG.debug("peer={} does not tell its interfaces: {}", peer, failure.getMessage());
          return null;
        });
  }

  private void learned(String peer, List<NetworkInterfaceInfo> told) {
    synchronized (lock) {
      interfaces.put(peer, told);
    }
  }

  /** What a node that lanes go to has told of its lane listener's interfaces; empty if nothing. */
  public List<NetworkInterfaceInfo> interfaces(String peer) {
    synchronized (lock) {
      return interfaces.getOrDefault(peer, List.of());
    }
  }

  /** False if that node has said that it has no RDMA now: then there is nothing to probe. */
  private boolean mayHaveRdma(String peer) {
    List<NetworkInterfaceInfo> told = interfaces(peer);
    return told.isEmpty() || told.stream().anyMatch(NetworkInterfaceInfo::isRdmaCapable);
  }

  /** A lane that would rather have RDMA moves to it once a probe has found that it works. */
  private void returnToRdma(Lane lane, LaneSession session) {
    LaneKey key = lane.key();
    LanePolicy policy = rules.rule(key.volume(), key.kind()).send();
    if (!dialer.prefersRdma(policy) || session.transport().equals(TransportPreference.RDMA)) {
      return;
    }
    if (rdma.down(key.peer()).isEmpty()) {
      lane.renew(MoveCause.RETURN);
    } else if (mayHaveRdma(key.peer()) && rdma.beginProbe(key.peer())) {
      probe(key, policy);
    }
  }

  private void probe(LaneKey key, LanePolicy policy) {
    try {
      dialer
          .probe(address(key), policy)
          .thenAccept(failure -> {
            LOG.debug("rdma to peer={} probed: {}", key.peer(), failure.orElse("it works"));
            rdma.probed(key.peer(), failure);
          });
    } catch (ShareException e) {
      rdma.probed(key.peer(), Optional.of(String.valueOf(e.getMessage())));
    }
  }

  /** From now on {@code sink} hears of what happens to lanes. */
  public void tell(LaneEvent.Sink sink) {
    events = sink;
  }

  private InetSocketAddress address(LaneKey key) throws ShareException {
    synchronized (lock) {
      InetSocketAddress detour = detours.get(key.peer());
      if (detour != null) {
        return detour;
      }
    }
    return addresses
        .apply(key.peer())
        .orElseThrow(() ->
            new ShareException(
                NtStatus.FILE_NOT_AVAILABLE, "node " + key.peer() + " is not in the cluster"));
  }

  /** Sessions that were opened over TCP because RDMA, which their policy prefers, failed. */
  public long fallbacks() {
    return fallbacks.sum();
  }

  /** Moves back to RDMA. */
  public long returns() {
    return returns.sum();
  }

  /** What each lane is doing now; lanes without a session are left out. */
  public List<LaneStatus> status() {
    List<LaneStatus> status = new ArrayList<>();
    for (Lane lane : lanes()) {
      lane.session().ifPresent(session -> status.add(status(lane, session)));
    }
    return status;
  }

  private LaneStatus status(Lane lane, LaneSession session) {
    LaneKey key = lane.key();
    var connection = session.tree().session().connection();
    var carrier = connection.transport().transport();
    return new LaneStatus(
        key,
        carrier.name(),
        carrier.provider(),
        rules.sendLevel(key.volume(), key.kind()),
        session.negotiated().cipher().orElseThrow(),
        session.negotiated().signing(),
        "3.1.1",
        ((Principal.Node) session.tree().session().peer()).keyAgreement(),
        rules.rule(key.volume(), key.kind()).send().epoch(),
        session.age(),
        lane.opens(),
        connection.requestsUnderWay(),
        lane.payload(),
        lane.sessions() - 1,
        lane.moves());
  }

  /**
   * Sends lanes to {@code peer} by way of {@code via}, or directly again if it is empty; those that
   * are open move. For a look at the bytes: the lane's keys are bound to names, not to addresses,
   * so a relay sees what anyone on the path would.
   */
  public void detour(String peer, Optional<InetSocketAddress> via) {
    synchronized (lock) {
      rdma.forget(peer);
      via.ifPresentOrElse(address -> detours.put(peer, address), () -> detours.remove(peer));
    }
    lanesTo(peer).forEach(lane -> lane.renew(MoveCause.ROUTE));
  }

  /**
   * As {@link #detour(String, Optional)}, for {@code limit} at most: then lanes go directly again,
   * whatever became of whoever asked.
   */
  public void detour(String peer, InetSocketAddress via, Duration limit) {
    detour(peer, Optional.of(via));
    ticker.schedule(() -> endDetour(peer, via), limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Unless there is another one by now. */
  private void endDetour(String peer, InetSocketAddress via) {
    synchronized (lock) {
      if (!detours.remove(peer, via)) {
        return;
      }
      rdma.forget(peer);
    }
    lanesTo(peer).forEach(lane -> lane.renew(MoveCause.ROUTE));
  }

  /**
   * Drops the connection of every lane to {@code peer}, with what the kernel holds of it. Completes
   * when they are gone; what was being opened meanwhile is not used either.
   */
  public CompletionStage<Void> reset(String peer, String reason) {
    return CompletableFuture.allOf(
        lanesTo(peer).stream()
            .map(lane -> lane.reset(reason).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  /**
   * Gives up every lane of that volume and kind but the one to {@code peer}, with all that is open
   * on them: every request fails with STATUS_NETWORK_NAME_DELETED. For when the volume has another
   * owner.
   */
  public void leaveOthers(UUID volume, LaneKind kind, String peer) {
    lanes().stream()
        .filter(lane ->
            lane.key().volume().equals(volume)
                && lane.key().kind() == kind
                && !lane.key().peer().equals(peer))
        .forEach(lane -> lane.leave(peer + " owns the volume now"));
  }

  private List<Lane> lanesTo(String peer) {
    return lanes().stream().filter(lane -> lane.key().peer().equals(peer)).toList();
  }

  private List<Lane> lanes() {
    synchronized (lock) {
      return List.copyOf(lanes.values());
    }
  }

  /** Closes all lanes: what is under way on them fails. Idempotent. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
    ticker.shutdownNow();
    lanes().forEach(Lane::close);
  }
}
