package org.sealane.cluster.turn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.Level;

/** What lanes must do, given the slot of their volume's policy. */
public final class PolicyRules {
  private PolicyRules() {}

  /** The rule of one volume and kind; where no valid policy is known, everything is encrypted. */
  public static LaneRule rule(UUID volume, LaneKind kind, Optional<VerifiedSlot> slot) {
    LanePolicy current = policy(volume, kind, slot.flatMap(VerifiedSlot::committed));
    Optional<VerifiedSlot.Turn> turn = slot.flatMap(VerifiedSlot::turn);
    if (turn.isEmpty() || turn.get().step() == TurnStep.ENFORCE) {
      return LaneRule.settled(current);
    }
    LanePolicy next = policy(volume, kind, Optional.of(turn.get().document()));
    LanePolicy send = turn.get().step() == TurnStep.SEND ? next : current;
    return new LaneRule(send, List.of(current, next));
  }

  /**
   * The rule of a volume of whose policy a newer document exists that this node can not follow: it
   * accepts what it accepted, and sends encrypted, which every peer accepts.
   */
  public static LaneRule sealed(UUID volume, LaneKind kind, VerifiedSlot slot) {
    LaneRule rule = rule(volume, kind, Optional.of(slot));
    LanePolicy sealed = rule.send().atLevel(Level.ENCRYPT);
    List<LanePolicy> accept = new ArrayList<>(rule.accept());
    accept.add(sealed);
    return new LaneRule(sealed, accept);
  }

  private static LanePolicy policy(
      UUID volume, LaneKind kind, Optional<VerifiedDocument> document) {
    if (document.isPresent() && document.get().content() instanceof DocumentContent.Policy policy) {
      return policy.lanePolicy(volume, kind, document.get().epoch());
    }
    return LanePolicy.failSealed(volume, kind);
  }
}
