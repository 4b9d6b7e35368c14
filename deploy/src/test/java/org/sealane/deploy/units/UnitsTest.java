package org.sealane.deploy.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {
  @Nested
  class Sizes {
    @ParameterizedTest
    @CsvSource({
      "0, 0",
      "512, 512",
      "4KiB, 4096",
      "1MiB, 1048576",
      "64GiB, 68719476736",
      "9223372036854775807, 9223372036854775807",
      "8191PiB, 9222246136947933184"
    })
    void shouldParseBytesAndBinaryUnits(String text, long bytes) {
      assertThat(ByteSize.parse(text)).isEqualTo(bytes);
      assertThat(ByteSize.parse(ByteSize.exact(bytes))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1KB", "1.5GiB", "8192PiB", "9223372036854775808", "GiB"})
    void shouldSayWhatIsAcceptedWhenItIsNotASize(String text) {
      assertThatThrownBy(() -> ByteSize.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + text + "' is not")
          .hasMessageContaining("64GiB");
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1536, 1.50 KiB", "104857600, 100 MiB"})
    void shouldRoundForPeople(long bytes, String text) {
      assertThat(ByteSize.rounded(bytes)).isEqualTo(text);
    }
  }

  @Nested
  class Spans {
    @ParameterizedTest
    @CsvSource({"250ms, PT0.25S", "30s, PT30S", "5m, PT5M", "1h, PT1H", "7d, PT168H", "0s, PT0S"})
    void shouldParseOneNumberAndOneUnit(String text, Duration span) {
      assertThat(TimeSpan.parse(text)).isEqualTo(span);
      assertThat(TimeSpan.exact(span)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "1h30m", "-1s", "1.5s", "1week"})
    void shouldSayWhatIsAcceptedWhenItIsNotASpan(String text) {
      assertThatThrownBy(() -> TimeSpan.parse(text)).hasMessageContaining("30s");
    }
  }

  @Nested
  class Addresses {
    @ParameterizedTest
    @CsvSource({
      "127.0.0.1:4551, 127.0.0.1, 4551",
      "node-1.example:0, node-1.example, 0",
      "[::1]:65535, ::1, 65535"
    })
    void shouldParseHostAndPort(String text, String host, int port) {
      assertThat(HostPort.parse(text)).isEqualTo(new HostPort(host, port)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"", "host", ":1", "host:", "host:65536", "::1:4551", "host:1:2", "h:-1"})
    void shouldRefuseWhatIsNoAddress(String text) {
      assertThatThrownBy(() -> HostPort.parse(text)).hasMessageContaining("HOST:PORT");
    }

    @Test
    void shouldKnowTheWildcards() {
      assertThat(HostPort.parse("0.0.0.0:1").isWildcard()).isTrue();
      assertThat(HostPort.parse("[::]:1").isWildcard()).isTrue();
      assertThat(HostPort.parse("127.0.0.1:1").isWildcard()).isFalse();
    }
  }
}
