package org.sealane.smb.lane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransportPreferenceTest {
  @ParameterizedTest
  @CsvSource({
    "RDMA_PREFERRED, true, true",
    "RDMA_ONLY, true, false",
    "TCP_ONLY, false, true",
  })
  void shouldSayOnWhichTransportALaneMayStay(
      TransportPreference preference, boolean rdma, boolean tcp) {
    assertThat(preference.allows("rdma")).isEqualTo(rdma);
    assertThat(preference.allows("tcp")).isEqualTo(tcp);
  }
}
