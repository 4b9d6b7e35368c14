package org.sealane.sbl.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealane.sbl.lane.TwoNodes.policy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.sbl.target.Disk;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.server.ServerEvent;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.NtStatus;

class DisksOverLanesTest {
  private static final UUID VOLUME = new UUID(1, 2);
  private static final int SIZE_BYTES = 32 << 20;
  private static final Caller CALLER = new Caller("node2", "node2");

  @TempDir Path directory;
  private TwoNodes nodes;

  @BeforeEach
  void start() throws IOException {
    nodes = new TwoNodes();
    Path path = directory.resolve("d1");
    Disk.create(path, SIZE_BYTES);
    nodes.holder.disks.serve(VOLUME, Disk.open("d1", path));
    nodes.place("d1", VOLUME);
  }

  @AfterEach
  void stop() {
    nodes.close();
    assertThat(nodes.holder.pool.outstandingBytes()).isZero();
    assertThat(nodes.user.pool.outstandingBytes()).isZero();
  }

  private ShareOpen open() throws ShareException {
    return nodes.user.disks.open("d1", CALLER);
  }

  private PayloadBytes payload() {
    return nodes.user.lanes.lanes().status().stream()
        .map(LaneStatus::payload)
        .reduce(PayloadBytes.NONE, PayloadBytes::plus);
  }

  private static byte[] random(int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return content;
  }

  private static byte[] writeAndRead(ShareOpen open, byte[] content) throws ShareException {
    byte[] read = new byte[content.length];
    open.write(0, MemorySegment.ofArray(content), false);
    open.read(0, MemorySegment.ofArray(read));
    return read;
  }

