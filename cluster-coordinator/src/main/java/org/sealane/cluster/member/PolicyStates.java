package org.sealane.cluster.member;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.VerifiedSlot;

/** The exchange of a {@link ClusterMember}: states from its memory, offers to its thread. */
final class PolicyStates implements PolicyStateExchange {

  /** Has the member take an offer, and completes it when the member is done with it. */
  interface Judge {
    void judge(MemberEvent.StateOffered offer, Consumer<Answer> done);
  }

  private final Supplier<Map<ObjectKey, VerifiedSlot>> slots;
  private final Judge judge;
  private final Semaphore room = new Semaphore(OFFERS_MAX);

  PolicyStates(Supplier<Map<ObjectKey, VerifiedSlot>> slots, Judge judge) {
    this.slots = slots;
    this.judge = judge;
  }

  @Override
  public byte[] newest(UUID volume) {
    return Optional.ofNullable(slots.get().get(ObjectKey.policy(volume)))
        .map(slot -> DocumentCodec.encodeSlot(slot.unverified()))
        .orElseGet(() -> new byte[0]);
  }

  @Override
  public CompletionStage<Answer> offer(UUID volume, byte[] peerState) {
    if (Arrays.equals(peerState, newest(volume))) {
      return CompletableFuture.completedFuture(Answer.SAME);
    }
    if (peerState.length == 0) {
      return CompletableFuture.completedFuture(Answer.PEER_BEHIND);
    }
    if (!room.tryAcquire()) {
      return CompletableFuture.completedFuture(Answer.UNDECIDED);
    }
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    judge.judge(
        new MemberEvent.StateOffered(volume, peerState),
        found -> {
          room.release();
          answer.complete(found);
        });
    return answer;
  }
}
