package org.sealane.cluster.member;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.sealane.cluster.audit.AuditEvent;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.TestDocuments;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.StoreEvent;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.MemberId;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneRules;

/**
 * One {@link MemberLogic} on a {@link MemoryStore}, run by hand: requests are carried out when the
 * test says so, with whatever fate it chooses.
 */
final class LogicHarness {
  static final ClusterPaths PATHS = new ClusterPaths("test");
  static final Duration TIMEOUT = Duration.ofSeconds(6);

  /** Becomes the reply to a request, carrying it out or not. */
  interface Fate extends Function<StoreRequest, StoreResult> {}

  final String node;
  final TestKeys key;
  final MemoryStore store;
  final LaneRules rules = new LaneRules();
  final Map<ObjectKey, VerifiedSlot> disk = new HashMap<>();
  final List<AuditEvent> audited = new ArrayList<>();
  final List<MemberId> fences = new ArrayList<>();
  final List<MemberAction> last = new ArrayList<>();
  final Deque<MemberAction.Submit> requests = new ArrayDeque<>();
  final Deque<MemberEvent> inbox = new ArrayDeque<>();
  private final DocumentVerifier verifier;
  private final MemberIdentity.Bundled enrolment;
  MemberLogic logic;
  UUID incarnation = UUID.randomUUID();
  Optional<UUID> predecessor = Optional.empty();
  long session;
  long nowNanos = 1_000_000_000L;
  boolean left;
  boolean contending;
  Optional<String> retired = Optional.empty();
  boolean failRemember;
  long leaseUntil;

  /** Carries out what is to be done to backings; every one is there and free unless a test says. */
  Consumer<MemberAction> backings = this::alwaysFree;

  ClusterView view;
  PolicyStateExchange.Answer answer;

  LogicHarness(String node, TestDocuments documents, MemoryStore store) {
    this.node = node;
    this.key = TestKeys.generate();
    this.store = store;
    this.verifier = documents.verifier();
    ObjectKey object = ObjectKey.node(TestDocuments.CLUSTER, node);
    this.enrolment =
        new MemberIdentity.Bundled(
            DocumentKind.NODE,
            object.object(),
            documents.sign(
                new Document(
                    TestDocuments.CLUSTER,
                    object,
                    1,
                    Optional.empty(),
                    Instant.EPOCH,
                    new DocumentContent.Node(
                        node, Ed25519.base64(key.pair().getPublic()), false))));
    store.watch(path -> {
      if (session != 0 && !path.startsWith(PATHS.leases())) {
        inbox.add(new MemberEvent.StoreSaid(new StoreEvent.Changed(path)));
      }
    });
    boot(true);
  }

  /** Begins a process; what is on disk stays, everything else is gone. */
  void boot(boolean enrolled) {
    requests.clear();
    inbox.clear();
    session = 0;
    logic =
        new MemberLogic(
            new MemberIdentity(
                TestDocuments.CLUSTER,
                PATHS,
                node,
                key.pair().getPublic(),
                incarnation,
                predecessor,
                new NodeEndpoints(
                    new HostPort("h", 1),
                    new HostPort("h", 2),
                    new HostPort("h", 3),
                    Optional.empty(),
                    List.of("tcp"),
                    "test",
                    1,
                    Instant.EPOCH),
                enrolled ? List.of(enrolment) : List.of()),
            verifier,
            disk.values(),
            key::sign);
    tell(new MemberEvent.Started());
  }

  void restart() {
    store.expire(session);
    predecessor = Optional.of(incarnation);
    incarnation = UUID.randomUUID();
    boot(true);
  }

  void connect() {
    session = store.newSession();
    tell(new MemberEvent.StoreSaid(new StoreEvent.Connected(session, TIMEOUT)));
  }

  void expire() {
    store.expire(session);
    requests.clear();
    session = 0;
    tell(new MemberEvent.StoreSaid(new StoreEvent.SessionLost()));
  }

  void elect(boolean elected) {
    tell(new MemberEvent.StoreSaid(new StoreEvent.Election(elected)));
  }

