package org.sealane.smb.lane;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.NtStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lanes that this node opens: one for each peer, volume and kind, opened on first use, closed
 * when idle, replaced when the policy names other algorithms or its keys have served long enough.
 *
 * <p>Any thread may call; {@link #share}'s operations block their caller. One lock guards the table
 * and is never held while a lane opens or closes. One thread of its own looks for idle lanes.
 */
public final class Lanes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

  /** A lane that nobody has used for this long is closed. */
  static final Duration IDLE_LIMIT = Duration.ofMinutes(2);

  private static final Duration TICK = Duration.ofSeconds(1);

  /** What outlives a lane's sessions, so that status counts go on. */
  private static final class Slot {
    CompletableFuture<Lane> current;
    final Set<Lane> alive = new HashSet<>();
    PayloadBytes ended = PayloadBytes.NONE;
    int opened;

    /** The session that serves new opens, if there is one. */
    Optional<Lane> lane() {
      return current == null || current.isCompletedExceptionally()
          ? Optional.empty()
          : Optional.ofNullable(current.getNow(null));
    }

    boolean isOpening() {
      return current != null && !current.isDone();
    }

    PayloadBytes payload() {
      return alive.stream().map(Lane::payload).reduce(ended, PayloadBytes::plus);
    }
  }

  private final LaneDialer dialer;
  private final LaneRules rules;
  private final Function<String, Optional<InetSocketAddress>> addresses;
  private final LongSupplier nanoClock;
  private final ScheduledExecutorService ticker;

  /** Guards what follows. */
  private final Object lock = new Object();

  private final Map<LaneKey, Slot> slots = new HashMap<>();
  private final Map<String, InetSocketAddress> detours = new HashMap<>();
  private boolean closed;

  /**
   * @param addresses the lane listener of a node now; empty if it is not in the cluster
   * @param nanoClock as {@link System#nanoTime}
   */
  public Lanes(
      LaneDialer dialer,
      LaneRules rules,
      Function<String, Optional<InetSocketAddress>> addresses,
      LongSupplier nanoClock) {
    this.dialer = Objects.requireNonNull(dialer);
    this.rules = Objects.requireNonNull(rules);
    this.addresses = Objects.requireNonNull(addresses);
    this.nanoClock = Objects.requireNonNull(nanoClock);
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

  /**
   * A session of the lane for one more user, who gives it back with {@link Lane#unuse}. Blocks
   * while it opens.
   */
  Lane acquire(LaneKey key) throws ShareException {
    while (true) {
      Lane lane = await(key, current(key));
      if (lane.use()) {
        return lane;
      }
    }
  }

  /** True if an open on {@code lane} should move to a newer session. */
  boolean isOutdated(Lane lane) {
    return !lane.serves(policy(lane.key()));
  }

  private LanePolicy policy(LaneKey key) {
    return rules.rule(key.volume(), key.kind()).send();
  }

  private CompletableFuture<Lane> current(LaneKey key) throws ShareException {
    LanePolicy policy = policy(key);
    CompletableFuture<Lane> dialled = new CompletableFuture<>();
    Optional<Lane> outdated;
    synchronized (lock) {
      if (closed) {
        throw new ShareException(NtStatus.CONNECTION_DISCONNECTED, "this node is shutting down");
      }
      Slot slot = slots.computeIfAbsent(key, _ -> new Slot());
      Optional<Lane> present = slot.lane();
      if (present.isPresent() ? present.get().serves(policy) : slot.isOpening()) {
        return slot.current;
      }
      outdated = present;
      slot.current = dialled;
    }
    outdated.ifPresent(lane -> lane.retire("replaced"));
    dial(key, policy, dialled);
    return dialled;
  }

  private void dial(LaneKey key, LanePolicy policy, CompletableFuture<Lane> dialled)
      throws ShareException {
    InetSocketAddress address;
    try {
      address = address(key);
    } catch (ShareException e) {
      dialled.completeExceptionally(e);
      throw e;
    }
    dialer
        .dial(key, address, policy, rules)
        .whenComplete((tree, failure) -> {
          if (failure != null) {
            dialled.completeExceptionally(failure);
          } else {
            opened(key, tree, policy, dialled);
          }
        });
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

  private void opened(
      LaneKey key, ClientTree tree, LanePolicy policy, CompletableFuture<Lane> dialled) {
    Lane lane = new Lane(key, tree, nanoClock);
    boolean late;
    synchronized (lock) {
      late = closed;
      Slot slot = slots.get(key);
      slot.alive.add(lane);
      slot.opened++;
    }
    tree.session().connection().closed().thenAccept(why -> ended(lane, why.getMessage()));
    if (late) {
      lane.close("this node is shutting down");
    }
    LOG.info(
        "peer={} volume={} kind={} epoch={} level={} cipher={} lane open",
        key.peer(),
        key.volume(),
        key.kind().word(),
        policy.epoch(),
        policy.level().word(),
        lane.negotiated().cipher().map(cipher -> cipher.word()).orElse("none"));
    dialled.complete(lane);
  }

  private void ended(Lane lane, String why) {
    lane.close(why);
    synchronized (lock) {
      Slot slot = slots.get(lane.key());
      if (slot.alive.remove(lane)) {
        slot.ended = slot.ended.plus(lane.payload());
      }
      if (slot.lane().filter(current -> current == lane).isPresent()) {
        slot.current = null;
      }
    }
  }

  private static Lane await(LaneKey key, CompletableFuture<Lane> lane) throws ShareException {
    try {
      return lane.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ShareException(NtStatus.CANCELLED, "interrupted while the lane opened", e);
    } catch (ExecutionException e) {
      throw LaneFailure.of("lane to " + key.peer(), e.getCause());
    }
  }

  /** What each lane is doing now; lanes without a session are left out. */
  public List<LaneStatus> status() {
    List<LaneStatus> status = new ArrayList<>();
    synchronized (lock) {
      for (Slot slot : slots.values()) {
        slot.lane().ifPresent(lane -> status.add(status(lane, slot)));
      }
    }
    return status;
  }

  private LaneStatus status(Lane lane, Slot slot) {
    LaneKey key = lane.key();
    var connection = lane.tree().session().connection();
    var carrier = connection.transport().transport();
    return new LaneStatus(
        key,
        carrier.name(),
        carrier.provider(),
        rules.sendLevel(key.volume(), key.kind()),
        lane.negotiated().cipher().orElseThrow(),
        lane.negotiated().signing(),
        "3.1.1",
        ((Principal.Node) lane.tree().session().peer()).keyAgreement(),
        policy(key).epoch(),
        lane.age(),
        lane.users(),
        connection.requestsUnderWay(),
        slot.payload(),
        slot.opened - 1);
  }

  /**
   * Sends new lanes to {@code peer} by way of {@code via}, or directly again if it is empty, and
   * replaces those that are open. For a look at the bytes: the lane's keys are bound to names, not
   * to addresses, so a relay sees what anyone on the path would.
   */
  public void detour(String peer, Optional<InetSocketAddress> via) {
    synchronized (lock) {
      via.ifPresentOrElse(address -> detours.put(peer, address), () -> detours.remove(peer));
    }
    lanesTo(peer).forEach(lane -> lane.retire("route changed"));
  }

  /** Drops every lane to {@code peer}, with what the kernel holds of it. */
  public void reset(String peer, String reason) {
    lanesTo(peer).forEach(lane -> lane.reset(reason));
  }

  private List<Lane> lanesTo(String peer) {
    return lanes().stream().filter(lane -> lane.key().peer().equals(peer)).toList();
  }

  private List<Lane> lanes() {
    List<Lane> lanes = new ArrayList<>();
    synchronized (lock) {
      slots.values().forEach(slot -> lanes.addAll(slot.alive));
    }
    return lanes;
  }

  private void tick() {
    for (Lane lane : lanes()) {
      if (!lane.closeIfIdle(IDLE_LIMIT) && isOutdated(lane)) {
        lane.retire("policy or rekey limit");
      }
    }
  }

  /** Closes all lanes: what is under way on them fails. Idempotent. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
    ticker.shutdownNow();
    lanes().forEach(lane -> lane.close("this node is shutting down"));
  }
}
