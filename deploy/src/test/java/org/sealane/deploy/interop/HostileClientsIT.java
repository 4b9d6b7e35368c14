package org.sealane.deploy.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hierynomus.msdtyp.AccessMask;
import com.hierynomus.mssmb2.SMB2CreateDisposition;
import com.hierynomus.mssmb2.SMB2Dialect;
import com.hierynomus.mssmb2.SMB2ShareAccess;
import com.hierynomus.mssmb2.SMBApiException;
import com.hierynomus.smbj.SmbConfig;
import com.hierynomus.smbj.auth.AuthenticationContext;
import com.hierynomus.smbj.share.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.deploy.interop.UserCluster.Via;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients that mean harm, at scale, against a node process with a heap of 96 MiB. While and after
 * each attack others are served; then nothing of it is left: no memory, descriptor or thread.
 */
@Timeout(600)
class HostileClientsIT {
  private static final Logger LOG = LoggerFactory.getLogger(HostileClientsIT.class);
  private static final String VOLUME = "v1";
  private static final long TIMEOUT_SECONDS = 60;
  private static final int LENGTH_BYTES = 4;
  private static final int SESSION_ID_OFFSET = LENGTH_BYTES + 40;
  private static final int STATUS_OFFSET = LENGTH_BYTES + 8;

  /** Half-open connections, opens and sessions that the node is configured for. */
  private static final int HALF_OPEN = 100;

  private static final int OPENS = 500;
  private static final int OPENS_PER_SESSION = 300;
  private static final int SESSIONS = 20;

  /** More than what a node at rest holds, and less than what one attack would leave. */
  private static final long LIVE_BYTES_MAX = 64L << 20;

  private static final int SLACK = 24;

  @TempDir private static Path directory;
  private static UserCluster cluster;
  private static SmallNode node;
  private static long descriptorsBefore;
  private static long threadsBefore;

  @BeforeAll
  static void start() throws Exception {
    cluster = UserCluster.start(directory, HostileClientsIT::limits, SmallNode::start, VOLUME);
    node = new SmallNode(cluster);
    UserCluster.await("the grant", HostileClientsIT::isLetIn);
    // What a process makes once and keeps is made by the first of each kind of work.
    serve();
    attackWithGarbage(50, new Random(1));
    UserCluster.await("the connections to end", () -> node.now("connections") == 0);
    descriptorsBefore = node.descriptors();
    threadsBefore = node.threads();
  }

  private static String limits(String config) {
    return config
        + "  smb-half-open: %d\n".formatted(HALF_OPEN)
        + "  smb-opens: %d\n".formatted(OPENS)
        + "  smb-opens-per-session: %d\n".formatted(OPENS_PER_SESSION)
        + "  smb-sessions: %d\n".formatted(SESSIONS)
        + "  smb-delivery-millis: 4000\n";
  }

  private static boolean isLetIn() throws IOException {
    return SmbjClient.isLetIn(config(), cluster.smb(Via.OWNER), VOLUME);
  }

  private static SmbConfig config() {
    return SmbjClient.config(SMB2Dialect.SMB_3_1_1, true, TIMEOUT_SECONDS);
  }

  @AfterAll
  static void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void isThere() {
    assertThat(node.isAlive()).as("the node runs").isTrue();
  }

  @AfterEach
  void leavesNothing() throws Exception {
    assertThat(node.isAlive()).as("the node runs").isTrue();
    serve();
    UserCluster.await("the connections to end", () -> node.now("connections") == 0);
    UserCluster.await("the opens to be closed", () -> node.now("opens") == 0);
    UserCluster.await("descriptors", () -> node.descriptors() <= descriptorsBefore + SLACK);
    UserCluster.await("threads", () -> node.threads() <= threadsBefore + SLACK);
    long live = node.liveBytes();
    LOG.info("live={} descriptors={} threads={}", live, node.descriptors(), node.threads());
    assertThat(live).as("bytes that are still reachable").isLessThan(LIVE_BYTES_MAX);
  }

  private static SmbjClient smbj(InetSocketAddress at) throws IOException {
    return SmbjClient.connect(config(), at, UserCluster.USER, UserCluster.PASSWORD, VOLUME);
  }

  /** What another user does meanwhile: it has to go on. */
  private static void serve() throws IOException {
    byte[] content = new byte[300_000];
    new Random(3).nextBytes(content);
    try (SmbjClient client = smbj(cluster.smb(Via.OWNER));
        File file = open(client, "served", SMB2CreateDisposition.FILE_OVERWRITE_IF)) {
      file.write(content, 0);
      byte[] back = new byte[content.length];
      int count = 0;
      while (count < back.length) {
        int read = file.read(back, count, count, back.length - count);
        assertThat(read).isPositive();
        count += read;
      }
      assertThat(back).isEqualTo(content);
    }
  }

  private static File open(SmbjClient client, String name, SMB2CreateDisposition disposition) {
    return client
        .share()
        .openFile(
            name, EnumSet.of(AccessMask.GENERIC_ALL), null, SMB2ShareAccess.ALL, disposition, null);
  }

