package org.sealane.smb.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FramePoolTest {
  private static final long TWO_LONGEST = 2L * (FramePool.FRAME_BYTES_MAX + FramePool.TAIL_BYTES);

  @Test
  void shouldLendWhatWasAskedForAndAccountForIt() {
    FramePool pool = new FramePool(64 << 20, 64 << 20);
    try (FramePool.Buffer buffer = pool.borrow(100_000)) {
      assertThat(buffer.lengthBytes()).isEqualTo(100_000);
      assertThat(buffer.segment().byteSize()).isEqualTo(100_000);
      assertThat(pool.outstandingBytes()).isEqualTo(buffer.array().length);
    }
    assertThat(pool.outstandingBytes()).isZero();
  }

  @Test
  void shouldFitPowerOfTwoPayloadWithHeadersInItsOwnClass() {
    FramePool pool = new FramePool(64 << 20, 64 << 20);
    for (int shift = 12; shift <= 23; shift++) {
      int payload = 1 << shift;
      try (FramePool.Buffer buffer = pool.borrow(payload + 52 + 64 + 48)) {
        assertThat(buffer.array().length)
            .isBetween(buffer.lengthBytes() + FramePool.TAIL_BYTES, payload + (65 << 10));
      }
    }
  }

  @Test
  void shouldLendTheSameArrayAgainWhenItWasGivenBack() {
    FramePool pool = new FramePool(64 << 20, 64 << 20);
    FramePool.Buffer first = pool.borrow(5_000);
    byte[] array = first.array();
    first.close();
    assertThat(pool.pooledBytes()).isEqualTo(array.length);
    try (FramePool.Buffer second = pool.borrow(6_000)) {
      assertThat(second.array()).isSameAs(array);
      assertThat(pool.pooledBytes()).isZero();
    }
  }

  @Test
  void shouldNotKeepMoreThanItsLimit() {
    FramePool pool = new FramePool(64 << 20, 10_000);
    FramePool.Buffer first = pool.borrow(4_096);
    FramePool.Buffer second = pool.borrow(4_096);
    first.close();
    second.close();
    assertThat(pool.pooledBytes()).isEqualTo(first.array().length);
  }

  @Test
  void shouldRefuseFramesAboveTheLimitButNotOurOwn() {
    FramePool pool = new FramePool(2 * TWO_LONGEST, 0);
    AtomicInteger retries = new AtomicInteger();
    FramePool.Buffer other = pool.borrow(FramePool.FRAME_BYTES_MAX);
    FramePool.Buffer another = pool.borrow(FramePool.FRAME_BYTES_MAX);
    FramePool.Buffer longest =
        pool.tryBorrow(FramePool.FRAME_BYTES_MAX, retries::incrementAndGet).get();
    FramePool.Buffer rest = pool.borrow(FramePool.FRAME_BYTES_MAX);
    assertThat(pool.tryBorrow(1, retries::incrementAndGet)).isEmpty();
    FramePool.Buffer own = pool.borrow(1);
    assertThat(retries).hasValue(0);

    own.close();
    assertThat(retries).hasValue(1);
    longest.close();
    assertThat(retries).hasValue(1);
    Optional<FramePool.Buffer> again = pool.tryBorrow(1, retries::incrementAndGet);
    assertThat(again).isPresent();
    again.get().close();
    other.close();
    another.close();
    rest.close();
    assertThat(pool.outstandingBytes()).isZero();
  }

  @Test
  void shouldKeepAQuarterForShortFrames() {
    FramePool pool = new FramePool(2 * TWO_LONGEST, 0);
    AtomicInteger retries = new AtomicInteger();
    List<FramePool.Buffer> large = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      large.add(pool.tryBorrow(FramePool.FRAME_BYTES_MAX, retries::incrementAndGet).get());
    }
    assertThat(pool.tryBorrow(100_000, retries::incrementAndGet)).isEmpty();
    assertThat(pool.hasRoom(1, retries::incrementAndGet)).isFalse();

    FramePool.Buffer small = pool.tryBorrow(64 << 10, retries::incrementAndGet).get();

    assertThat(retries).hasValue(0);
    large.removeLast().close();
    assertThat(retries).as("who waited is told").hasValue(2);
    assertThat(pool.hasRoom(FramePool.PAYLOAD_BYTES_MAX - (1 << 20), retries::incrementAndGet))
        .isTrue();
    small.close();
    large.forEach(FramePool.Buffer::close);
  }

  @Test
  void shouldThrowWhenGivenBackTwice() {
    FramePool pool = new FramePool(TWO_LONGEST, 0);
    FramePool.Buffer buffer = pool.borrow(1);
    buffer.close();
    assertThatThrownBy(buffer::close).isInstanceOf(IllegalStateException.class);
    assertThat(pool.outstandingBytes()).isZero();
  }

  @Test
  void shouldRefuseLengthsThatNoFrameHas() {
    FramePool pool = new FramePool(TWO_LONGEST, 0);
    assertThatThrownBy(() -> pool.borrow(FramePool.FRAME_BYTES_MAX + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> pool.borrow(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new FramePool(TWO_LONGEST - 1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
