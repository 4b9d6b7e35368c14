package org.sealane.cluster.simulation;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.member.MemberAction;
import org.sealane.cluster.member.MemberEvent;
import org.sealane.cluster.member.MemberIdentity;
import org.sealane.cluster.member.MemberLogic;
import org.sealane.cluster.member.MemberPhase;
import org.sealane.cluster.member.Now;
import org.sealane.cluster.member.PolicyStateExchange;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.NodeProcess;
import org.sealane.cluster.turn.NodeSigner;
import org.sealane.cluster.turn.TurnDecision;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneRules;

/**
 * One run of a node's process: what a real one does around {@link MemberLogic}, in virtual time.
 */
final class SimulatedProcess {
  private static final long TICK_NANOS_MIN = 100_000;

  private final SimulatedCluster cluster;
  private final VirtualTime time;
  private final NodeProcess id;
  private final Map<ObjectKey, VerifiedSlot> disk;
  private final MemberLogic logic;
  private final LaneRules rules = new LaneRules();
  private final SimulatedConnection connection;
  private final Queue<Runnable> inbox = new ArrayDeque<>();
  private final long clockOffset;
  private final double clockRate;
  private OptionalLong leaseUntil = OptionalLong.empty();
  private long ticks;
  private boolean stopped;
  private boolean threadStopped;
  private boolean ended;
  private boolean leaving;
  private boolean wasLive;
  private boolean contending;
  private boolean changed;
  private Optional<PolicyStateExchange.Answer> answer = Optional.empty();

  SimulatedProcess(
      SimulatedCluster cluster,
      MemberIdentity identity,
      DocumentVerifier verifier,
      Map<ObjectKey, VerifiedSlot> disk,
      NodeSigner signer) {
    this.cluster = cluster;
    this.time = cluster.time();
    this.id = new NodeProcess(identity.node(), identity.incarnation());
    this.disk = disk;
    this.logic = new MemberLogic(identity, verifier, List.copyOf(disk.values()), signer);
    this.connection = cluster.connection(id.toString(), this::run, this::storeSaid);
    this.clockOffset = time.between(-1L << 40, 1L << 40);
    this.clockRate = 0.95 + time.between(0, 100) / 1000.0;
    if (!does(Sabotage.IGNORES_ITS_LEASE)) {
      rules.sealWhen(() -> leaseUntil.isPresent() && bootNanos() - leaseUntil.getAsLong() >= 0);
    }
  }

  /** Whether this process is the one that does wrong, and so. */
  private boolean does(Sabotage sabotage) {
    return cluster.does(sabotage) && id.node().equals(SimulatedCluster.NODES.getFirst());
  }

  void start() {
    time.note("%s starts, remembers %s", id, disk.values());
    handle(new MemberEvent.Started());
    connection.start();
  }

  NodeProcess id() {
    return id;
  }

  LaneRules rules() {
    return rules;
  }

  MemberLogic logic() {
    return logic;
  }

  SimulatedConnection connection() {
    return connection;
  }

  /** Whether its threads run; one that is stopped neither sends nor receives. */
  boolean isRunning() {
    return !ended && !stopped;
  }

  /** It has closed its lanes and its listener for good. */
  boolean isLeaving() {
    return leaving;
  }

  boolean isEnded() {
    return ended;
  }

  /** Whether it takes part in the election. */
  boolean contends() {
    return contending;
  }

  /** Whether it was once registered and had read everything; before that it serves no lane. */
  boolean wasLive() {
    return wasLive;
  }

  /** Whether it was told anything, or went on, since this was asked last. */
  boolean hasChanged() {
    boolean was = changed;
    changed = false;
    return was;
  }

  private long bootNanos() {
    return clockOffset + (long) (time.now() * clockRate);
  }

  /** Stops all its threads, or only the one that runs the logic. */
  void stop(boolean all) {
    time.note("%s stops%s", id, all ? "" : " its cluster thread");
    if (all) {
      stopped = true;
      connection.freeze(true);
    } else {
      threadStopped = true;
    }
  }

  void resume() {
    if (!stopped && !threadStopped) {
      return;
    }
    time.note("%s goes on", id);
    changed = true;
    stopped = false;
    threadStopped = false;
    connection.freeze(false);
    while (!inbox.isEmpty() && !stopped && !threadStopped && !ended) {
      inbox.remove().run();
    }
  }

