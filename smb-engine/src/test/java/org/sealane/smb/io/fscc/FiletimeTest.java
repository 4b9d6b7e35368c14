package org.sealane.smb.io.fscc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class FiletimeTest {
  @Test
  void shouldCountFrom1601() {
    assertThat(Filetime.of(Instant.parse("1601-01-01T00:00:00Z"))).isZero();
    // The well-known distance to the Unix epoch.
    assertThat(Filetime.of(Instant.EPOCH)).isEqualTo(116_444_736_000_000_000L);
    assertThat(Filetime.of(Instant.EPOCH.plusNanos(199))).isEqualTo(116_444_736_000_000_001L);
    assertThat(Filetime.toInstant(-1)).isEqualTo("1600-12-31T23:59:59.999999900Z");
  }

  @Test
  void shouldGiveNearestValueWhenInstantIsOutOfRange() {
    assertThat(Filetime.of(Instant.MIN)).isEqualTo(Long.MIN_VALUE);
    assertThat(Filetime.of(Instant.MAX)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void shouldKeepValueAtTheEdges() {
    for (long value : new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1, 0, Long.MAX_VALUE}) {
      assertThat(Filetime.of(Filetime.toInstant(value))).isEqualTo(value);
    }
  }

  @Property(tries = 500)
  void shouldKeepAnyValue(@ForAll long value) {
    assertThat(Filetime.of(Filetime.toInstant(value))).isEqualTo(value);
  }
}
