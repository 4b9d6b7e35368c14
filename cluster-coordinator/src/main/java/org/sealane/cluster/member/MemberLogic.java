package org.sealane.cluster.member;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.sealane.cluster.audit.AuditEvent;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.store.StoreEvent;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.NodeSigner;
import org.sealane.cluster.turn.TurnAction;

/**
 * All that a member decides, with no thread, clock or I/O of its own: it is told events with their
 * time and answers with actions. The same code runs in {@link ClusterMember} and in simulation. One
 * thread at a time.
 *
 * <p>It is driven by levels, not by edges: a change only says what to read again; what to do
 * follows from what was read. So a lost reply, a doubled event or a restart needs no case of its
 * own.
 *
 * <pre>
 * AWAY --connected--> REGISTERING --entry made--> READING --all read--> LIVE
 *   ^                     ^                          |                   |
 *   +---suspended, session lost (from any)-----------+----entry gone-----+--> REGISTERING
 * any --leave--> LEFT
 * any --barred by the administrator--> REVOKED
 * </pre>
 *
 * <p>Sealed (only encrypted is sent) from the start until the lease was renewed by a write and then
 * everything was read; again when the lease lapses or the session is lost.
 */
public final class MemberLogic {
  private static final long RETRY_NANOS_MIN = Duration.ofMillis(50).toNanos();
  private static final long DISK_RETRY_NANOS = Duration.ofSeconds(1).toNanos();

  private final MemberIdentity identity;
  private final Outbox out = new Outbox();
  private final DocumentFollower documents;
  private final Observed observed;
  private final Peers peers = new Peers();
  private final TurnDriver turns;
  private final OwnershipDriver ownership;
  private final ViewBuilder views;
  private final Registrar registrar;
  private final Agenda agenda;
  private final BundledDocuments bundled;
  private final Homecoming homecoming;

  private Now now = new Now(0, Instant.EPOCH);
  private MemberPhase phase = MemberPhase.AWAY;
  private Optional<MemberId> self = Optional.empty();
  private Duration timeout = Duration.ofSeconds(10);
  private Lease lease = Lease.none(timeout);
  private boolean sealed = true;
  private boolean contending;
  private boolean elected;
  private boolean republish;

  private Optional<Round> round = Optional.empty();
  private boolean roundUnseals;
  private int openWrites;
  private boolean renewing;
  private long renewalDueAt;
  private long notBefore;
  private OptionalLong registerAt = OptionalLong.empty();
  private long refreshAt;
  private String trouble = "";

  /**
   * A member of a process that has just started.
   *
   * @param remembered what the node's memory holds
   */
  public MemberLogic(
      MemberIdentity identity,
      DocumentVerifier verifier,
      Collection<VerifiedSlot> remembered,
      NodeSigner signer) {
    this.identity = identity;
    this.documents = new DocumentFollower(verifier, remembered);
    this.observed =
        new Observed(identity.clusterId(), identity.paths(), documents, new StatementRefusals(out));
    this.turns = new TurnDriver(identity, signer, observed, peers, out);
    this.ownership = new OwnershipDriver(identity, signer, documents, observed, out);
    this.views = new ViewBuilder(identity, documents, observed, ownership);
    this.registrar = new Registrar(identity, signer, out, new RegistrarOwner());
    this.agenda = new Agenda(identity.paths());
    this.bundled = new BundledDocuments(identity, documents, out);
    this.homecoming = new Homecoming(identity, documents, peers, out);
  }

  /** Takes one event and answers with what to do, in order. */
  public List<MemberAction> on(MemberEvent event, Now at) {
    now = at;
    if (!sealed && !lease.isValid(now.bootNanos())) {
      seal("the lease ran out");
    }
    if (!(event instanceof MemberEvent.ActionFailed)) {
      documents.carriedOut();
    }
    take(event);
    if (!isGone()) {
      proceed();
    }
    views.changed(phase, sealed).ifPresent(view -> out.add(new MemberAction.Show(view)));
    return out.take();
  }

  /** When {@link MemberEvent.Tick} is due next, on the boot clock. */
  public OptionalLong nextTick() {
    List<Long> due = new ArrayList<>();
    if (isGone()) {
      return OptionalLong.empty();
    }
    if (!sealed) {
      due.add(lease.endsAt());
    }
    if (isRegistered()) {
      if (!renewing) {
        due.add(renewalDueAt);
      }
      due.add(refreshAt);
      if (isIdle()) {
        if (!agenda.isEmpty()) {
          due.add(notBefore);
        }
        turns.standIns().nextLook().ifPresent(look -> due.add(Math.max(look, notBefore)));
      }
    }
    registerAt.ifPresent(due::add);
    ownership.nextRetry().ifPresent(due::add);
    return due.stream().mapToLong(Long::longValue).min();
  }

