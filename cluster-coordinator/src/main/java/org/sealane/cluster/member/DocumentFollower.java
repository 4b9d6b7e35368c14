package org.sealane.cluster.member;

import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.sealane.cluster.audit.AuditEvent;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.DocumentHistory;
import org.sealane.cluster.document.DocumentKind;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.DocumentVerifier;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.Verdict;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.turn.PolicyRules;
import org.sealane.smb.lane.LaneKind;

/**
 * The documents this node follows. What is found in the store is judged; what is adopted is
 * remembered on disk first and put in force after; what is refused is audited once, and what was
 * followed before stays; a policy that was outrun by one this node can not follow is sent encrypted
 * until it can. Not thread-safe.
 */
final class DocumentFollower {

  /** What became of a slot that was read. */
  enum Outcome {
    /** The store and this node agree. */
    FOLLOWED,
    /** Documents between the one remembered and this one are needed to judge it. */
    HISTORY_NEEDED,
    /** Not followed. */
    REFUSED
  }

  private record Adoption(VerifiedSlot slot, Optional<VerifiedSlot> before) {}

  private final DocumentVerifier verifier;
  private final Map<ObjectKey, VerifiedSlot> slots = new HashMap<>();

  /** What this answer adopts, in its order: what is not on disk after all is taken back. */
  private final List<Adoption> adoptions = new ArrayList<>();

  private final Map<ObjectKey, Long> createdAt = new HashMap<>();
  private final Map<ObjectKey, Long> ahead = new HashMap<>();
  private final Map<ObjectKey, String> refused = new HashMap<>();

  /**
   * Policies of which a newer one, validly signed, was found and could not be followed, with its
   * epoch: until this node has come that far, what it knows may be weaker than what is in force.
   */
  private final Map<ObjectKey, Long> outrun = new HashMap<>();

  /** What was read when it was followed last; the same again needs no verification. */
  private final Map<ObjectKey, byte[]> followed = new HashMap<>();

  DocumentFollower(DocumentVerifier verifier, Collection<VerifiedSlot> remembered) {
    this.verifier = verifier;
    remembered.forEach(slot -> slots.put(slot.key(), slot));
  }

  Map<ObjectKey, VerifiedSlot> slots() {
    return slots;
  }

  Optional<VerifiedSlot> slot(ObjectKey key) {
    return Optional.ofNullable(slots.get(key));
  }

  /** The transaction that created the object's slot; objects never seen in the store come last. */
  long createdAt(ObjectKey key) {
    return createdAt.getOrDefault(key, Long.MAX_VALUE);
  }

  /** Objects of which this node remembers more than the store has. */
  Map<String, Long> ahead() {
    Map<String, Long> named = new TreeMap<>();
    ahead.forEach((key, epoch) -> {
      if (named.size() < Registration.AHEAD_MAX) {
        named.put(Registration.aheadName(key), epoch);
      }
    });
    return named;
  }

  /** The key of an enrolled node that is not revoked. */
  Optional<PublicKey> enrolledKey(String node) {
    return nodeKey(node, false);
  }

  /** The key of a node that is or was enrolled. */
  Optional<PublicKey> anyKey(String node) {
    return nodeKey(node, true);
  }

  private Optional<PublicKey> nodeKey(String node, boolean evenRevoked) {
    return slot(ObjectKey.node(verifier.clusterId(), node))
        .flatMap(VerifiedSlot::living)
        .map(content -> (DocumentContent.Node) content)
        .filter(content -> evenRevoked || !content.revoked())
        .flatMap(content -> Ed25519.publicKey(content.publicKey()));
  }

  /** Puts every remembered policy in force. */
  void publishAll(Outbox out) {
    slots.values().stream()
        .filter(slot -> slot.key().kind() == DocumentKind.POLICY)
        .forEach(slot -> publish(slot, out));
  }

