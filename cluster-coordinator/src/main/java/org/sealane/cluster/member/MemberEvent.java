package org.sealane.cluster.member;

import java.time.Instant;
import java.util.OptionalLong;
import java.util.UUID;
import org.sealane.cluster.store.StoreEvent;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.MemberId;

/** What {@link MemberLogic} is told. */
public sealed interface MemberEvent {

  /** The first event of a process. */
  record Started() implements MemberEvent {}

  /** The store tells something by itself. */
  record StoreSaid(StoreEvent event) implements MemberEvent {}

  /** A request of {@link MemberAction.Submit} ended. */
  record Replied(long token, StoreResult result) implements MemberEvent {}

  /** {@link MemberAction.AwaitDrained} is true now. */
  record Drained(UUID volume, long epoch) implements MemberEvent {}

  /** {@link MemberAction.Fence} is done. */
  record Fenced(MemberId departed) implements MemberEvent {}

  /** {@link MemberAction.Fence} failed; it is asked for again. */
  record FenceFailed(MemberId departed, String why) implements MemberEvent {}

  /**
   * {@link MemberAction.ClaimBacking} ended.
   *
   * @param lastOwnerEpoch what the marker says; empty if the backing was refused
   * @param detail why it was refused; empty if it was not
   */
  record BackingClaimed(UUID volume, OptionalLong lastOwnerEpoch, String detail)
      implements MemberEvent {}

  /** {@link MemberAction.RecordOwnerEpoch} ended. */
  record OwnerEpochRecorded(UUID volume, long ownerEpoch, boolean recorded, String detail)
      implements MemberEvent {}

  /** {@link MemberAction.ReleaseBacking} is done: the backing is unlocked. */
  record BackingReleased(UUID volume) implements MemberEvent {}

  /**
   * A peer tells what it has of a volume's policy; {@link MemberAction.StateJudged} answers.
   *
   * @param state as {@link PolicyStateExchange#newest} makes it, nothing checked
   */
  record StateOffered(UUID volume, byte[] state) implements MemberEvent {}

  /** This node's certificate was renewed and ends at {@code expires}. */
  record CertificateRenewed(Instant expires) implements MemberEvent {}

  /** An action failed, and those after it of the same answer were not carried out. */
  record ActionFailed(MemberAction action, String why) implements MemberEvent {}

  /** The time that {@link MemberLogic#nextTick} asked for has come, or a little later. */
  record Tick() implements MemberEvent {}

  /** Leave the cluster in order; lanes are closed already. */
  record Leave() implements MemberEvent {}
}
