package org.sealane.smb.lane;

import java.util.List;

/**
 * What a node does for one volume and kind at one step of a turn: which policy it sends under and
 * which it accepts. Outside a turn both are the committed policy; in step {@code accept} it sends N
 * and accepts N and N+1; in step {@code send} it sends N+1 and accepts both; from {@code enforce}
 * on it knows only N+1.
 *
 * @param send the policy this node sends under
 * @param accept the policies it accepts from peers; holds {@code send}
 */
public record LaneRule(LanePolicy send, List<LanePolicy> accept) {

  public LaneRule {
    accept = List.copyOf(accept);
    if (!accept.contains(send)) {
      throw new IllegalArgumentException("a rule accepts what it sends");
    }
    for (LanePolicy policy : accept) {
      if (!policy.volume().equals(send.volume()) || policy.kind() != send.kind()) {
        throw new IllegalArgumentException("a rule is of one volume and one kind");
      }
    }
  }

  /** The rule outside a turn. */
  public static LaneRule settled(LanePolicy policy) {
    return new LaneRule(policy, List.of(policy));
  }

  /** The weakest level that a peer may use now. */
  public Level weakestAccepted() {
    Level weakest = Level.ENCRYPT;
    for (LanePolicy policy : accept) {
      weakest = Level.weakest(weakest, policy.level());
    }
    return weakest;
  }
}