  public MemberPhase phase() {
    return phase;
  }

  /** Whether only encrypted is sent. */
  public boolean isSealed() {
    return sealed;
  }

  public Lease lease() {
    return lease;
  }

  /** Whether this node was told that it coordinates. */
  public boolean isElected() {
    return elected;
  }

  /** The documents it follows. */
  public Map<ObjectKey, VerifiedSlot> slots() {
    return Map.copyOf(documents.slots());
  }

  /** As coordinator: what each running turn waits for, by volume. */
  public Map<UUID, List<TurnAction.Missing>> waiting() {
    return new HashMap<>(turns.waiting());
  }

  private void take(MemberEvent event) {
    switch (event) {
      case MemberEvent.Started _ -> {
        out.add(new MemberAction.FailSealed(true));
        documents.publishAll(out);
        if (ownEnrolment() instanceof OwnEnrolment.Barred barred) {
          retire(barred.why());
        }
      }
      case MemberEvent.StoreSaid said -> storeSaid(said.event());
      case MemberEvent.Replied replied -> out.replied(replied.token(), replied.result());
      case MemberEvent.Drained drained -> {
        turns.drained(drained.volume(), drained.epoch());
        agenda.ledger();
      }
      case MemberEvent.Fenced fenced -> {
        peers.fenceDone(fenced.departed());
        homecoming.fenced(fenced.departed());
        agenda.ledger();
      }
      case MemberEvent.FenceFailed failed -> {
        peers.fenceFailed(failed.departed());
        homecoming.fenceFailed(failed.departed());
        agenda.ledger();
        pause();
      }
      case MemberEvent.BackingClaimed claimed -> {
        ownership.claimed(claimed, now);
        agenda.owners(Set.of(claimed.volume()));
      }
      case MemberEvent.OwnerEpochRecorded recorded -> {
        ownership.recorded(recorded, now);
        agenda.owners(Set.of(recorded.volume()));
      }
      case MemberEvent.BackingReleased released -> {
        ownership.released(released);
        agenda.owners(Set.of(released.volume()));
      }
      case MemberEvent.StateOffered offered -> stateOffered(offered);
      case MemberEvent.CertificateRenewed renewed -> {
        registrar.certificateRenewed(renewed.expires());
        agenda.members();
      }
      case MemberEvent.ActionFailed failed -> actionFailed(failed);
      case MemberEvent.Tick _ -> {
        // What is due follows from the time alone.
      }
      case MemberEvent.Leave _ -> leave();
    }
  }

  private void stateOffered(MemberEvent.StateOffered offered) {
    ObjectKey key = ObjectKey.policy(offered.volume());
    PolicyStateExchange.Answer answer = documents.offered(key, offered.state(), out);
    if (answer == PolicyStateExchange.Answer.ADOPTED
        || answer == PolicyStateExchange.Answer.UNDECIDED) {
      // The store has it too, or will; with what leads there if this node missed more than one.
      agenda.document(key);
    }
    out.add(new MemberAction.StateJudged(answer));
  }

  private void storeSaid(StoreEvent event) {
    if (isGone()) {
      return;
    }
    switch (event) {
      case StoreEvent.Connected connected -> {
        disconnect();
        peers.mayHaveReturned();
        timeout = connected.timeout();
        boolean same =
            self.isPresent() && self.get().session() == connected.session() && lease.held();
        if (!same) {
          homecoming.gone();
          lease = Lease.none(timeout);
          seal("a new session has no lease yet");
        }
        self =
            Optional.of(new MemberId(identity.node(), connected.session(), identity.incarnation()));
        register();
      }
      case StoreEvent.Suspended _ -> disconnect();
      case StoreEvent.SessionLost _ -> {
        disconnect();
        lease = Lease.none(timeout);
        // Others may take this node for gone from now on, however long its lease would have been.
        seal("the session ended");
      }
      case StoreEvent.Changed changed -> {
        String nodes = identity.paths().nodes() + "/";
        if (changed.path().startsWith(nodes)) {
          peers.mayHaveReturned(changed.path().substring(nodes.length()));
        }
        // Others' entries matter to the coordinator alone.
        if (elected
            || turns.standIns().isActing()
            || !changed.path().startsWith(identity.paths().turns() + "/")) {
          agenda.changed(changed.path());
        }
      }
      case StoreEvent.Election election -> {
        // Late, where this node has left the election meanwhile.
        elected = election.elected() && contending;
        agenda.ledger();
      }
    }
  }

