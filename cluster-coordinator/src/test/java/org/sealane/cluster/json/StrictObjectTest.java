package org.sealane.cluster.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictObjectTest {
  private static byte[] base64(String text) throws MalformedJsonException {
    String json = "{\"value\":\"" + text + "\"}";
    return StrictJson.parse(json.getBytes(StandardCharsets.UTF_8)).base64("value", 16);
  }

  @Test
  void shouldDecodeBase64WhenItIsTheOneTextOfItsBytes() throws MalformedJsonException {
    assertThat(base64("AA==")).containsExactly(0);
    assertThat(base64("AAE=")).containsExactly(0, 1);
    assertThat(base64("AAEC")).containsExactly(0, 1, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"AB==", "AAF=", "AA", "AAE", "AA=", "A-==", "AA==="})
  void shouldRefuseBase64WhenOtherTextsMeanTheSameBytes(String text) {
    assertThatThrownBy(() -> base64(text)).isInstanceOf(MalformedJsonException.class);
  }
}
