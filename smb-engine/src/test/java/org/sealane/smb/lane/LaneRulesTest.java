package org.sealane.smb.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

class LaneRulesTest {
  private static final UUID VOLUME = new UUID(1, 2);

  private final LaneRules rules = new LaneRules();

  private static LanePolicy policy(long epoch, Level level) {
    return new LanePolicy(
        VOLUME,
        LaneKind.CSV,
        epoch,
        level,
        List.of(CipherId.AES_128_GCM),
        List.of(SigningAlgorithm.AES_GMAC),
        TransportPreference.TCP_ONLY,
        RekeyLimits.DEFAULT);
  }

  private CompletableFuture<Void> drainedBelow(long epoch) {
    return rules.drainedBelow(VOLUME, LaneKind.CSV, epoch).toCompletableFuture();
  }

  @Test
  void shouldSendEncryptedWhenNoRuleWasPublished() {
    try (LaneRules.Pass pass = rules.enter(VOLUME, LaneKind.SBL)) {
      assertThat(pass.level()).isEqualTo(Level.ENCRYPT);
    }
    assertThat(rules.rule(VOLUME, LaneKind.SBL).weakestAccepted()).isEqualTo(Level.ENCRYPT);
  }

  @Test
  void shouldSendOldAndAcceptBothWhenInStepAccept() {
    LanePolicy old = policy(1, Level.ENCRYPT);
    LanePolicy next = policy(2, Level.CLEAR);

    rules.publish(new LaneRule(old, List.of(old, next)));

    assertThat(rules.sendLevel(VOLUME, LaneKind.CSV)).isEqualTo(Level.ENCRYPT);
    assertThat(rules.rule(VOLUME, LaneKind.CSV).weakestAccepted()).isEqualTo(Level.CLEAR);
  }

  @Test
  void shouldDrainOnlyWhenEveryPassOfOlderEpochsIsReleased() {
    rules.publish(LaneRule.settled(policy(1, Level.CLEAR)));
    LaneRules.Pass first = rules.enter(VOLUME, LaneKind.CSV);
    LaneRules.Pass second = rules.enter(VOLUME, LaneKind.CSV);
    rules.publish(LaneRule.settled(policy(2, Level.ENCRYPT)));
    LaneRules.Pass newer = rules.enter(VOLUME, LaneKind.CSV);

    CompletableFuture<Void> drained = drainedBelow(2);
    first.close();
    first.close();
    assertThat(drained).isNotDone();

    second.close();
    assertThat(drained).isCompleted();
    assertThat(rules.outstanding(VOLUME, LaneKind.CSV)).isEqualTo(1);
    newer.close();
    assertThat(rules.outstanding(VOLUME, LaneKind.CSV)).isZero();
  }

  @Test
  void shouldBeDrainedAtOnceWhenNothingIsUnderWay() {
    assertThat(drainedBelow(7)).isCompleted();
  }

  @Test
  void shouldSendEncryptedWhenFailSealed() {
    rules.publish(LaneRule.settled(policy(1, Level.CLEAR)));

    rules.failSealed(true);
    try (LaneRules.Pass pass = rules.enter(VOLUME, LaneKind.CSV)) {
      assertThat(pass.level()).isEqualTo(Level.ENCRYPT);
    }
    assertThat(rules.sendLevel(VOLUME, LaneKind.CSV)).isEqualTo(Level.ENCRYPT);

    rules.failSealed(false);
    assertThat(rules.sendLevel(VOLUME, LaneKind.CSV)).isEqualTo(Level.CLEAR);
  }

  @Test
  void shouldRefuseARuleThatDoesNotAcceptWhatItSends() {
    LanePolicy sent = policy(1, Level.CLEAR);
    List<LanePolicy> accepted = List.of(policy(2, Level.ENCRYPT));

    assertThatThrownBy(() -> new LaneRule(sent, accepted))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldAccountForEveryPassWhenManyThreadsEnterAndLeave() throws InterruptedException {
    rules.publish(LaneRule.settled(policy(1, Level.CLEAR)));
    int threads = 4;
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      Thread.ofVirtual()
          .start(() -> {
            for (int i = 0; i < 1_000; i++) {
              rules.enter(VOLUME, LaneKind.CSV).close();
            }
            done.countDown();
          });
    }
    rules.publish(LaneRule.settled(policy(2, Level.SIGN)));
    CompletableFuture<Void> drained = drainedBelow(2);
    done.await();

    assertThat(drained).isCompleted();
    assertThat(rules.outstanding(VOLUME, LaneKind.CSV)).isZero();
  }
}