  private void disconnect() {
    out.forget();
    homecoming.interrupted();
    round = Optional.empty();
    openWrites = 0;
    renewing = false;
    registerAt = OptionalLong.empty();
    phase = MemberPhase.AWAY;
  }

  private void register() {
    phase = MemberPhase.REGISTERING;
    registerAt = OptionalLong.empty();
    homecoming.begin(
        () -> registrar.register(self.orElseThrow(), documents.ahead(), now),
        () -> registerAt = OptionalLong.of(now.bootNanos() + retryNanos()));
  }

  private void contend(boolean on) {
    if (contending != on) {
      contending = on;
      elected &= on;
      out.add(new MemberAction.Contend(on));
    }
  }

  /**
   * Takes no part any more, as the administrator has barred this node. The lease stays: lanes end
   * with this process's own care, and what a barred node says of that proves nothing, so the others
   * cut it off and say so.
   */
  private void retire(String why) {
    boolean connected = isRegistered();
    out.forget();
    round = Optional.empty();
    seal(why);
    contend(false);
    ownership.releaseAll();
    phase = MemberPhase.REVOKED;
    audit(AuditKind.SELF_REVOKED, why);
    if (connected) {
      registrar.removeOwn(() -> out.add(new MemberAction.Retire(why)));
    } else {
      out.add(new MemberAction.Retire(why));
    }
  }

  private void leave() {
    if (phase == MemberPhase.REVOKED) {
      out.add(new MemberAction.Left());
      return;
    }
    boolean connected = isRegistered();
    out.forget();
    seal("the node leaves");
    ownership.releaseAll();
    phase = MemberPhase.LEFT;
    if (connected) {
      registrar.leave(self.orElseThrow(), now, () -> out.add(new MemberAction.Left()));
    } else {
      out.add(new MemberAction.Left());
    }
  }

  private void actionFailed(MemberEvent.ActionFailed failed) {
    if (phase == MemberPhase.REVOKED) {
      // Barred, though the document that says so could not be kept: it is read again at the start.
      out.add(new MemberAction.FailSealed(true));
      out.add(new MemberAction.Contend(false));
      ownership.dropped();
      out.add(new MemberAction.Retire("node " + identity.node() + " was barred"));
      return;
    }
    if (failed.action() instanceof MemberAction.Remember remember) {
      documents.notRemembered(remember.slot());
    }
    // The rest of that answer was dropped, requests and rules alike: begin again from the start.
    seal(failed.why());
    ownership.dropped();
    contending = true;
    contend(false);
    republish = true;
    boolean connected = phase != MemberPhase.AWAY && !isGone();
    if (connected) {
      disconnect();
      phase = MemberPhase.REGISTERING;
      registerAt = OptionalLong.of(now.bootNanos() + DISK_RETRY_NANOS);
    }
  }

  private void proceed() {
    long at = now.bootNanos();
    if (republish) {
      republish = false;
      out.add(new MemberAction.FailSealed(true));
      documents.publishAll(out);
    }
    ownership.look(new OwnershipDriver.Standing(self, phase == MemberPhase.LIVE, !sealed), now);
    if (registerAt.isPresent() && at - registerAt.getAsLong() >= 0) {
      register();
    }
    if (!isRegistered()) {
      return;
    }
    if (!renewing && at - renewalDueAt >= 0) {
      renew();
    }
    if (at - refreshAt >= 0) {
      refresh();
    }
    if (isIdle() && turns.standIns().asks(at)) {
      agenda.ledger();
    }
    while (isRegistered() && isIdle() && !agenda.isEmpty() && at - notBefore >= 0) {
      startRound();
    }
  }

  /** Watches miss nothing by their contract; this bounds the harm if one ever does. */
  private void refresh() {
    boolean turning = documents.slots().values().stream().anyMatch(s -> s.turn().isPresent());
    if (turning) {
      agenda.ledger();
    } else {
      agenda.everything();
    }
    refreshAt = now.bootNanos() + timeout.toNanos() * (turning ? 1 : 6);
  }

  private void renew() {
    renewing = true;
    renewalDueAt = now.bootNanos() + lease.renewalNanos();
    registrar.renew(
        self.orElseThrow(),
        now,
        result -> {
          renewing = false;
          if (Round.isLost(result)) {
            renewalDueAt = now.bootNanos() + retryNanos();
          }
        });
  }

