package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.sealane.cluster.member.PolicyStateExchange;
import org.sealane.smb.lane.PolicyState;

class MemberPolicyStateTest {
  private static final UUID VOLUME = new UUID(1, 2);

  private final MemberPolicyState state = new MemberPolicyState();
  private final List<byte[]> offered = new ArrayList<>();
  private final PolicyStateExchange exchange =
      new PolicyStateExchange() {
        @Override
        public byte[] newest(UUID volume) {
          return new byte[] {7};
        }

        @Override
        public CompletionStage<Answer> offer(UUID volume, byte[] peerState) {
          offered.add(peerState);
          return CompletableFuture.completedFuture(Answer.ADOPTED);
        }
      };

  @Test
  void shouldKnowNothingBeforeTheNodeIsAMember() {
    state.offer(VOLUME, new byte[] {1});

    assertThat(state.newest(VOLUME)).isEmpty();
    assertThat(offered).isEmpty();
  }

  @Test
  void shouldAskTheMemberOnceThereIsOne() {
    state.member(exchange);
    state.offer(VOLUME, new byte[] {1});
    state.offer(VOLUME, new byte[0]);

    assertThat(state.newest(VOLUME)).containsExactly(7);
    assertThat(offered).containsExactly(new byte[] {1});
  }

  @Test
  void shouldPassOnTheLongestStateOfAMember() {
    assertThat(PolicyState.BYTES_MAX).isGreaterThanOrEqualTo(PolicyStateExchange.STATE_BYTES_MAX);
  }
}
