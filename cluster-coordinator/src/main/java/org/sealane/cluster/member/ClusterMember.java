package org.sealane.cluster.member;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.sealane.cluster.audit.AuditLog;
import org.sealane.cluster.document.DocumentMemory;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.ownership.OwnerTerm;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.ClusterStore;
import org.sealane.cluster.store.StoreEvent;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.TurnAction;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRules;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@link MemberLogic} for a node: one thread, {@code cluster}, takes events, asks the logic,
 * and carries out its actions. That thread blocks only on this node's own small files. Any thread
 * may call the public methods.
 */
public final class ClusterMember implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterMember.class);

  /** How long {@link #close} waits for ZooKeeper to take note; after that the session just ends. */
  private static final int LEAVE_SECONDS_MAX = 3;

  /** How long {@link #close} waits until what was written last to volumes is durable. */
  private static final int SETTLE_SECONDS_MAX = 10;

  private final MemberIdentity identity;
  private final ClusterStore store;
  private final LaneRules rules;
  private final FenceAction fence;
  private final AuditLog audit;
  private final StateDirectory directory;
  private final DocumentMemory memory;
  private final DocumentVerifier verifier;
  private final Backings backings;
  private final MemberLogic logic;
  private final LongSupplier clock;
  private final ScheduledThreadPoolExecutor cluster;
  private final CopyOnWriteArrayList<Consumer<ClusterView>> listeners =
      new CopyOnWriteArrayList<>();
  private final CompletableFuture<ClusterView> live = new CompletableFuture<>();
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private final Set<CompletableFuture<Void>> unlocking = ConcurrentHashMap.newKeySet();
  private volatile ClusterView view;
  private volatile Map<ObjectKey, VerifiedSlot> slots;
  private volatile Map<UUID, List<TurnAction.Missing>> waiting = Map.of();
  private volatile OptionalLong leaseUntil = OptionalLong.empty();
  private final PolicyStates states = new PolicyStates(this::slots, this::judge);
  private PolicyStateExchange.Answer judged = PolicyStateExchange.Answer.UNDECIDED;
  private ScheduledFuture<?> tick;

  private ClusterMember(
      MemberConfig config,
      StateDirectory directory,
      DocumentMemory memory,
      DocumentVerifier verifier,
      ClusterStore store,
      LaneRules rules,
      FenceAction fence,
      AuditLog audit,
      LongSupplier clock) {
    this.directory = directory;
    this.memory = memory;
    this.store = store;
    this.rules = rules;
    this.fence = fence;
    this.audit = audit;
    this.clock = clock;
    this.backings = new Backings(config.clusterId(), config.roots(), this::holdsLease);
    this.identity =
        new MemberIdentity(
            config.clusterId(),
            new ClusterPaths(config.cluster()),
            config.node(),
            config.nodeKey(),
            directory.incarnation(),
            directory.predecessor(),
            config.endpoints(),
            config.bundled());
    this.slots = memory.slots();
    this.verifier = verifier;
    this.logic = new MemberLogic(identity, verifier, memory.slots().values(), config.signer());
    this.cluster =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().name("cluster-" + config.node()).unstarted(task));
    cluster.setRemoveOnCancelPolicy(true);
    cluster.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * Starts a member: rules of remembered policies are in force, sealed, when this returns; the rest
   * follows once ZooKeeper is reached. The member starts the store and closes it; the rules, the
   * audit log and whatever {@code fence} reaches stay the caller's.
   *
   * @throws IOException if the state directory is held by another process or is damaged
   */
  public static ClusterMember start(
      MemberConfig config, ClusterStore store, LaneRules rules, FenceAction fence, AuditLog audit)
      throws IOException {
    return start(config, store, rules, fence, audit, BootTimeClock::nanos);
  }

  /** As the other, with a boot clock of the caller's. */
  static ClusterMember start(
      MemberConfig config,
      ClusterStore store,
      LaneRules rules,
      FenceAction fence,
      AuditLog audit,
      LongSupplier clock)
      throws IOException {
    DocumentVerifier verifier =
        new DocumentVerifier(config.clusterId(), config.adminKey(), config.floor());
    StateDirectory directory = StateDirectory.open(config.stateDirectory(), UUID.randomUUID());
    ClusterMember member;
    try {
      DocumentMemory memory = DocumentMemory.open(directory.documents(), verifier);
      member =
          new ClusterMember(config, directory, memory, verifier, store, rules, fence, audit, clock);
    } catch (IOException e) {
      directory.close();
      throw e;
    }
    member.begin();
    return member;
  }

  private void begin() {
    if (!BootTimeClock.countsSuspend()) {
      LOG.warn("no CLOCK_BOOTTIME here: a suspended node may believe its lease too long");
    }
    rules.sealWhen(this::leaseLapsed);
    CompletableFuture<Void> started = new CompletableFuture<>();
    cluster.execute(() -> {
      handle(new MemberEvent.Started());
      started.complete(null);
    });
    started.join();
    ClusterPaths paths = identity.paths();
    List.of(paths.nodes(), paths.documents(), paths.turns(), paths.volumes()).forEach(store::watch);
    if (view.connection() != MemberPhase.REVOKED) {
      store.start(event -> tell(new MemberEvent.StoreSaid(event)));
    }
  }

  /** The cluster as this node sees it now. */
  public ClusterView view() {
    return view;
  }

  /** Calls {@code listener} on the thread {@code cluster} with each new view, the current first. */
  public void onChange(Consumer<ClusterView> listener) {
    run(() -> {
      listeners.add(listener);
      listener.accept(view);
    });
  }

  /** Completes with the first view, from now on, that {@code wanted} accepts. */
  public CompletionStage<ClusterView> await(Predicate<ClusterView> wanted) {
    CompletableFuture<ClusterView> found = new CompletableFuture<>();
    Consumer<ClusterView> listener =
        shown -> {
          if (wanted.test(shown)) {
            found.complete(shown);
          }
        };
    found.whenComplete((_, _) -> listeners.remove(listener));
    onChange(listener);
    return found;
  }

  /** The documents this node follows, as they are on its disk. */
  public Map<ObjectKey, VerifiedSlot> slots() {
    return slots;
  }

  /** What both ends of a lane tell each other of a volume's policy. */
  public PolicyStateExchange policyStates() {
    return states;
  }

  /** On the thread {@code cluster}; undecided if that has ended or the state could not be kept. */
  private void judge(MemberEvent.StateOffered offer, Consumer<PolicyStateExchange.Answer> done) {
    try {
      cluster.execute(() -> {
        judged = PolicyStateExchange.Answer.UNDECIDED;
        try {
          handle(offer);
        } finally {
          done.accept(judged);
        }
      });
    } catch (RejectedExecutionException e) {
      LOG.trace("after close", e);
      done.accept(PolicyStateExchange.Answer.UNDECIDED);
    }
  }

  public DocumentVerifier verifier() {
    return verifier;
  }

  /** Completes when this node is registered, has read everything, and holds its lease. */
  public CompletionStage<ClusterView> live() {
    return live.minimalCompletionStage();
  }

  /** While this node coordinates: what each running turn waits for, by volume. */
  public Map<UUID, List<TurnAction.Missing>> waiting() {
    return waiting;
  }

  public ClusterPaths paths() {
    return identity.paths();
  }

  /** Requests for administration go through the member's own session. */
  public ClusterStore store() {
    return store;
  }

  /** The term in which this node owns the volume now, if it does. */
  public Optional<OwnerTerm> term(UUID volume) {
    return backings.term(volume);
  }

  /** This node's certificate was renewed; the others are told when it ends. */
  public void certificateRenewed(Instant expires) {
    tell(new MemberEvent.CertificateRenewed(expires));
  }

  private boolean holdsLease() {
    OptionalLong until = leaseUntil;
    return until.isPresent() && clock.getAsLong() - until.getAsLong() < 0;
  }

  /** Whether the lease is over by the clock, whatever the thread {@code cluster} knows of it. */
  private boolean leaseLapsed() {
    OptionalLong until = leaseUntil;
    return until.isPresent() && clock.getAsLong() - until.getAsLong() >= 0;
  }

  /**
   * Leaves in order: the lease is released, so no one has to fence this node, and the session ends.
   * Lanes must be closed before. Idempotent.
   */
  @Override
  public void close() {
    tell(new MemberEvent.Leave());
    try {
      left.get(LEAVE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warn("node={} left without ZooKeeper's answer", identity.node());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("leaving never fails", e);
    }
    awaitUnlocked();
    store.close();
    cluster.shutdown();
    try {
      if (!cluster.awaitTermination(LEAVE_SECONDS_MAX, TimeUnit.SECONDS)) {
        cluster.shutdownNow();
      }
    } catch (InterruptedException e) {
      cluster.shutdownNow();
      Thread.currentThread().interrupt();
    }
    backings.close();
    try {
      directory.close();
    } catch (IOException e) {
      LOG.warn("state directory not closed: {}", e.toString());
    }
  }

  /** The session's end removes this node's owner entries, so backings are unlocked before. */
  private void awaitUnlocked() {
    try {
      CompletableFuture.allOf(unlocking.toArray(CompletableFuture[]::new))
          .get(SETTLE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warn("node={} leaves while volumes are still written to", identity.node());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("unlocking never fails", e);
    }
  }

  private void tell(MemberEvent event) {
    run(() -> handle(event));
  }

  private void run(Runnable task) {
    try {
      cluster.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.trace("after close", e);
    }
  }

  /** Only on the thread {@code cluster}. */
  private void handle(MemberEvent event) {
    try {
      logEvent(event);
      carryOut(logic.on(event, now()));
      waiting = logic.waiting();
      armTick();
    } catch (RuntimeException e) {
      // A bug: this node can no longer follow its cluster, so it must not send anything clear.
      rules.failSealed(true);
      LOG.error("node={} follows its cluster no longer; restart it", identity.node(), e);
      store.close();
      throw e;
    }
  }

  private void carryOut(List<MemberAction> actions) {
    for (MemberAction action : actions) {
      try {
        carryOut(action);
      } catch (IOException e) {
        LOG.error("node={} can not remember a document: {}", identity.node(), e.toString());
        carryOut(logic.on(new MemberEvent.ActionFailed(action, e.toString()), now()));
        return;
      }
    }
  }

  private void carryOut(MemberAction action) throws IOException {
    switch (action) {
      case MemberAction.Submit submit ->
          store
              .submit(submit.request())
              .thenAccept(result -> tell(new MemberEvent.Replied(submit.token(), result)));
      case MemberAction.Remember remember -> {
        memory.remember(remember.slot());
        slots = memory.slots();
      }
      case MemberAction.Publish publish -> rules.publish(publish.rule());
      case MemberAction.FailSealed seal -> rules.failSealed(seal.on());
      case MemberAction.LeaseUntil until -> leaseUntil = OptionalLong.of(until.bootNanos());
      case MemberAction.AwaitDrained await -> awaitDrained(await);
      case MemberAction.Fence cut -> fence(cut.departed());
      case MemberAction.ClaimBacking claim -> tell(backings.claim(claim.volume(), claim.path()));
      case MemberAction.RecordOwnerEpoch record ->
          tell(backings.record(record.volume(), record.ownerEpoch(), record.leased()));
      case MemberAction.ReleaseBacking release -> release(release);
      case MemberAction.Show show -> show(show.view());
      case MemberAction.Audit record -> {
        LOG.debug("node={} {} {}", identity.node(), record.event().kind(), record.event().fields());
        audit.record(record.event());
      }
      case MemberAction.StateJudged answer -> judged = answer.answer();
      case MemberAction.Contend contend -> {
        String path = identity.paths().coordinator();
        if (contend.on()) {
          store.contend(path, identity.node());
        } else {
          store.withdraw(path);
        }
      }
      case MemberAction.Retire retire -> retire(retire.why());
      case MemberAction.Left _ -> left.complete(null);
    }
  }

  private void retire(String why) {
    LOG.error(
        "node={} {}: it is in its cluster no more, serves no lane and owns no volume; stop it",
        identity.node(),
        why);
    // Its entries end with the session, and another may own what it owned: unlocked before.
    CompletableFuture.allOf(unlocking.toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, SETTLE_SECONDS_MAX, TimeUnit.SECONDS)
        .thenRun(() -> run(store::close));
  }

  private void release(MemberAction.ReleaseBacking release) {
    UUID volume = release.volume();
    CompletableFuture<Void> ended = backings.end(volume, release.inOrder()).toCompletableFuture();
    if (ended.isDone()) {
      backings.unlock(volume);
      tell(new MemberEvent.BackingReleased(volume));
      return;
    }
    CompletableFuture<Void> unlocked = new CompletableFuture<>();
    unlocking.add(unlocked);
    ended.thenRun(() ->
        run(() -> {
          backings.unlock(volume);
          unlocking.remove(unlocked);
          unlocked.complete(null);
          handle(new MemberEvent.BackingReleased(volume));
        }));
  }

  private void awaitDrained(MemberAction.AwaitDrained await) {
    CompletableFuture<?>[] both = new CompletableFuture<?>[LaneKind.values().length];
    for (LaneKind kind : LaneKind.values()) {
      both[kind.ordinal()] =
          rules.drainedBelow(await.volume(), kind, await.epoch()).toCompletableFuture();
    }
    CompletableFuture.allOf(both)
        .thenRun(() -> tell(new MemberEvent.Drained(await.volume(), await.epoch())));
  }

  private void fence(MemberId departed) {
    fence
        .fence(departed)
        .whenComplete((_, failure) ->
            tell(
                failure == null
                    ? new MemberEvent.Fenced(departed)
                    : new MemberEvent.FenceFailed(departed, failure.toString())));
  }

  private void show(ClusterView shown) {
    view = shown;
    listeners.forEach(listener -> listener.accept(shown));
    if (shown.connection() == MemberPhase.LIVE && !shown.sealed()) {
      live.complete(shown);
    }
  }

  private void armTick() {
    if (tick != null) {
      tick.cancel(false);
      tick = null;
    }
    OptionalLong due = logic.nextTick();
    if (due.isPresent() && !cluster.isShutdown()) {
      long delayNanos = Math.max(0, due.getAsLong() - clock.getAsLong());
      tick =
          cluster.schedule(() -> handle(new MemberEvent.Tick()), delayNanos, TimeUnit.NANOSECONDS);
    }
  }

  private Now now() {
    return new Now(clock.getAsLong(), Instant.now());
  }

  private void logEvent(MemberEvent event) {
    switch (event) {
      case MemberEvent.StoreSaid said when !(said.event() instanceof StoreEvent.Changed) ->
          LOG.debug("node={} store: {}", identity.node(), said.event());
      case MemberEvent.FenceFailed failed ->
          LOG.warn(
              "node={} could not cut off {}: {}", identity.node(), failed.departed(), failed.why());
      case MemberEvent other -> LOG.trace("node={} {}", identity.node(), other);
    }
  }
}
