package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(6);
  private static final long HALF = Duration.ofSeconds(3).toNanos();

  @Test
  void shouldNotBeValidBeforeTheFirstAcknowledgedWrite() {
    assertThat(Lease.none(TIMEOUT).isValid(0)).isFalse();
    assertThat(Lease.none(TIMEOUT).isValid(Long.MIN_VALUE)).isFalse();
  }

  @Test
  void shouldLastHalfTheTimeoutFromWhenTheWriteWasIssued() {
    Lease lease = Lease.none(TIMEOUT).acknowledged(1000);
    assertThat(lease.isValid(1000 + HALF - 1)).isTrue();
    assertThat(lease.isValid(1000 + HALF)).isFalse();
  }

  @Test
  void shouldNotShrinkWhenAnOlderWriteIsAcknowledgedLate() {
    Lease lease = Lease.none(TIMEOUT).acknowledged(5000).acknowledged(1000);
    assertThat(lease.isValid(5000 + HALF - 1)).isTrue();
  }

  @Test
  void shouldHoldAcrossTheClocksOverflow() {
    long issued = Long.MAX_VALUE - 10;
    Lease lease = Lease.none(TIMEOUT).acknowledged(issued);
    assertThat(lease.isValid(issued + HALF - 1)).isTrue();
    assertThat(lease.isValid(issued + HALF)).isFalse();
  }

  @Test
  void shouldRenewSoonEnoughThatTwoRenewalsMayBeLost() {
    Lease lease = Lease.none(TIMEOUT);
    assertThat(lease.renewalNanos() * 3).isLessThanOrEqualTo(lease.durationNanos());
  }

  @Test
  void shouldReadAClockThatOnlyGoesForward() {
    long before = BootTimeClock.nanos();
    long after = BootTimeClock.nanos();
    assertThat(after).isGreaterThanOrEqualTo(before);
    assertThat(BootTimeClock.countsSuspend())
        .isEqualTo(System.getProperty("os.name").equals("Linux"));
  }
}
