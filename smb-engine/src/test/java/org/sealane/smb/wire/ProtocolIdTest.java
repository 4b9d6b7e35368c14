package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtocolIdTest {
  @ParameterizedTest
  @CsvSource({
    "FE534D42, SMB2",
    "FE534D4240, SMB2",
    "FD534D42, TRANSFORM",
    "FC534D42, COMPRESSION",
    "FF534D42, SMB1",
    "FB534D42, UNKNOWN",
    "00534D42, UNKNOWN",
    "FE534D43, UNKNOWN",
    "424D53FE, UNKNOWN",
    "FE534D, UNKNOWN",
    "FE, UNKNOWN",
    "'', UNKNOWN",
  })
  void shouldTellTheLayerWhenFrameBegins(String hex, ProtocolId expected) {
    assertThat(ProtocolId.of(MemorySegment.ofArray(Bytes.ofHex(hex)))).isEqualTo(expected);
  }
}