  /** Judges what the store has for {@code key}; {@code history} is present on the second try. */
  Outcome follow(
      ObjectKey key, byte[] data, long czxid, Optional<DocumentHistory> history, Outbox out) {
    createdAt.put(key, czxid);
    if (Arrays.equals(data, followed.get(key))) {
      return agreed(key, out);
    }
    Outcome outcome = judge(key, data, history, out);
    if (outcome == Outcome.FOLLOWED) {
      followed.put(key, data);
    } else {
      followed.remove(key);
    }
    return outcome;
  }

  private Outcome judge(ObjectKey key, byte[] data, Optional<DocumentHistory> history, Outbox out) {
    DocumentSlot found;
    try {
      found = DocumentCodec.decodeSlot(data);
    } catch (MalformedJsonException e) {
      return refuse(key, data, Verdict.Reason.MALFORMED, e.getMessage(), out);
    }
    Optional<VerifiedSlot> known = slot(key);
    Verdict verdict = verifier.judge(key, found, known, history.orElse(DocumentHistory.NONE));
    return switch (verdict) {
      case Verdict.Unchanged _ -> agreed(key, out);
      case Verdict.Adopted adopted -> {
        adopt(adopted.slot(), known, out);
        yield agreed(key, out);
      }
      case Verdict.Refused no
          when no.reason() == Verdict.Reason.BROKEN_CHAIN
              && history.isEmpty()
              && known.isPresent() ->
          Outcome.HISTORY_NEEDED;
      case Verdict.Refused no -> {
        if (no.reason() == Verdict.Reason.BROKEN_CHAIN) {
          outrun(key, found, out);
        }
        yield refuse(key, data, no.reason(), no.detail(), out);
      }
    };
  }

  /**
   * Judges what a peer has of an object as if it had been read from the store, which is not said to
   * agree with it. A peer that is behind is no harm; what was never signed so is audited each time.
   */
  PolicyStateExchange.Answer offered(ObjectKey key, byte[] state, Outbox out) {
    DocumentSlot found;
    try {
      if (state.length > PolicyStateExchange.STATE_BYTES_MAX) {
        throw new MalformedJsonException("", state.length + " bytes are too many");
      }
      found = DocumentCodec.decodeSlot(state);
    } catch (MalformedJsonException e) {
      return refuseOffer(key, Verdict.Reason.MALFORMED, e.getMessage(), out);
    }
    Optional<VerifiedSlot> known = slot(key);
    return switch (verifier.judge(key, found, known, DocumentHistory.NONE)) {
      case Verdict.Unchanged _ -> PolicyStateExchange.Answer.SAME;
      case Verdict.Adopted adopted -> {
        adopt(adopted.slot(), known, out);
        // The store's is judged against this from now on, the same bytes or not.
        followed.remove(key);
        yield PolicyStateExchange.Answer.ADOPTED;
      }
      case Verdict.Refused no ->
          switch (no.reason()) {
            case OLDER, ROLLED_BACK -> PolicyStateExchange.Answer.PEER_BEHIND;
            case BROKEN_CHAIN -> {
              outrun(key, found, out);
              yield PolicyStateExchange.Answer.UNDECIDED;
            }
            case MALFORMED, UNSIGNED, OTHER_CLUSTER, OTHER_OBJECT, CONFLICTING ->
                refuseOffer(key, no.reason(), no.detail(), out);
          };
    };
  }

  private static PolicyStateExchange.Answer refuseOffer(
      ObjectKey key, Verdict.Reason reason, String detail, Outbox out) {
    auditRefusal(key, reason, "offered by a peer: " + detail, out);
    return PolicyStateExchange.Answer.REFUSED;
  }

  /** The store has nothing for an object that this node remembers: what was followed stays. */
  void missing(ObjectKey key, Outbox out) {
    if (slots.containsKey(key)) {
      refuse(key, new byte[0], Verdict.Reason.ROLLED_BACK, key + ": is gone from the store", out);
    }
  }

  /** Everything adopted so far is on disk. */
  void carriedOut() {
    adoptions.clear();
  }

