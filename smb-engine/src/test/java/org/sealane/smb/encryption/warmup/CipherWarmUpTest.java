package org.sealane.smb.encryption.warmup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.sealane.smb.encryption.warmup.CipherWarmUp.Report;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

class CipherWarmUpTest {
  /** A clock on which every look costs a millisecond, and no work anything. */
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);

  private long look() {
    return nanos.addAndGet(1_000_000);
  }

  @Test
  void shouldStopInTimeWhenLimitIsShort() {
    Report report =
        new CipherWarmUp(this::look)
            .run(
                Duration.ofMillis(100),
                EnumSet.allOf(CipherId.class),
                EnumSet.allOf(SigningAlgorithm.class));

    assertThat(report.elapsed()).isBetween(Duration.ofMillis(100), Duration.ofMillis(130));
    assertThat(report.reached())
        .extracting(CipherWarmUp.Reached::work)
        .containsExactly(
            "AES-128-CCM",
            "AES-128-GCM",
            "AES-256-CCM",
            "AES-256-GCM",
            "HMAC-SHA256",
            "AES-CMAC",
            "AES-GMAC");
    assertThat(report.reached().get(1).steady()).isFalse();
    assertThat(report.reached().get(1).bytesPerSecond()).isZero();
  }

  @Test
  void shouldSayHowFarItGotWhenTimeIsUpBeforeItIsSteady() {
    Report report =
        new CipherWarmUp(this::look)
            .run(Duration.ofMillis(2000), Set.of(CipherId.AES_128_GCM), Set.of());

    // One long message a millisecond, both directions.
    assertThat(report.reached())
        .containsExactly(
            new CipherWarmUp.Reached("AES-128-GCM", 2 * 1000L * ((1 << 20) + 112), false));
  }

  @Test
  void shouldEndWhenNothingIsAsked() {
    assertThat(
            new CipherWarmUp(this::look).run(Duration.ofSeconds(2), Set.of(), Set.of()).reached())
        .isEmpty();
  }

  @Test
  void shouldBecomeSteadyWhenWorkIsFastAndGetsNoFaster() {
    Report report =
        new CipherWarmUp(this::look)
            .run(
                Duration.ofDays(1),
                Set.of(CipherId.AES_256_GCM),
                Set.of(SigningAlgorithm.AES_CMAC));

    assertThat(report.reached()).allMatch(CipherWarmUp.Reached::steady);
    assertThat(report.elapsed()).isLessThan(Duration.ofSeconds(14));
  }
}