  private void startRound() {
    Round.Scope scope = agenda.take();
    roundUnseals = scope.everything() && lease.isValid(now.bootNanos());
    Round next =
        new Round(
            identity, scope, this::coordinates, documents, observed, out, this::roundFinished);
    round = Optional.of(next);
    next.start();
  }

  private boolean coordinates(Round.Turning turn) {
    return turns.standIns().looks(turn, now.bootNanos(), timeout.toNanos()) || elected;
  }

  private void roundFinished(boolean complete) {
    Round done = round.orElseThrow();
    round = Optional.empty();
    if (!complete) {
      agenda.everything();
      pause();
      return;
    }
    OwnEnrolment enrolment = ownEnrolment();
    if (enrolment instanceof OwnEnrolment.Barred barred) {
      retire(barred.why());
      return;
    }
    boolean enrolled = enrolment instanceof OwnEnrolment.Enrolled;
    MemberId me = self.orElseThrow();
    if (done.readMembersToo()) {
      peers.seen(observed.others(identity.node()));
      if (!observed.isRegistered(me, enrolled)) {
        agenda.everything();
        homecoming.gone();
        register();
        return;
      }
    }
    openWrites += bundled.put(done, this::bundledWritten);
    if (!enrolled) {
      seal("node " + identity.node() + " is not enrolled with its key");
      contend(false);
      phase = MemberPhase.READING;
      return;
    }
    // A live member must have read everything once before it speaks for itself.
    if (done.scope().everything()) {
      phase = MemberPhase.LIVE;
      contend(true);
      if (sealed && roundUnseals && lease.isValid(now.bootNanos())) {
        unseal();
      }
    }
    if (phase == MemberPhase.LIVE) {
      if (agenda.hasDocuments()) {
        // Perhaps the enrolment of a node that has registered: who is a member is not known yet.
        agenda.ledger();
      } else {
        openWrites += turns.drive(done, me, now, this::turnWritten);
      }
      openWrites += ownership.drive(me, !sealed, now, this::ownerWritten);
      openWrites += registrar.report(me, documents.ahead(), this::written);
    } else {
      agenda.everything();
    }
  }

  private void bundledWritten(StoreResult result) {
    agenda.everything();
    written(result);
  }

  private void turnWritten(StoreResult result) {
    agenda.ledger();
    written(result);
  }

  private void ownerWritten(StoreResult result) {
    agenda.owners(ownership.volumes());
    written(result);
  }

  private void written(StoreResult result) {
    openWrites--;
    if (Round.isLost(result)) {
      pause();
    }
  }

  private OwnEnrolment ownEnrolment() {
    return OwnEnrolment.of(
        identity, documents.slot(ObjectKey.node(identity.clusterId(), identity.node())));
  }

  private boolean isIdle() {
    return round.isEmpty() && openWrites == 0;
  }

  private boolean isGone() {
    return phase == MemberPhase.LEFT || phase == MemberPhase.REVOKED;
  }

  private boolean isRegistered() {
    return phase == MemberPhase.READING || phase == MemberPhase.LIVE;
  }

  private void pause() {
    notBefore = now.bootNanos() + retryNanos();
  }

  private long retryNanos() {
    return Math.max(RETRY_NANOS_MIN, timeout.toNanos() / 40);
  }

  private void seal(String why) {
    if (!sealed) {
      sealed = true;
      out.add(new MemberAction.FailSealed(true));
      audit(AuditKind.LEASE_ENDED, why);
    }
  }

  private void unseal() {
    sealed = false;
    out.add(new MemberAction.FailSealed(false));
    audit(AuditKind.LEASE_REGAINED, "renewed, and everything was read");
  }

  private void audit(AuditKind kind, String why) {
    out.add(
        new MemberAction.Audit(new AuditEvent(kind, Map.of("node", identity.node(), "why", why))));
  }

  private final class RegistrarOwner implements Registrar.Owner {
    @Override
    public void leaseWritten(long issuedAt) {
      lease = lease.acknowledged(issuedAt);
      renewalDueAt = issuedAt + lease.renewalNanos();
      out.add(new MemberAction.LeaseUntil(lease.endsAt()));
      if (sealed) {
        agenda.everything();
      }
    }

    @Override
    public void registered() {
      trouble = "";
      phase = MemberPhase.READING;
      refreshAt = now.bootNanos() + timeout.toNanos();
      agenda.everything();
      notBefore = now.bootNanos();
    }

    @Override
    public void tryAgain(String why) {
      if (!why.equals(trouble)) {
        trouble = why;
        audit(AuditKind.REGISTRATION_WAITS, why);
      }
      registerAt = OptionalLong.of(now.bootNanos() + retryNanos());
    }
  }
}
