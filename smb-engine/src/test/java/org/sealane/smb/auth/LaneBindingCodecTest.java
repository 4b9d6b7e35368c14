package org.sealane.smb.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.wire.MalformedMessageException;

class LaneBindingCodecTest {
  private static final UUID CLUSTER = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  private static final UUID VOLUME = UUID.fromString("ffeeddcc-bbaa-9988-7766-554433221100");
  private static final LaneBinding BINDING =
      new LaneBinding(CLUSTER, "a", "node-2.x", VOLUME, LaneKind.SBL, 0x0102030405060708L);

  private static final byte[] GOLDEN =
      HexFormat.of()
          .parseHex(
              "01"
                  + "00112233445566778899aabbccddeeff"
                  + "ffeeddccbbaa99887766554433221100"
                  + "02"
                  + "0102030405060708"
                  + "0161"
                  + "086e6f64652d322e78");

  @Test
  void shouldEncodeAsDocumented() throws Exception {
    assertThat(LaneBindingCodec.encode(BINDING)).isEqualTo(GOLDEN);
    assertThat(LaneBindingCodec.decode(GOLDEN)).isEqualTo(BINDING);
  }

  @Test
  void shouldFitTheLimitWithTheLongestNames() throws Exception {
    String longest = "n".repeat(LaneBinding.NODE_NAME_CHARS_MAX);
    LaneBinding binding = new LaneBinding(CLUSTER, longest, longest, VOLUME, LaneKind.CSV, -1);

    byte[] encoded = LaneBindingCodec.encode(binding);

    assertThat(encoded).hasSize(LaneBindingCodec.LENGTH_MAX);
    assertThat(LaneBindingCodec.decode(encoded)).isEqualTo(binding);
  }

  @Test
  void shouldGiveEveryBindingAnEncodingOfItsOwn() {
    List<LaneBinding> bindings =
        List.of(
            BINDING,
            new LaneBinding(VOLUME, "a", "node-2.x", VOLUME, LaneKind.SBL, BINDING.serial()),
            new LaneBinding(CLUSTER, "b", "node-2.x", VOLUME, LaneKind.SBL, BINDING.serial()),
            new LaneBinding(CLUSTER, "a", "node-2.y", VOLUME, LaneKind.SBL, BINDING.serial()),
            new LaneBinding(CLUSTER, "a", "node-2.x", CLUSTER, LaneKind.SBL, BINDING.serial()),
            new LaneBinding(CLUSTER, "a", "node-2.x", VOLUME, LaneKind.CSV, BINDING.serial()),
            new LaneBinding(CLUSTER, "a", "node-2.x", VOLUME, LaneKind.SBL, 0),
            new LaneBinding(CLUSTER, "node-2.x", "a", VOLUME, LaneKind.SBL, BINDING.serial()));
    Set<String> encodings = new HashSet<>();
    for (LaneBinding binding : bindings) {
      encodings.add(HexFormat.of().formatHex(LaneBindingCodec.encode(binding)));
    }

    assertThat(encodings).hasSameSizeAs(bindings);
  }

  @Test
  void shouldRefuseEveryPrefixAndOneByteMore() {
    for (int length = 0; length <= GOLDEN.length + 1; length++) {
      byte[] changed = Arrays.copyOf(GOLDEN, length);
      if (length == GOLDEN.length) {
        continue;
      }
      assertThatThrownBy(() -> LaneBindingCodec.decode(changed))
          .isInstanceOf(MalformedMessageException.class);
    }
  }

  @Test
  void shouldDecodeEveryBitFlipToAnotherBindingOrRefuseIt() {
    for (int bit = 0; bit < GOLDEN.length * 8; bit++) {
      byte[] changed = GOLDEN.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        LaneBinding decoded = LaneBindingCodec.decode(changed);
        assertThat(decoded).isNotEqualTo(BINDING);
        assertThat(LaneBindingCodec.encode(decoded)).isEqualTo(changed);
      } catch (MalformedMessageException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