  /** Lets virtual time pass, with ticks where the logic asked for them. */
  void pass(Duration time) {
    long until = nowNanos + time.toNanos();
    OptionalLong due = logic.nextTick();
    while (due.isPresent() && due.getAsLong() <= until) {
      nowNanos = Math.max(nowNanos, due.getAsLong());
      tell(new MemberEvent.Tick());
      OptionalLong next = logic.nextTick();
      if (next.equals(due)) {
        break;
      }
      due = next;
    }
    nowNanos = until;
    tell(new MemberEvent.Tick());
  }

  /** Carries requests out and delivers what comes of them until all is quiet. */
  void settle() {
    while (step(request -> store.carryOut(request, session))) {
      // One at a time, in order.
      continue;
    }
  }

  /** Delivers one event, or the reply to the oldest request; false if there is neither. */
  boolean step(Fate fate) {
    MemberEvent event = inbox.poll();
    if (event != null) {
      tell(event);
      return true;
    }
    MemberAction.Submit request = requests.poll();
    if (request == null) {
      return false;
    }
    StoreResult result = fate.apply(request.request());
    // A change is announced before anything read after it.
    while ((event = inbox.poll()) != null) {
      tell(event);
    }
    tell(new MemberEvent.Replied(request.token(), result));
    return true;
  }

  void tell(MemberEvent event) {
    last.clear();
    carryOut(logic.on(event, new Now(nowNanos, Instant.EPOCH)));
  }

  private void carryOut(List<MemberAction> actions) {
    for (MemberAction action : actions) {
      last.add(action);
      if (action instanceof MemberAction.Remember && failRemember) {
        carryOut(
            logic.on(
                new MemberEvent.ActionFailed(action, "disk full"),
                new Now(nowNanos, Instant.EPOCH)));
        return;
      }
      carryOut(action);
    }
  }

  private void carryOut(MemberAction action) {
    switch (action) {
      case MemberAction.Submit submit -> {
        if (session != 0) {
          requests.add(submit);
        }
      }
      case MemberAction.Remember remember -> disk.put(remember.slot().key(), remember.slot());
      case MemberAction.Publish publish -> rules.publish(publish.rule());
      case MemberAction.FailSealed seal -> rules.failSealed(seal.on());
      case MemberAction.LeaseUntil until -> leaseUntil = until.bootNanos();
      case MemberAction.AwaitDrained await -> {
        var both =
            rules
                .drainedBelow(await.volume(), LaneKind.CSV, await.epoch())
                .thenCombine(
                    rules.drainedBelow(await.volume(), LaneKind.SBL, await.epoch()),
                    (_, _) -> true);
        both.thenRun(() -> inbox.add(new MemberEvent.Drained(await.volume(), await.epoch())));
      }
      case MemberAction.Fence fence -> {
        fences.add(fence.departed());
        inbox.add(new MemberEvent.Fenced(fence.departed()));
      }
      case MemberAction.ClaimBacking _,
          MemberAction.RecordOwnerEpoch _,
          MemberAction.ReleaseBacking _ ->
          backings.accept(action);
      case MemberAction.Show show -> view = show.view();
      case MemberAction.Audit audit -> audited.add(audit.event());
      case MemberAction.StateJudged judged -> answer = judged.answer();
      case MemberAction.Contend contend -> contending = contend.on();
      case MemberAction.Retire retire -> retired = Optional.of(retire.why());
      case MemberAction.Left _ -> left = true;
    }
  }

  private void alwaysFree(MemberAction action) {
    switch (action) {
      case MemberAction.ClaimBacking claim ->
          inbox.add(new MemberEvent.BackingClaimed(claim.volume(), OptionalLong.of(0), ""));
      case MemberAction.RecordOwnerEpoch record ->
          inbox.add(
              new MemberEvent.OwnerEpochRecorded(record.volume(), record.ownerEpoch(), true, ""));
      case MemberAction.ReleaseBacking release ->
          inbox.add(new MemberEvent.BackingReleased(release.volume()));
      default -> throw new IllegalArgumentException("not about a backing: " + action);
    }
  }

  LaneRule rule() {
    return rules.rule(TestDocuments.VOLUME, LaneKind.CSV);
  }
}
