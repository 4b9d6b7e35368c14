package org.sealane.deploy.node;

import java.security.PublicKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.identity.KeyFingerprint;
import org.sealane.cluster.member.ClusterMember;
import org.sealane.cluster.member.ClusterView;
import org.sealane.cluster.member.ClusterView.VolumeView;
import org.sealane.cluster.member.MemberPhase;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.admin.AdminReply;
import org.sealane.deploy.admin.AdminRequest;
import org.sealane.deploy.admin.AdminRoute;
import org.sealane.deploy.admin.AdminRoute.Access;
import org.sealane.deploy.admin.AdminRoute.Method;
import org.sealane.deploy.explain.ExplainMessages;
import org.sealane.deploy.explain.LaneReasons;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneRules;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Lanes;
import org.sealane.smb.lane.Level;

/** What this node does for a volume's traffic now, and why, from its live state. */
final class ExplainRoutes {
  private final Supplier<Optional<ClusterMember>> member;
  private final PublicKey adminKey;
  private final Lanes lanes;
  private final LaneRules rules;
  private final LaneNotes notes;
  private final boolean hasRdma;
  private final InstantSource clock;

  /**
   * @param member empty until it has started
   * @param adminKey that documents are verified with
   * @param hasRdma whether lanes have an RDMA transport here
   */
  ExplainRoutes(
      Supplier<Optional<ClusterMember>> member,
      PublicKey adminKey,
      Lanes lanes,
      LaneRules rules,
      LaneNotes notes,
      boolean hasRdma,
      InstantSource clock) {
    this.member = member;
    this.adminKey = adminKey;
    this.lanes = lanes;
    this.rules = rules;
    this.notes = notes;
    this.hasRdma = hasRdma;
    this.clock = clock;
  }

  List<AdminRoute> routes() {
    return List.of(new AdminRoute(Method.GET, ExplainMessages.PATH, Access.MEMBERS, this::explain));
  }

  private AdminReply explain(AdminRequest request) throws AdminException {
    String name = request.required("volume");
    ClusterMember started =
        member
            .get()
            .orElseThrow(() -> new AdminException(Kind.UNAVAILABLE, "the node is starting"));
    ClusterView view = started.view();
    VolumeView volume =
        view.volume(name)
            .orElseThrow(() -> new AdminException(Kind.ABSENT, "there is no volume named " + name));
    Optional<VerifiedSlot> slot =
        Optional.ofNullable(started.slots().get(ObjectKey.policy(volume.uuid())));
    List<ExplainMessages.Rule> kinds = new ArrayList<>();
    List<ExplainMessages.Lane> open = new ArrayList<>();
    for (LaneKind kind : LaneKind.values()) {
      LaneReasons.Known known = known(volume, kind, slot);
      kinds.add(rule(known, volume.uuid(), slot));
      lanes.status().stream()
          .filter(lane -> lane.key().volume().equals(volume.uuid()) && lane.key().kind() == kind)
          .sorted(Comparator.comparing(lane -> lane.key().peer()))
          .forEach(lane -> open.add(lane(known, lane)));
    }
    boolean sealed = rules.isFailSealed();
    return new AdminReply.Value(
        new ExplainMessages.Node(
            view.self(),
            view.connection() == MemberPhase.LIVE,
            sealed,
            sealed ? notes.sealedSince() : null,
            kinds,
            open,
            notes.troubles(volume.uuid()),
            notes.pauses(volume.uuid())));
  }

  private LaneReasons.Known known(VolumeView volume, LaneKind kind, Optional<VerifiedSlot> slot) {
    LaneRule rule = rules.rule(volume.uuid(), kind);
    Optional<LaneReasons.Turning> turn =
        slot.flatMap(VerifiedSlot::turn)
            .map(turning ->
                new LaneReasons.Turning(
                    turning.epoch(), turning.step().word(), level(turning.document(), kind)));
    return new LaneReasons.Known(
        volume.name(),
        kind,
        rule,
        document(slot, rule.send().epoch()).map(document -> level(document, kind)),
        turn,
        rules.isFailSealed() ? Optional.of(notes.sealedSince()) : Optional.empty());
  }

  /** The document of that epoch: the committed one, or the one that is turned to. */
  private static Optional<VerifiedDocument> document(Optional<VerifiedSlot> slot, long epoch) {
    return slot.stream()
        .flatMap(known ->
            Stream.concat(
                known.committed().stream(), known.turn().map(VerifiedSlot.Turn::document).stream()))
        .filter(document -> document.epoch() == epoch)
        .findFirst();
  }

  /** Where there is no policy, as of a volume that is deleted, the level is encrypt. */
  private static Level level(VerifiedDocument document, LaneKind kind) {
    return document.content() instanceof DocumentContent.Policy policy
        ? policy.level(kind)
        : Level.ENCRYPT;
  }

  private ExplainMessages.Rule rule(
      LaneReasons.Known known, UUID volume, Optional<VerifiedSlot> slot) {
    long epoch = known.rule().send().epoch();
    return new ExplainMessages.Rule(
        known.kind().word(),
        rules.sendLevel(volume, known.kind()).word(),
        known.rule().weakestAccepted().word(),
        epoch,
        notes.rulesSince(volume),
        document(slot, epoch).map(this::source).orElse(null),
        LaneReasons.why(known));
  }

  private ExplainMessages.Source source(VerifiedDocument document) {
    return new ExplainMessages.Source(
        document.epoch(),
        document.digest().hex(),
        document.document().issuedAt(),
        KeyFingerprint.of(adminKey));
  }

  private ExplainMessages.Lane lane(LaneReasons.Known known, LaneStatus lane) {
    return new ExplainMessages.Lane(
        lane.key().peer(),
        known.kind().word(),
        lane.level().word(),
        lane.cipher().word(),
        lane.signing().word(),
        lane.transport(),
        lane.provider(),
        lane.epoch(),
        clock.instant().minus(lane.age()),
        lane.opens(),
        LaneReasons.why(known),
        LaneReasons.negotiated(known, lane, notes.fallback(lane.key()), hasRdma),
        LaneReasons.notStronger(known, lane));
  }
}
