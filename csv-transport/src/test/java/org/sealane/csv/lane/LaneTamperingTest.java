package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.sealane.csv.lane.LaneVolumes.random;
import static org.sealane.csv.lane.LaneVolumes.writeAndRead;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.csv.lane.LaneRelay.Direction;
import org.sealane.smb.client.ClientEvent;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.ServerEvent;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.Command;

/** One bit of a lane's opening changed on the way: the lane does not open, others go on. */
class LaneTamperingTest {
  private static final UUID STEADY = new UUID(1, 0);
  private static final UUID ATTACKED = new UUID(1, 1);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Tried, of each message of the opening. */
  private static final int BYTES_OF_EACH_MESSAGE = 8;

  /** Of an SMB2 header, [MS-SMB2] 2.2.1. */
  private static final int COMMAND = 12;

  private static final int BODY = 64;

  /** Fields of a NEGOTIATE_CONTEXT of type preauthentication integrity, [MS-SMB2] 2.2.3.1.1. */
  private static final int CONTEXT_TYPE_PREAUTH_INTEGRITY = 1;

  private static final int CONTEXT_SALT = 8 + 6;

  @TempDir Path root;
  private LaneVolumes volumes;
  private ShareOpen steady;
  private int rounds;

  /** One bit of one frame, counted from the connection's start. */
  private record Flip(Direction direction, int frame, int offset, int bit) {
    byte[] apply(byte[] original) {
      byte[] changed = original.clone();
      changed[offset % changed.length] ^= (byte) (1 << bit);
      return changed;
    }
  }

  @BeforeEach
  void start() throws Exception {
    volumes = new LaneVolumes(root);
    volumes.add(STEADY, Level.ENCRYPT);
    volumes.add(ATTACKED, Level.CLEAR);
    steady = volumes.open(STEADY, "file");
  }

  @AfterEach
  void stop() throws Exception {
    steady.close();
    volumes.close();
  }

