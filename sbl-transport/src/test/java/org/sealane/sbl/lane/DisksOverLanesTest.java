package org.sealane.sbl.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealane.cluster.lane.TwoLaneNodes.policy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.cluster.lane.TwoLaneNodes;
import org.sealane.sbl.initiator.DiskDirectory;
import org.sealane.sbl.initiator.Disks;
import org.sealane.sbl.target.Disk;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.MoveCause;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.server.ServerEvent;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.NtStatus;

class DisksOverLanesTest {
  private static final UUID VOLUME = new UUID(1, 2);
  private static final UUID OTHER_VOLUME = new UUID(3, 4);
  private static final int SIZE_BYTES = 32 << 20;
  private static final Caller CALLER = new Caller("node2", "node2");

  @TempDir Path directory;
  private Disks held;
  private Disks used;
  private TwoLaneNodes nodes;

  @BeforeEach
  void start() throws IOException {
    DiskDirectory where =
        disk ->
            Optional.of(
                new DiskDirectory.Location("node1", disk.equals("d1") ? VOLUME : OTHER_VOLUME));
    held = new Disks("node1", where, (_, _) -> refuse());
    used = new Disks("node2", where, (_, volume) -> nodes.share(volume, LaneKind.SBL));
    nodes =
        new TwoLaneNodes(
            (volume, kind) -> kind == LaneKind.SBL ? held.local(volume) : Optional.empty());
    Path path = directory.resolve("d1");
    Disk.create(path, SIZE_BYTES);
    held.serve(VOLUME, Disk.open("d1", path));
  }

  @AfterEach
  void stop() {
    nodes.close();
    used.close();
    held.close();
  }

  private static ShareBackend refuse() {
    throw new AssertionError("the disks' own node needs no lane");
  }

  private ShareOpen open() throws ShareException {
    return used.open("d1", CALLER);
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
    assertThat(nodes.payload())
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
    assertThat(nodes.client().lanes().lanes().status())
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
    assertThat(nodes.payload()).isEqualTo(new PayloadBytes(4 * 65_536, 0, 2 * 65_536));
    assertThat(nodes.client().lanes().lanes().status())
        .singleElement()
        .satisfies(lane -> assertThat(lane.rekeys()).isZero());
    Awaitility.await().until(() -> nodes.server().rules().outstanding(VOLUME, LaneKind.SBL) == 0);
    assertThat(nodes.client().rules().outstanding(VOLUME, LaneKind.SBL)).isZero();
  }

  @Test
  void shouldRefuseAndReportTrafficWeakerThanTheServersPolicy() throws ShareException {
    nodes.publish(LaneRule.settled(policy(VOLUME, LaneKind.SBL, 1, Level.CLEAR)));
    try (ShareOpen open = open()) {
      writeAndRead(open, random(100));
      nodes
          .server()
          .rules()
          .publish(LaneRule.settled(policy(VOLUME, LaneKind.SBL, 2, Level.ENCRYPT)));

      assertThatThrownBy(() -> open.write(0, MemorySegment.ofArray(new byte[100]), false))
          .isInstanceOf(ShareException.class);
      nodes
          .client()
          .rules()
          .publish(LaneRule.settled(policy(VOLUME, LaneKind.SBL, 2, Level.ENCRYPT)));
    }
    assertThat(nodes.server().events())
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
    assertThat(nodes.client().lanes().lanes().status())
        .singleElement()
        .satisfies(lane -> assertThat(lane.cipher()).isEqualTo(CipherId.AES_256_GCM))
        .satisfies(lane -> assertThat(lane.rekeys()).isEqualTo(1))
        .satisfies(lane -> assertThat(lane.payload().sealed()).isEqualTo(4 * 65_536));
  }

  @Test
  void shouldKeepWhatIsOpenWhenALaneIsReset() throws ShareException {
    nodes.publish(LaneRule.settled(policy(VOLUME, LaneKind.SBL, 1, Level.ENCRYPT)));
    try (ShareOpen open = open()) {
      writeAndRead(open, random(100));

      nodes.server().lanes().reset("node2", "test");

      byte[] content = random(100);
      assertThat(writeAndRead(open, content)).isEqualTo(content);
      Awaitility.await()
          .untilAsserted(() ->
              assertThat(nodes.client().lanes().lanes().status())
                  .singleElement()
                  .satisfies(lane -> assertThat(lane.moves().count()).isEqualTo(1))
                  .satisfies(
                      lane -> assertThat(lane.moves().byCause()).containsOnlyKeys(MoveCause.LOSS)));
    }
  }

  @Test
  void shouldSayThatAVolumesDisksAreNotThere() {
    assertThatThrownBy(() -> used.open("d2", CALLER))
        .isInstanceOfSatisfying(
            ShareException.class, e -> assertThat(e.status()).isEqualTo(NtStatus.BAD_NETWORK_NAME));
  }
}