  private static Socket socket() throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout((int) TIMEOUT_SECONDS * 1000);
    socket.connect(cluster.smb(Via.OWNER));
    return socket;
  }

  @Test
  void shouldEndConnectionsThatSendGarbage() throws Exception {
    long seed = System.nanoTime();
    LOG.info("seed={}", seed);
    attackWithGarbage(400, new Random(seed));
  }

  private static void attackWithGarbage(int connections, Random random) throws IOException {
    for (int i = 0; i < connections; i++) {
      byte[] bytes = new byte[random.nextInt(1, 4000)];
      random.nextBytes(bytes);
      if (i % 2 == 0) {
        // A frame of its length, and in every other of them an SMB2 header.
        ByteBuffer.wrap(bytes).put(0, (byte) 0);
        bytes =
            ByteBuffer.allocate(LENGTH_BYTES + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
        if (i % 4 == 0 && bytes.length > 72) {
          ByteBuffer.wrap(bytes, LENGTH_BYTES, 8)
              .put(new byte[] {(byte) 0xFE, 'S', 'M', 'B', 64, 0});
        }
      }
      try (Socket socket = socket()) {
        socket.getOutputStream().write(bytes);
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      } catch (IOException e) {
        // A reset is as good an end as any.
        LOG.trace("reset", e);
      }
    }
  }

  @Test
  void shouldEndOrAnswerWhateverIsChangedInTheFramesOfARealClient() throws Exception {
    List<byte[]> frames;
    try (HostileRelay relay = new HostileRelay(cluster.smb(Via.OWNER));
        SmbjClient client = smbj(relay.address())) {
      assertThat(client.share().list("")).isNotEmpty();
      frames = List.copyOf(relay.requests());
    }
    long seed = System.nanoTime();
    LOG.info("seed={}", seed);
    Random random = new Random(seed);
    for (int i = 0; i < 400; i++) {
      try (Socket socket = socket()) {
        OutputStream out = socket.getOutputStream();
        for (byte[] frame : frames.subList(0, random.nextInt(1, frames.size() + 1))) {
          byte[] changed = frame.clone();
          for (int n = random.nextInt(3); n > 0; n--) {
            changed[random.nextInt(LENGTH_BYTES, changed.length)] = (byte) random.nextInt();
          }
          out.write(changed);
        }
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      } catch (IOException e) {
        // A reset is as good an end as any.
        LOG.trace("reset", e);
      }
    }
  }

  @Test
  void shouldServeOthersWhileThousandsOfConnectionsBeginAndDoNotGoOn() throws Exception {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 2000; i++) {
        Socket socket = socket();
        open.add(socket);
        switch (i % 3) {
          case 0 -> {}
          // The longest frame that is allowed so far, begun and not ended.
          case 1 -> socket.getOutputStream().write(new byte[] {0, 1, 0, 0, (byte) 0xFE, 'S'});
          default -> socket.getOutputStream().write(new byte[] {0, 0});
        }
        if (i % 500 == 499) {
          serve();
          assertThat(node.now("half-open")).isLessThanOrEqualTo(HALF_OPEN + 1);
        }
      }
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void shouldNotTakeLongFramesFromWhomItDoesNotKnow() throws Exception {
    try (Socket socket = socket()) {
      socket.getOutputStream().write(new byte[] {0, 0x7F, 0, 0, (byte) 0xFE, 'S', 'M', 'B'});
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    }
  }

  @Test
  void shouldServeOthersWhileClientsAskForMuchAndReadNothing() throws Exception {
    Files.write(cluster.directory(VOLUME).resolve("large"), new byte[8 << 20]);
    List<SlowReader> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        slow.add(SlowReader.start(cluster.smb(Via.OWNER), VOLUME, "large"));
      }
      serve();
      UserCluster.await(
          "clients that read nothing to be dropped", () -> node.now("connections") == 0);
      serve();
    } finally {
      for (SlowReader reader : slow) {
        reader.close();
      }
    }
  }

  @Test
  void shouldListAHugeDirectoryToManyAtOnce() throws Exception {
    Path folder = Files.createDirectories(cluster.directory(VOLUME).resolve("huge"));
    int files = 10_000;
    for (int i = 0; i < files; i++) {
      Files.createFile(folder.resolve("a file with a name of some length, number " + i));
    }
    try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> lists = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        lists.add(
            executor.submit(() -> {
              try (SmbjClient client = smbj(cluster.smb(Via.OWNER))) {
                return client.share().list("huge").size();
              }
            }));
      }
      for (Future<Integer> list : lists) {
        assertThat(list.get()).isEqualTo(files + 2);
      }
    }
  }

  @Test
  void shouldHoldTheLimitsOfOpensAndSessions() throws Exception {
    try (SmbjClient greedy = smbj(cluster.smb(Via.OWNER));
        SmbjClient second = smbj(cluster.smb(Via.OWNER))) {
      assertThat(opensUntilRefused(greedy)).isEqualTo(OPENS_PER_SESSION);
      assertThat(opensUntilRefused(second)).isEqualTo(OPENS - OPENS_PER_SESSION);
      assertThat(node.now("opens")).isEqualTo(OPENS);
      assertThat(node.bounds())
          .anyMatch(bound -> bound.limit().equals("smb-opens") && bound.value() == OPENS);
    }
    UserCluster.await("the opens to be closed", () -> node.now("opens") == 0);
    List<SmbjClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < SESSIONS; i++) {
        clients.add(smbj(cluster.smb(Via.OWNER)));
      }
      assertThat(node.now("sessions")).isEqualTo(SESSIONS);
      assertThatThrownBy(() -> clients.add(smbj(cluster.smb(Via.OWNER))))
          .hasMessageContaining("STATUS_INSUFFICIENT_RESOURCES");
    } finally {
      for (SmbjClient client : clients) {
        client.close();
      }
    }
  }

  private static int opensUntilRefused(SmbjClient client) {
    for (int i = 0; ; i++) {
      try {
        open(client, "open", SMB2CreateDisposition.FILE_OPEN_IF);
      } catch (SMBApiException refused) {
        assertThat(refused).hasMessageContaining("STATUS_INSUFFICIENT_RESOURCES");
        return i;
      }
    }
  }

  @Test
  void shouldDropWhoeverReplaysASealedMessage() throws Exception {
    dropsWhoSends(sealed -> sealed);
  }

  @Test
  void shouldDropWhoeverNestsASealedMessage() throws Exception {
    int headerBytes = 52;
    dropsWhoSends(sealed ->
        ByteBuffer.allocate(sealed.length + headerBytes)
            .putInt(sealed.length - LENGTH_BYTES + headerBytes)
            .put(sealed, LENGTH_BYTES, headerBytes)
            .put(sealed, LENGTH_BYTES, sealed.length - LENGTH_BYTES)
            .array());
  }

  /** After a request of a sealed session, the connection sends what is made of that. */
  private static void dropsWhoSends(UnaryOperator<byte[]> made) throws Exception {
    try (HostileRelay relay = new HostileRelay(cluster.smb(Via.OWNER))) {
      SmbjClient client = smbj(relay.address());
      try {
        assertThat(client.share().list("")).isNotEmpty();
        byte[] sealed = relay.requests().getLast();
        assertThat(sealed[LENGTH_BYTES]).as("a transform header").isEqualTo((byte) 0xFD);
        assertThat(relay.isDropped()).isFalse();

        relay.inject(made.apply(sealed));

        UserCluster.await("the connection to be dropped", relay::isDropped);
      } finally {
        client.abandon();
      }
    }
  }

  @Test
  void shouldNotServeASessionOnAnotherConnection() throws Exception {
    try (HostileRelay relay = new HostileRelay(cluster.smb(Via.OWNER));
        SmbjClient victim = smbj(relay.address());
        Socket thief = socket()) {
      assertThat(victim.share().list("")).isNotEmpty();
      // The victim's own NEGOTIATE, and a request that names its session.
      thief.getOutputStream().write(relay.requests().getFirst());
      assertThat(status(frame(thief))).isZero();
      byte[] setup = relay.requests().get(1);
      byte[] logoff = Arrays.copyOf(setup, LENGTH_BYTES + 64 + 4);
      ByteBuffer out = ByteBuffer.wrap(logoff).putInt(0, logoff.length - LENGTH_BYTES);
      out.order(ByteOrder.LITTLE_ENDIAN)
          .putShort(LENGTH_BYTES + 12, (short) 2)
          .putLong(SESSION_ID_OFFSET, sessionId(relay.answers().get(1)))
          .putInt(LENGTH_BYTES + 64, 4);

      thief.getOutputStream().write(logoff);

      int userSessionDeleted = 0xC000_0203;
      assertThat(status(frame(thief))).isEqualTo(userSessionDeleted);
      thief.getOutputStream().write(relay.requests().getLast());
      assertThat(thief.getInputStream().readAllBytes()).as("dropped without an answer").isEmpty();
      assertThat(victim.share().list("")).as("the victim goes on").isNotEmpty();
    }
  }

  private static byte[] frame(Socket socket) throws IOException {
    byte[] prefix = socket.getInputStream().readNBytes(LENGTH_BYTES);
    int length = ByteBuffer.wrap(prefix).getInt();
    byte[] frame = Arrays.copyOf(prefix, LENGTH_BYTES + length);
    assertThat(socket.getInputStream().readNBytes(frame, LENGTH_BYTES, length)).isEqualTo(length);
    return frame;
  }

  private static int status(byte[] frame) {
    return ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).getInt(STATUS_OFFSET);
  }

  private static long sessionId(byte[] frame) {
    return ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).getLong(SESSION_ID_OFFSET);
  }

  @Test
  void shouldBoundSessionsOfAConnection() throws Exception {
    try (SmbjClient client = smbj(cluster.smb(Via.OWNER))) {
      AuthenticationContext anna =
          new AuthenticationContext(UserCluster.USER, UserCluster.PASSWORD.toCharArray(), "");
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 17; i++) {
                  client.connection().authenticate(anna);
                }
              })
          .hasMessageContaining("STATUS_INSUFFICIENT_RESOURCES");
    }
  }
}