  /** NEGOTIATE and SESSION_SETUP of the lane that is open already, as they passed. */
  private List<byte[]> opening(Direction direction) {
    return volumes.relay.links().getFirst().frames(direction).stream()
        .filter(frame -> frame[0] == (byte) 0xFE)
        .filter(frame -> frame[COMMAND] <= Command.SESSION_SETUP.code())
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void shouldNotOpenALaneWhoseOpeningWasChangedInOneBit(Direction direction) throws Exception {
    List<byte[]> opening = opening(direction);
    assertThat(opening).hasSizeBetween(3, 6);
    Random random = new Random(311);
    List<Flip> flips = new ArrayList<>();
    for (int frame = 0; frame < opening.size(); frame++) {
      for (int i = 0; i < BYTES_OF_EACH_MESSAGE; i++) {
        // Half of them in the header and the fixed fields, half anywhere.
        int bound = i % 2 == 0 ? BODY + 24 : opening.get(frame).length;
        flips.add(new Flip(direction, frame, random.nextInt(bound), random.nextInt(8)));
      }
    }
    for (Flip flip : flips) {
      assertDoesNotOpen(flip);
    }
    assertOpensUnchanged();
  }

  @Test
  void shouldSuspectTamperingWhenOnlyPreauthenticationIntegrityCanTell() throws Exception {
    byte[] request = opening(Direction.REQUEST).getFirst();
    byte[] response = opening(Direction.RESPONSE).getFirst();
    List<Flip> flips =
        List.of(
            // Capabilities and ClientGuid, [MS-SMB2] 2.2.3.
            new Flip(Direction.REQUEST, 0, BODY + 8, 0),
            new Flip(Direction.REQUEST, 0, BODY + 12 + 5, 3),
            new Flip(Direction.REQUEST, 0, salt(request, BODY + 28), 7),
            // ServerGuid, MaxReadSize and SystemTime, [MS-SMB2] 2.2.4.
            new Flip(Direction.RESPONSE, 0, BODY + 8 + 5, 0),
            new Flip(Direction.RESPONSE, 0, BODY + 32 + 2, 4),
            new Flip(Direction.RESPONSE, 0, BODY + 40, 1),
            new Flip(Direction.RESPONSE, 0, salt(response, BODY + 60), 7));
    for (Flip flip : flips) {
      int before = suspicions();
      assertDoesNotOpen(flip);
      await("event 1005 after " + flip).atMost(LIMIT).until(() -> suspicions() == before + 1);
    }
    assertOpensUnchanged();
  }

  /** Where the first context's salt is, its offset being named at {@code field}. */
  private static int salt(byte[] negotiate, int field) {
    ByteBuffer bytes = ByteBuffer.wrap(negotiate).order(ByteOrder.LITTLE_ENDIAN);
    int context = bytes.getInt(field);
    assertThat(bytes.getShort(context)).isEqualTo((short) CONTEXT_TYPE_PREAUTH_INTEGRITY);
    return context + CONTEXT_SALT;
  }

  private int suspicions() {
    return (int)
        (volumes.nodes.client().clientEvents().stream()
                .filter(event -> event.windowsId() == 1005)
                .count()
            + volumes.nodes.server().events().stream()
                .filter(event -> event.windowsId() == 1005)
                .count());
  }

  private void assertDoesNotOpen(Flip flip) throws Exception {
    int number = volumes.relay.links().size();
    volumes.relay.tap((link, direction, index, frame) ->
        link.number() == number && direction == flip.direction() && index == flip.frame()
            ? flip.apply(frame)
            : frame);

    assertThatThrownBy(() -> volumes.open(ATTACKED, "file").close())
        .as("%s", flip)
        .isInstanceOf(ShareException.class);

    assertThat(volumes.relay.links()).as("%s", flip).hasSize(number + 1);
    await("end after " + flip)
        .atMost(LIMIT)
        .until(() -> volumes.relay.links().get(number).isClosed());
    assertThat(volumes.directory(ATTACKED)).as("%s", flip).isEmptyDirectory();
    assertThat(volumes.nodes.client().lanes().lanes().status())
        .as("%s", flip)
        .extracting(LaneStatus::key)
        .extracting(key -> key.volume())
        .containsExactly(STEADY);
    assertServedOn();
  }

  private void assertServedOn() throws ShareException {
    byte[] block = random(4_096, rounds++);
    assertThat(writeAndRead(steady, 0, block)).isEqualTo(block);
  }

  private void assertOpensUnchanged() throws Exception {
    volumes.relay.tap(LaneRelay.Tap.UNCHANGED);
    try (ShareOpen file = volumes.open(ATTACKED, "file")) {
      assertThat(writeAndRead(file, 0, random(100, 1))).isEqualTo(random(100, 1));
    }
  }

  @Test
  void shouldReportAndDropSmb1() throws Exception {
    byte[] negotiate = new byte[40];
    System.arraycopy(new byte[] {(byte) 0xFF, 'S', 'M', 'B', 0x72}, 0, negotiate, 0, 5);

    assertDropped(negotiate);

    assertThat(volumes.nodes.server().events())
        .filteredOn(event -> event.windowsId() == 1001)
        .singleElement()
        .isInstanceOf(ServerEvent.Smb1Refused.class);
    assertServedOn();
  }

  @Test
  void shouldDropGarbageAndServeOthersOn() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertDropped(random(1 + 37 * i, i));
      assertServedOn();
    }
    assertThat(volumes.nodes.server().events())
        .filteredOn(ServerEvent.ProtocolViolation.class::isInstance)
        .hasSize(20);
    assertThat(volumes.nodes.server().events())
        .noneMatch(event -> event instanceof ServerEvent.TamperingSuspected);
    assertThat(volumes.nodes.client().clientEvents())
        .noneMatch(event -> event instanceof ClientEvent.TamperingSuspected);
  }

  /** Sends one frame straight to the lane listener. */
  private void assertDropped(byte[] frame) throws IOException {
    InetSocketAddress address = volumes.nodes.server().lanes().address();
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket
          .getOutputStream()
          .write(ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).array());
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }
}