  /**
   * The slot could not be written to disk, and those adopted after it in the same answer were not
   * tried: forget that they were adopted.
   */
  void notRemembered(VerifiedSlot slot) {
    boolean all = false;
    while (!all && !adoptions.isEmpty()) {
      Adoption last = adoptions.removeLast();
      ObjectKey key = last.slot().key();
      followed.remove(key);
      if (last.before().isPresent()) {
        slots.put(key, last.before().get());
      } else {
        slots.remove(key);
      }
      all = last.slot() == slot;
    }
  }

  private Outcome agreed(ObjectKey key, Outbox out) {
    ahead.remove(key);
    refused.remove(key);
    // A store that was restored from a backup agrees with whoever was away meanwhile.
    if (outrun.containsKey(key) && slots.get(key).highestEpoch() >= outrun.get(key)) {
      outrun.remove(key);
      publish(slots.get(key), out);
    }
    return Outcome.FOLLOWED;
  }

  /**
   * The administrator has signed a newer policy than this node can follow, as a link between is
   * missing: what it knows may be weaker than what the others turn to.
   */
  private void outrun(ObjectKey key, DocumentSlot found, Outbox out) {
    Optional<VerifiedSlot> known = slot(key);
    if (key.kind() != DocumentKind.POLICY || known.isEmpty()) {
      return;
    }
    long epoch =
        verifier.recall(key, found) instanceof Verdict.Adopted later
            ? later.slot().highestEpoch()
            : known.get().highestEpoch();
    if (outrun.merge(key, epoch, Math::max) == epoch) {
      publish(known.get(), out);
    }
  }

  private Outcome refuse(
      ObjectKey key, byte[] data, Verdict.Reason reason, String detail, Outbox out) {
    slot(key).ifPresent(known -> ahead.put(key, known.highestEpoch()));
    // What stays refused is audited once, however often it is read again.
    String refusal = reason + " " + DocumentDigest.of(data).hex();
    if (!refusal.equals(refused.put(key, refusal))) {
      auditRefusal(key, reason, detail, out);
    }
    return Outcome.REFUSED;
  }

  private static void auditRefusal(
      ObjectKey key, Verdict.Reason reason, String detail, Outbox out) {
    out.add(
        new MemberAction.Audit(
            new AuditEvent(
                AuditKind.DOCUMENT_REFUSED,
                Map.of("object", key.toString(), "reason", reason.name(), "detail", detail))));
  }

  private void adopt(VerifiedSlot slot, Optional<VerifiedSlot> known, Outbox out) {
    adoptions.add(new Adoption(slot, known));
    slots.put(slot.key(), slot);
    out.add(new MemberAction.Remember(slot));
    if (slot.key().kind() == DocumentKind.POLICY) {
      publish(slot, out);
    }
    if (slot.turn().isPresent() && !slot.turn().equals(known.flatMap(VerifiedSlot::turn))) {
      VerifiedSlot.Turn turn = slot.turn().get();
      audit(AuditKind.TURN_STEP, turn.document(), Map.of("step", turn.step().word()), out);
    }
    if (slot.committed().isPresent()
        && !slot.committed().equals(known.flatMap(VerifiedSlot::committed))) {
      audit(AuditKind.DOCUMENT_COMMITTED, slot.committed().get(), Map.of(), out);
    }
  }

  private void publish(VerifiedSlot slot, Outbox out) {
    UUID volume = slot.key().object();
    boolean sealed = outrun.containsKey(slot.key());
    for (LaneKind kind : LaneKind.values()) {
      out.add(
          new MemberAction.Publish(
              sealed
                  ? PolicyRules.sealed(volume, kind, slot)
                  : PolicyRules.rule(volume, kind, Optional.of(slot))));
    }
  }

  private static void audit(
      AuditKind kind, VerifiedDocument document, Map<String, String> more, Outbox out) {
    Map<String, String> fields = new TreeMap<>(more);
    fields.put("object", document.document().key().toString());
    fields.put("epoch", Long.toString(document.epoch()));
    fields.put("digest", document.digest().hex());
    out.add(new MemberAction.Audit(new AuditEvent(kind, fields)));
  }
}
