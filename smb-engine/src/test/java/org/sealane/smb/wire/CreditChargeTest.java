package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreditChargeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, 1",
    "1, 0, 1",
    "65535, 0, 1",
    "65536, 0, 1",
    "65537, 0, 2",
    "0, 65536, 1",
    "0, 65537, 2",
    "131072, 65536, 2",
    "131073, 65536, 3",
    "8388608, 0, 128",
    "0, 8388609, 129",
    "4294967295, 0, 65536",
  })
  void shouldChargeForTheLargerPayloadWhenComputed(long send, long expected, int charge) {
    assertThat(CreditCharge.of(send, expected)).isEqualTo(charge);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, true",
    "0, 65536, true",
    "0, 65537, false",
    "1, 65536, true",
    "1, 65537, false",
    "2, 131072, true",
    "2, 131073, false",
    "128, 8388608, true",
    "127, 8388608, false",
    "65535, 4294901760, true",
  })
  void shouldCoverThePayloadWhenChargeIsEnough(int charge, long payload, boolean covered) {
    assertThat(CreditCharge.covers(charge, payload)).isEqualTo(covered);
  }

  @Test
  void shouldRefuseWhenPayloadIsNegative() {
    assertThatIllegalArgumentException().isThrownBy(() -> CreditCharge.of(-1, -1));
  }
}