  void die() {
    time.note("%s dies", id);
    end();
    connection.abandon();
  }

  void leave() {
    time.note("%s leaves", id);
    leaving = true;
    cluster.lanes().closeAll(this);
    run(() -> handle(new MemberEvent.Leave()));
  }

  private void end() {
    ended = true;
    inbox.clear();
    cluster.lanes().ended(this);
  }

  private void run(Runnable work) {
    if (ended) {
      return;
    }
    if (stopped || threadStopped) {
      inbox.add(work);
    } else {
      work.run();
    }
  }

  /** What it tells the other end of a lane: nothing if it knows nothing. */
  byte[] newestPolicy() {
    return slot(ObjectKey.policy(cluster.volume()))
        .map(slot -> DocumentCodec.encodeSlot(slot.unverified()))
        .orElseGet(() -> new byte[0]);
  }

  /** Has the member judge what the other end of a lane told; false if there is nothing to judge. */
  boolean offer(UUID volume, byte[] state, Consumer<PolicyStateExchange.Answer> then) {
    if (state.length == 0 || Arrays.equals(state, newestPolicy())) {
      return false;
    }
    run(() -> {
      answer = Optional.empty();
      handle(new MemberEvent.StateOffered(volume, state));
      answer.ifPresent(then);
    });
    return true;
  }

  private void storeSaid(org.sealane.cluster.store.StoreEvent event) {
    handle(new MemberEvent.StoreSaid(event));
  }

  private Now now() {
    return new Now(bootNanos(), Instant.ofEpochSecond(0, time.now()));
  }

  private void handle(MemberEvent event) {
    if (ended) {
      return;
    }
    changed = true;
    MemberPhase before = logic.phase();
    boolean sealedBefore = logic.isSealed();
    List<MemberAction> actions = logic.on(event, now());
    if (!(event instanceof MemberEvent.Tick)) {
      time.note("%s <- %s", id, event);
    }
    carryOut(actions);
    if (logic.phase() != before || logic.isSealed() != sealedBefore) {
      time.note("%s is %s sealed=%s", id, logic.phase(), logic.isSealed());
    }
    wasLive |= logic.phase() == MemberPhase.LIVE;
    armTick();
  }

  private void carryOut(List<MemberAction> actions) {
    List<MemberAction.Submit> reads = new ArrayList<>();
    for (MemberAction action : actions) {
      if (action instanceof MemberAction.Submit submit && !submit.request().isWrite()) {
        reads.add(submit);
        continue;
      }
      submitAll(reads);
      if (action instanceof MemberAction.Remember && time.chance(cluster.dials().diskFails)) {
        carryOut(logic.on(new MemberEvent.ActionFailed(action, "the disk is full"), now()));
        return;
      }
      carryOut(action);
    }
    submitAll(reads);
  }

  /** Reads of one answer have no order among them; by path, so that each run has the same. */
  private void submitAll(Collection<MemberAction.Submit> reads) {
    reads.stream()
        .sorted(Comparator.comparing(submit -> submit.request().path()))
        .forEach(this::submit);
    reads.clear();
  }

  private void submit(MemberAction.Submit submit) {
    connection.submit(
        submit.request(), result -> handle(new MemberEvent.Replied(submit.token(), result)));
  }

  private void carryOut(MemberAction action) {
    switch (action) {
      case MemberAction.Submit submit -> {
        time.note("%s -> %s", id, submit.request());
        submit(submit);
      }
      case MemberAction.Remember remember -> {
        time.note("%s remembers %s", id, remember.slot());
        if (!does(Sabotage.REMEMBERS_NOTHING) || !disk.containsKey(remember.slot().key())) {
          disk.put(remember.slot().key(), remember.slot());
        }
      }
      case MemberAction.Publish publish -> publish(publish.rule());
      case MemberAction.FailSealed seal -> {
        if (!does(Sabotage.IGNORES_ITS_LEASE) || !wasLive) {
          rules.failSealed(seal.on());
        }
      }
      case MemberAction.LeaseUntil until -> leaseUntil = OptionalLong.of(until.bootNanos());
      case MemberAction.AwaitDrained await -> awaitDrained(await);
      case MemberAction.Fence fence -> fence(fence.departed());
      case MemberAction.Audit audit ->
          time.note("%s audits %s %s", id, audit.event().kind(), audit.event().fields());
      case MemberAction.Contend contend -> contending = contend.on();
      case MemberAction.Retire retire ->
          throw new IllegalStateException("nobody is barred here: " + retire.why());
      case MemberAction.Left _ -> {
        connection.close();
        end();
      }
      case MemberAction.StateJudged judged -> answer = Optional.of(judged.answer());
      case MemberAction.Show _ -> {
        // Nothing here looks at views.
      }
      case MemberAction.ClaimBacking _,
          MemberAction.RecordOwnerEpoch _,
          MemberAction.ReleaseBacking _ ->
          throw new IllegalStateException("no volume has an owner here: " + action);
    }
  }