  @ParameterizedTest
  @EnumSource(Level.class)
  void shouldCarryBlocksAtTheLevelOfThePolicy(Level level) throws ShareException {
    nodes.publish(LaneRule.settled(policy(VOLUME, LaneKind.SBL, 1, level)));
    byte[] content = random(9 << 20);
    try (ShareOpen open = open()) {
      assertThat(writeAndRead(open, content)).isEqualTo(content);
      open.flush();
      open.zero(10, 4096);
      Arrays.fill(content, 10, 4106, (byte) 0);
      byte[] read = new byte[content.length];
      open.read(0, MemorySegment.ofArray(read));
      assertThat(read).isEqualTo(content);
      assertThat(open.information().endOfFile()).isEqualTo(SIZE_BYTES);
    }
    long bytes = 3L * content.length;
    assertThat(payload())
        .isEqualTo(
            switch (level) {
              case CLEAR -> new PayloadBytes(0, 0, bytes);
              case SIGN -> new PayloadBytes(0, bytes, 0);
              case ENCRYPT -> new PayloadBytes(bytes, 0, 0);
            });
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldCarryBlocksUnderEveryCipher(CipherId cipher) throws ShareException {
    nodes.publish(LaneRule.settled(policy(VOLUME, LaneKind.SBL, 1, Level.ENCRYPT, cipher)));
    byte[] content = random(200_000);
    try (ShareOpen open = open()) {
      assertThat(writeAndRead(open, content)).isEqualTo(content);
    }
    assertThat(nodes.user.lanes.lanes().status())
        .singleElement()
        .satisfies(lane -> assertThat(lane.cipher()).isEqualTo(cipher))
        .satisfies(lane -> assertThat(lane.keyAgreement()).isEqualTo("X25519MLKEM768"));
  }

  @Test
  void shouldChangeTheLevelOfTheNextMessageWithoutANewSession() throws ShareException {
    LanePolicy clear = policy(VOLUME, LaneKind.SBL, 1, Level.CLEAR);
    LanePolicy encrypt = policy(VOLUME, LaneKind.SBL, 2, Level.ENCRYPT);
    nodes.publish(LaneRule.settled(clear));
    byte[] content = random(65_536);
    try (ShareOpen open = open()) {
      writeAndRead(open, content);
      nodes.publish(new LaneRule(encrypt, List.of(clear, encrypt)));
      writeAndRead(open, content);
      nodes.publish(LaneRule.settled(encrypt));
      assertThat(writeAndRead(open, content)).isEqualTo(content);
    }
    assertThat(payload()).isEqualTo(new PayloadBytes(4 * 65_536, 0, 2 * 65_536));
    assertThat(nodes.user.lanes.lanes().status())
        .singleElement()
        .satisfies(lane -> assertThat(lane.rekeys()).isZero());
    Awaitility.await().until(() -> nodes.holder.rules.outstanding(VOLUME, LaneKind.SBL) == 0);
    assertThat(nodes.user.rules.outstanding(VOLUME, LaneKind.SBL)).isZero();
  }

  @Test
  void shouldRefuseAndReportTrafficWeakerThanTheServersPolicy() throws ShareException {
    nodes.publish(LaneRule.settled(policy(VOLUME, LaneKind.SBL, 1, Level.CLEAR)));
    try (ShareOpen open = open()) {
      writeAndRead(open, random(100));
      nodes.holder.rules.publish(LaneRule.settled(policy(VOLUME, LaneKind.SBL, 2, Level.ENCRYPT)));

      assertThatThrownBy(() -> open.write(0, MemorySegment.ofArray(new byte[100]), false))
          .isInstanceOf(ShareException.class);
      nodes.user.rules.publish(LaneRule.settled(policy(VOLUME, LaneKind.SBL, 2, Level.ENCRYPT)));
    }
    assertThat(nodes.holder.events())
        .anyMatch(event -> event instanceof ServerEvent.WeakRequestRefused);
  }

  @Test
  void shouldMoveOpensToANewSessionWhenTheCipherChanges() throws ShareException {
    nodes.publish(
        LaneRule.settled(policy(VOLUME, LaneKind.SBL, 1, Level.ENCRYPT, CipherId.AES_128_GCM)));
    byte[] content = random(65_536);
    try (ShareOpen open = open()) {
      writeAndRead(open, content);
      nodes.publish(
          LaneRule.settled(policy(VOLUME, LaneKind.SBL, 2, Level.ENCRYPT, CipherId.AES_256_GCM)));

      assertThat(writeAndRead(open, content)).isEqualTo(content);
    }
    assertThat(nodes.user.lanes.lanes().status())
        .singleElement()
        .satisfies(lane -> assertThat(lane.cipher()).isEqualTo(CipherId.AES_256_GCM))
        .satisfies(lane -> assertThat(lane.rekeys()).isEqualTo(1))
        .satisfies(lane -> assertThat(lane.payload().sealed()).isEqualTo(4 * 65_536));
  }

  @Test
  void shouldFailWhatIsOpenAndServeAnewWhenALaneIsReset() throws ShareException {
    nodes.publish(LaneRule.settled(policy(VOLUME, LaneKind.SBL, 1, Level.ENCRYPT)));
    ShareOpen lost = open();
    writeAndRead(lost, random(100));

    nodes.holder.lanes.reset("node2", "test");

    Awaitility.await().until(() -> nodes.user.lanes.lanes().status().isEmpty());
    assertThatThrownBy(() -> lost.read(0, MemorySegment.ofArray(new byte[10])))
        .isInstanceOfSatisfying(
            ShareException.class,
            e -> assertThat(e.status()).isEqualTo(NtStatus.CONNECTION_DISCONNECTED));
    lost.close();
    try (ShareOpen open = open()) {
      byte[] content = random(100);
      assertThat(writeAndRead(open, content)).isEqualTo(content);
    }
  }

  @Test
  void shouldSayThatAVolumesDisksAreNotThere() {
    nodes.place("d2", new UUID(3, 4));

    assertThatThrownBy(() -> nodes.user.disks.open("d2", CALLER))
        .isInstanceOfSatisfying(
            ShareException.class, e -> assertThat(e.status()).isEqualTo(NtStatus.BAD_NETWORK_NAME));
  }
}
