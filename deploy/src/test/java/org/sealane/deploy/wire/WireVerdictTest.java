package org.sealane.deploy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sealane.deploy.wire.WireVerdict.Place;
import org.sealane.deploy.wire.WireVerdict.Seen;

class WireVerdictTest {
  private static WireVerdict judge(
      long written, long bytes, long canaries, long controls, long dropped) {
    return WireVerdict.judge(
        new Place("v1", "node2", "node1", "relay"),
        new Seen(written, bytes, canaries, controls, dropped));
  }

  @Test
  void shouldSayEncryptedOnlyWithAWholeCaptureAndBothControls() {
    assertThat(judge(1000, 1200, 0, 2, 0).verdict()).isEqualTo(WireVerdict.ENCRYPTED);
    assertThat(judge(1000, 1200, 0, 2, 0).voidBecause()).isEmpty();
  }

  @Test
  void shouldBeVoidWhenTheCaptureIsNoEvidence() {
    assertThat(judge(1000, 1200, 0, 1, 0).voidBecause())
        .singleElement()
        .asString()
        .contains("1 times of 2");
    assertThat(judge(1000, 999, 0, 2, 0).voidBecause())
        .singleElement()
        .asString()
        .contains("999 bytes");
    assertThat(judge(1000, 1200, 0, 2, 1).voidBecause())
        .singleElement()
        .asString()
        .contains("missed 1 packets");
    assertThat(judge(1000, 0, 0, 0, 1).verdict()).isEqualTo(WireVerdict.VOID);
  }

  @Test
  void shouldSayWhatWasSeenWhateverElseIsMissing() {
    assertThat(judge(1000, 1200, 1, 2, 0).verdict()).isEqualTo(WireVerdict.PLAINTEXT);
    assertThat(judge(1000, 10, 1, 0, 5).verdict()).isEqualTo(WireVerdict.PLAINTEXT);
  }

  @Test
  void shouldReadHowManyPacketsDumpcapMissed() {
    String words =
        "Capturing on 'Loopback: lo'\nFile: x\nPackets captured: 3\n"
            + "Packets received/dropped on interface 'Loopback: lo': 3/%d"
            + " (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%%)\n";
    assertThat(PacketCapture.dropped(words.formatted(0))).isZero();
    assertThat(PacketCapture.dropped(words.formatted(7))).isEqualTo(7);
    assertThat(PacketCapture.dropped("killed")).isPositive();
  }
}
