package org.sealane.cluster.member;

import java.util.UUID;
import org.sealane.cluster.audit.AuditEvent;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.turn.MemberId;
import org.sealane.smb.lane.LaneRule;

/**
 * What {@link MemberLogic} wants done. The actions of one answer are carried out in their order; if
 * one fails, the rest are dropped and the logic is told ({@link MemberEvent.ActionFailed}).
 */
public sealed interface MemberAction {

  /** Submit to the store; the result comes back with {@code token}. */
  record Submit(long token, StoreRequest request) implements MemberAction {}

  /** Write to this node's memory, durably, before going on. */
  record Remember(VerifiedSlot slot) implements MemberAction {}

  /** Put a rule in force. */
  record Publish(LaneRule rule) implements MemberAction {}

  /** From now on send only encrypted, or no longer only. */
  record FailSealed(boolean on) implements MemberAction {}

  /**
   * The lease is good until then on the boot clock; later than that this node sends only encrypted,
   * even if its own thread did not run since.
   */
  record LeaseUntil(long bootNanos) implements MemberAction {}

  /** Tell when nothing of an epoch below {@code epoch} is under way, for both kinds of lanes. */
  record AwaitDrained(UUID volume, long epoch) implements MemberAction {}

  /** Cut all lanes with a process that has gone. */
  record Fence(MemberId departed) implements MemberAction {}

  /** Lock the backing of a volume and read its marker. */
  record ClaimBacking(UUID volume, String path) implements MemberAction {}

  /**
   * Write the owner epoch into the marker of a claimed backing; the volume may be served then.
   *
   * @param leased whether only while this node holds its lease
   */
  record RecordOwnerEpoch(UUID volume, long ownerEpoch, boolean leased) implements MemberAction {}

  /**
   * From now on no operation on the volume begins here; its backing is unlocked when none is under
   * way.
   *
   * @param inOrder whether those under way may still be acknowledged
   */
  record ReleaseBacking(UUID volume, boolean inOrder) implements MemberAction {}

  /** What the cluster looks like has changed. */
  record Show(ClusterView view) implements MemberAction {}

  /** Append to the audit log. */
  record Audit(AuditEvent event) implements MemberAction {}

  /** The answer to {@link MemberEvent.StateOffered}; what it says is done by the actions before. */
  record StateJudged(PolicyStateExchange.Answer answer) implements MemberAction {}

  /** Take part in the election of the coordinator, or no longer. Idempotent. */
  record Contend(boolean on) implements MemberAction {}

  /**
   * The administrator has barred this node: its session is to end as soon as the backings that were
   * given up before are unlocked.
   */
  record Retire(String why) implements MemberAction {}

  /** The node has left: its session can be closed. */
  record Left() implements MemberAction {}
}
