package org.sealane.cluster.document;

import java.security.PublicKey;
import java.util.Optional;
import java.util.UUID;
import org.sealane.cluster.document.Verdict.Adopted;
import org.sealane.cluster.document.Verdict.Reason;
import org.sealane.cluster.document.Verdict.Refused;
import org.sealane.cluster.document.Verdict.Unchanged;
import org.sealane.cluster.json.MalformedJsonException;

/**
 * Judges what is found in ZooKeeper against the cluster's admin key and against what the node
 * remembers. Pure: the same arguments give the same verdict. Any thread.
 *
 * <p>What makes ZooKeeper's writers harmless: only the admin key makes documents; epochs never go
 * back; an epoch has one document; predecessors lead to the document remembered; a turn that passed
 * its point of no return is never taken back.
 */
public final class DocumentVerifier {
  /** Links followed at most. A node that missed more changes of one object needs a new bundle. */
  static final int CHAIN_LINKS_MAX = 4096;

  /** One document checked by itself. */
  public sealed interface Check {
    record Good(VerifiedDocument document) implements Check {}

    record Bad(Reason reason, String detail) implements Check {}
  }

  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    private final Reason reason;

    Refusal(Reason reason, String detail) {
      super(detail);
      this.reason = reason;
    }
  }

  private final UUID clusterId;
  private final PublicKey adminKey;
  private final EpochFloor floor;

  public DocumentVerifier(UUID clusterId, PublicKey adminKey, EpochFloor floor) {
    this.clusterId = clusterId;
    this.adminKey = adminKey;
    this.floor = floor;
  }

  public UUID clusterId() {
    return clusterId;
  }

  /** Checks format, signature, cluster and object; not its place in the chain. */
  public Check check(ObjectKey key, SignedDocument signed) {
    try {
      return new Check.Good(verified(key, signed));
    } catch (Refusal e) {
      return new Check.Bad(e.reason, e.getMessage());
    }
  }

  /**
   * Judges what was found for {@code key}.
   *
   * @param remembered what this node followed last; empty if it never saw the object
   * @param history earlier documents, for when the node has missed some; where it does not suffice
   *     the verdict is {@link Reason#BROKEN_CHAIN}
   */
  public Verdict judge(
      ObjectKey key,
      DocumentSlot found,
      Optional<VerifiedSlot> remembered,
      DocumentHistory history) {
    try {
      VerifiedSlot slot = coherent(key, found);
      requireFloor(slot);
      if (remembered.isEmpty()) {
        return new Adopted(slot);
      }
      if (remembered.get().equals(slot)) {
        return new Unchanged(slot);
      }
      requireForward(remembered.get(), slot, history);
      return new Adopted(slot);
    } catch (Refusal e) {
      return new Refused(e.reason, e.getMessage());
    }
  }

  /**
   * Whether {@code stored} is not what comes after {@code known}, nor the same: the store was
   * restored from a backup, or someone else wrote there. Writing {@code known} over it takes
   * nothing back.
   */
  public boolean isTakenBack(VerifiedSlot known, DocumentSlot stored) {
    return switch (judge(known.key(), stored, Optional.of(known), DocumentHistory.NONE)) {
      case Unchanged _, Adopted _ -> false;
      // Later and the administrator's, though what is between is not at hand.
      case Refused refused
          when refused.reason() == Reason.BROKEN_CHAIN
              && recall(known.key(), stored) instanceof Adopted later ->
          later.slot().highestEpoch() <= known.highestEpoch();
      case Refused _ -> true;
    };
  }

  /** Checks what this node itself stored earlier: all but its age. */
  public Verdict recall(ObjectKey key, DocumentSlot stored) {
    try {
      return new Adopted(coherent(key, stored));
    } catch (Refusal e) {
      return new Refused(e.reason, e.getMessage());
    }
  }

  private VerifiedDocument verified(ObjectKey key, SignedDocument signed) throws Refusal {
    if (!Ed25519.verifies(adminKey, signed.payload(), signed.signature())) {
      throw new Refusal(Reason.UNSIGNED, key + ": not signed by the cluster's admin key");
    }
    Document document;
    try {
      document = DocumentCodec.decode(signed.payload());
    } catch (MalformedJsonException e) {
      throw new Refusal(Reason.MALFORMED, key + ": " + e.getMessage());
    }
    if (!document.clusterId().equals(clusterId)) {
      throw new Refusal(Reason.OTHER_CLUSTER, key + ": is of cluster " + document.clusterId());
    }
    if (!document.key().equals(key)) {
      throw new Refusal(Reason.OTHER_OBJECT, key + ": is of " + document.key());
    }
    return new VerifiedDocument(signed, document);
  }

  /** Verifies both documents of a slot, and that they follow each other as a slot's must. */
  private VerifiedSlot coherent(ObjectKey key, DocumentSlot found) throws Refusal {
    Optional<VerifiedDocument> committed = Optional.empty();
    if (found.committed().isPresent()) {
      committed = Optional.of(verified(key, found.committed().get()));
    }
    if (found.turn().isEmpty()) {
      if (committed.isEmpty()) {
        throw new Refusal(Reason.MALFORMED, key + ": an empty slot");
      }
      return new VerifiedSlot(key, committed, Optional.empty());
    }
    if (key.kind() != DocumentKind.POLICY) {
      throw new Refusal(Reason.MALFORMED, key + ": only policies turn");
    }
    VerifiedDocument next = verified(key, found.turn().get().document());
    TurnStep step = found.turn().get().step();
    if (step == TurnStep.ENFORCE) {
      if (!committed.equals(Optional.of(next))) {
        throw new Refusal(Reason.MALFORMED, key + ": enforced but not committed");
      }
    } else {
      if (next.epoch() <= committed.map(VerifiedDocument::epoch).orElse(0L)) {
        throw new Refusal(Reason.OLDER, next + ": pending, but not newer than the committed one");
      }
      if (!next.document().predecessor().equals(committed.map(VerifiedDocument::digest))) {
        throw new Refusal(Reason.BROKEN_CHAIN, next + ": does not follow the committed document");
      }
      if (next.document().isTombstone()) {
        throw new Refusal(Reason.MALFORMED, next + ": a deletion does not turn");
      }
    }
    return new VerifiedSlot(key, committed, Optional.of(new VerifiedSlot.Turn(next, step)));
  }

  private void requireFloor(VerifiedSlot slot) throws Refusal {
    long least = floor.of(slot.key()).orElse(0);
    long epoch = slot.committed().map(VerifiedDocument::epoch).orElse(0L);
    if (epoch < least) {
      throw new Refusal(
          Reason.OLDER, slot.key() + ": epoch " + epoch + ", but the join bundle knew " + least);
    }
  }

  private void requireForward(VerifiedSlot known, VerifiedSlot slot, DocumentHistory history)
      throws Refusal {
    long knownEpoch = known.committed().map(VerifiedDocument::epoch).orElse(0L);
    long epoch = slot.committed().map(VerifiedDocument::epoch).orElse(0L);
    if (epoch < knownEpoch) {
      throw new Refusal(
          Reason.OLDER, slot.key() + ": epoch " + epoch + " after epoch " + knownEpoch);
    }
    if (epoch > knownEpoch) {
      requireCommitForward(known, slot.committed().orElseThrow(), history);
      return;
    }
    if (!known.committed().equals(slot.committed())) {
      throw new Refusal(Reason.CONFLICTING, slot.key() + ": another document of epoch " + epoch);
    }
    if (known.turn().isPresent()) {
      requireTurnForward(known, known.turn().get(), slot);
    } else if (slot.turn().filter(turn -> turn.step() == TurnStep.ENFORCE).isPresent()) {
      throw new Refusal(Reason.ROLLED_BACK, slot.committed().orElseThrow() + ": its turn was over");
    }
  }

  /** The committed document moved on while the remembered one was {@code known.committed()}. */
  private void requireCommitForward(
      VerifiedSlot known, VerifiedDocument committed, DocumentHistory history) throws Refusal {
    if (known.turn().isPresent()) {
      VerifiedDocument pending = known.turn().get().document();
      if (pending.epoch() == committed.epoch() && !pending.equals(committed)) {
        throw new Refusal(Reason.CONFLICTING, committed + ": pending here is " + pending.digest());
      }
      if (pending.equals(committed)) {
        return;
      }
      if (committed.epoch() < pending.epoch()) {
        throw new Refusal(
            Reason.OLDER, committed + ": epoch " + pending.epoch() + " was pending here");
      }
      if (known.turn().get().step() == TurnStep.SEND) {
        requireChain(committed, pending, history);
        return;
      }
    }
    if (known.committed().isPresent()) {
      requireChain(committed, known.committed().get(), history);
    }
  }

  private void requireTurnForward(
      VerifiedSlot known, VerifiedSlot.Turn knownTurn, VerifiedSlot slot) throws Refusal {
    if (knownTurn.step() == TurnStep.ENFORCE) {
      return;
    }
    if (slot.turn().isEmpty()) {
      throw new Refusal(Reason.ROLLED_BACK, knownTurn.document() + ": was pending and is gone");
    }
    VerifiedSlot.Turn turn = slot.turn().get();
    if (turn.epoch() < knownTurn.epoch()) {
      throw new Refusal(
          Reason.OLDER, turn.document() + ": epoch " + knownTurn.epoch() + " was pending here");
    }
    if (turn.epoch() == knownTurn.epoch()) {
      if (!turn.document().equals(knownTurn.document())) {
        throw new Refusal(
            Reason.CONFLICTING, turn.document() + ": pending is " + knownTurn.document().digest());
      }
      if (turn.step().compareTo(knownTurn.step()) < 0) {
        throw new Refusal(
            Reason.ROLLED_BACK,
            turn.document() + ": back from " + knownTurn.step() + " to " + turn.step());
      }
      return;
    }
    if (knownTurn.step() == TurnStep.SEND) {
      throw new Refusal(
          Reason.ROLLED_BACK,
          known.key() + ": epoch " + knownTurn.epoch() + " was past its point of no return");
    }
  }

  /** Follows predecessors from {@code from} until they lead to {@code to}. */
  private void requireChain(VerifiedDocument from, VerifiedDocument to, DocumentHistory history)
      throws Refusal {
    VerifiedDocument at = from;
    for (int links = 0; links < CHAIN_LINKS_MAX; links++) {
      Optional<DocumentDigest> predecessor = at.document().predecessor();
      if (predecessor.equals(Optional.of(to.digest()))) {
        return;
      }
      if (predecessor.isEmpty() || at.epoch() <= to.epoch()) {
        break;
      }
      Optional<SignedDocument> earlier = history.find(predecessor.get());
      if (earlier.isEmpty()) {
        break;
      }
      VerifiedDocument next = verified(from.document().key(), earlier.get());
      if (next.epoch() >= at.epoch()) {
        break;
      }
      at = next;
    }
    throw new Refusal(
        Reason.BROKEN_CHAIN, from + ": its predecessors do not lead to " + to.digest());
  }
}