  private void publish(LaneRule rule) {
    LaneRule before = rules.rule(rule.send().volume(), rule.send().kind());
    LanePolicy last = rule.accept().getLast();
    if (does(Sabotage.IGNORES_NEW_RULES) && wasLive) {
      List<LanePolicy> accept = new ArrayList<>(rule.accept());
      accept.add(before.send());
      rules.publish(new LaneRule(before.send(), accept));
    } else if (does(Sabotage.SENDS_TOO_EARLY)) {
      rules.publish(new LaneRule(last, rule.accept()));
    } else if (does(Sabotage.EXPECTS_TOO_EARLY)) {
      rules.publish(LaneRule.settled(last));
    } else if (does(Sabotage.ACCEPTS_AS_BEFORE)) {
      List<LanePolicy> accept = new ArrayList<>(rule.accept());
      accept.addAll(before.accept());
      rules.publish(new LaneRule(rule.send(), accept));
    } else {
      rules.publish(rule);
    }
  }

  /** Moves a turn on without looking who has written: only one that does wrong does this. */
  void hasten() {
    ObjectKey key = ObjectKey.policy(cluster.volume());
    String path = cluster.paths().document(key);
    Optional<VerifiedSlot> turning =
        slot(key)
            .filter(
                slot -> slot.turn().filter(turn -> turn.step() != TurnStep.ENFORCE).isPresent());
    if (turning.isEmpty() || !(cluster.zookeeper().read(path) instanceof StoreResult.Value value)) {
      return;
    }
    TurnStep next = TurnStep.values()[turning.get().turn().orElseThrow().step().ordinal() + 1];
    connection.submit(
        new StoreRequest.CompareAndSet(
            path,
            DocumentCodec.encodeSlot(TurnDecision.advanced(turning.get(), next).unverified()),
            value.stat().version()),
        result -> time.note("%s has hastened: %s", id, result));
  }

  private void awaitDrained(MemberAction.AwaitDrained await) {
    if (does(Sabotage.SAYS_DRAINED_AT_ONCE)) {
      later(0, new MemberEvent.Drained(await.volume(), await.epoch()));
      return;
    }
    time.note("%s awaits drained below %s", id, await.epoch());
    CompletableFuture<?>[] kinds = new CompletableFuture<?>[LaneKind.values().length];
    for (LaneKind kind : LaneKind.values()) {
      kinds[kind.ordinal()] =
          rules.drainedBelow(await.volume(), kind, await.epoch()).toCompletableFuture();
    }
    CompletableFuture.allOf(kinds)
        .thenRun(() -> later(0, new MemberEvent.Drained(await.volume(), await.epoch())));
  }

  private void fence(MemberId departed) {
    time.after(
        time.between(VirtualTime.millis(1), VirtualTime.millis(100)),
        () -> {
          if (time.chance(cluster.dials().fenceFails)) {
            later(0, new MemberEvent.FenceFailed(departed, "drawn"));
          } else {
            if (!does(Sabotage.FENCES_NOTHING)) {
              cluster.lanes().cut(this, departed.node());
            }
            later(0, new MemberEvent.Fenced(departed));
          }
        });
  }

  private void later(long nanos, MemberEvent event) {
    time.after(nanos, () -> run(() -> handle(event)));
  }

  private void armTick() {
    long armed = ++ticks;
    OptionalLong due = logic.nextTick();
    if (due.isEmpty() || ended) {
      return;
    }
    long nanos = (long) ((due.getAsLong() - bootNanos()) / clockRate);
    time.after(
        Math.max(TICK_NANOS_MIN, nanos),
        () -> {
          if (armed == ticks) {
            run(() -> handle(new MemberEvent.Tick()));
          }
        });
  }

  Optional<VerifiedSlot> slot(ObjectKey key) {
    return Optional.ofNullable(logic.slots().get(key));
  }
}
