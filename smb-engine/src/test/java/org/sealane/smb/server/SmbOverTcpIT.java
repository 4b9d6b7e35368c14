package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.client.ClientConnection;
import org.sealane.smb.client.ClientException;
import org.sealane.smb.client.ClientOpen;
import org.sealane.smb.client.ClientSession;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.SharePath;

/** Server, client, node authentication and directory share together, over loopback TCP. */
class SmbOverTcpIT {
  @TempDir Path directory;

  private static CreateParameters parameters(String name) {
    return new CreateParameters(
        name.isEmpty() ? SharePath.ROOT : new SharePath(List.of(name)),
        AccessMask.GENERIC_ALL,
        0,
        CreateParameters.SHARE_ALL,
        name.isEmpty() ? CreateDisposition.OPEN : CreateDisposition.OPEN_IF,
        0);
  }

  private static ClientOpen open(ClientTree tree, String name) {
    return TcpFixture.await(tree.create(parameters(name)));
  }

  @ParameterizedTest
  @CsvSource({
    "CLEAR,AES_128_GCM,AES_GMAC",
    "SIGN,AES_128_GCM,AES_GMAC",
    "SIGN,AES_128_GCM,AES_CMAC",
    "SIGN,AES_128_GCM,HMAC_SHA256",
    "ENCRYPT,AES_128_GCM,AES_GMAC",
    "ENCRYPT,AES_256_GCM,AES_GMAC",
    "ENCRYPT,AES_128_CCM,AES_GMAC",
    "ENCRYPT,AES_256_CCM,AES_GMAC"
  })
  void shouldKeepFilesWholeUnderEachAlgorithm(
      Level level, CipherId cipher, SigningAlgorithm signing) throws Exception {
    try (TcpFixture fixture = new TcpFixture(directory, UnaryOperator.identity())) {
      ClientSession session = fixture.session(fixture.connect(cipher, signing), "node1");
      ClientTree tree = fixture.tree(session, level);
      ClientOpen file = open(tree, "file");
      byte[] written = PeerFiles.pattern(9_000_000);

      TcpFixture.await(file.write(3, MemorySegment.ofArray(written), false));
      TcpFixture.await(file.flush());
      byte[] read = new byte[written.length + 10];
      int count = TcpFixture.await(file.read(3, MemorySegment.ofArray(read)));

      assertThat(count).isEqualTo(written.length);
      assertThat(Arrays.mismatch(read, written)).isEqualTo(written.length);
      assertThat(Files.size(directory.resolve("file"))).isEqualTo(written.length + 3);
      ServerStatus.ConnectionStatus seen = fixture.server.status().connections().getFirst();
      assertThat(seen.cipher()).contains(cipher);
      assertThat(seen.signing()).contains(signing);
      assertThat(seen.dialect()).isEqualTo("3.1.1");
      assertThat(seen.sessions().getFirst().peer())
          .isInstanceOfSatisfying(
              Principal.Node.class, node -> assertThat(node.name()).isEqualTo("node1"));
      ServerStatus.TreeStatus traffic = seen.sessions().getFirst().trees().getFirst();
      assertThat(bytesAt(traffic.received(), level)).isEqualTo(written.length);
      assertThat(bytesAt(traffic.sent(), level)).isEqualTo(written.length);
    }
  }

  private static long bytesAt(ServerStatus.PayloadBytes bytes, Level level) {
    return switch (level) {
      case CLEAR -> bytes.clear();
      case SIGN -> bytes.signed();
      case ENCRYPT -> bytes.sealed();
    };
  }

  @Test
  void shouldListRenameTruncateAndDeleteThroughTheClient() throws Exception {
    try (TcpFixture fixture = new TcpFixture(directory, UnaryOperator.identity())) {
      ClientTree tree = fixture.tree(Level.ENCRYPT);
      for (int i = 0; i < 700; i++) {
        Files.createFile(directory.resolve("file" + i));
      }
      ClientOpen root = open(tree, "");
      List<String> names = new ArrayList<>();
      List<FileInformation> entries = TcpFixture.await(root.queryDirectory("*", true));
      while (!entries.isEmpty()) {
        entries.forEach(entry -> names.add(entry.name()));
        entries = TcpFixture.await(root.queryDirectory("*", false));
      }
      assertThat(names).hasSize(702).contains(".", "..", "file0", "file699");

      ClientOpen file = open(tree, "file0");
      TcpFixture.await(file.setInfo(new FileChange.EndOfFile(1 << 20)));
      TcpFixture.await(file.zero(0, 4096));
      TcpFixture.await(file.setInfo(new FileChange.Rename(new SharePath(List.of("moved")), false)));
      assertThat(TcpFixture.await(file.information()).endOfFile()).isEqualTo(1 << 20);
      assertThat(directory.resolve("moved")).exists();
      TcpFixture.await(file.setInfo(new FileChange.Disposition(true)));
      TcpFixture.await(file.close());
      assertThat(directory.resolve("moved")).doesNotExist();
      assertThat(TcpFixture.await(root.volumeInformation()).label()).isEqualTo("volume");
    }
  }

  @Test
  void shouldServeManyRequestsAtOnceAtAllLevelsWithoutMixingThem() throws Exception {
    try (TcpFixture fixture = new TcpFixture(directory, UnaryOperator.identity())) {
      List<ClientOpen> opens = new ArrayList<>();
      for (Level level : Level.values()) {
        opens.add(open(fixture.tree(level), "file-" + level));
      }
      Random random = new Random(42);
      List<byte[]> expected = new ArrayList<>();
      List<CompletionStage<?>> writes = new ArrayList<>();
      int blockBytes = 30_000;
      for (int i = 0; i < 300; i++) {
        byte[] block = new byte[blockBytes];
        random.nextBytes(block);
        expected.add(block);
        writes.add(
            opens
                .get(i % 3)
                .write((long) (i / 3) * blockBytes, MemorySegment.ofArray(block), false));
      }
      writes.forEach(TcpFixture::await);
      List<byte[]> read = new ArrayList<>();
      List<CompletionStage<Integer>> reads = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        read.add(new byte[blockBytes]);
        reads.add(
            opens.get(i % 3).read((long) (i / 3) * blockBytes, MemorySegment.ofArray(read.get(i))));
      }

      for (int i = 0; i < 300; i++) {
        assertThat(TcpFixture.await(reads.get(i))).isEqualTo(blockBytes);
        assertThat(read.get(i)).as("block " + i).isEqualTo(expected.get(i));
      }
    }
  }

  @Test
  void shouldReleaseAllWhenClientsVanishUnderLoad() throws Exception {
    try (TcpFixture fixture = new TcpFixture(directory, UnaryOperator.identity())) {
      for (int round = 0; round < 5; round++) {
        ClientTree tree = fixture.tree(Level.ENCRYPT);
        ClientOpen file = open(tree, "file" + round);
        List<CompletionStage<?>> pending = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          byte[] bytes = new byte[1 << 20];
          pending.add(file.write((long) i << 20, MemorySegment.ofArray(bytes), false));
        }
        tree.session().connection().transport().reset("the test");
        pending.forEach(TcpFixture::failure);
      }
      await().untilAsserted(() -> assertThat(fixture.server.status().connections()).isEmpty());
    }
  }

  @Test
  void shouldAnswerOrCloseEveryRequestWhenTheServerCloses() throws Exception {
    TcpFixture fixture = new TcpFixture(directory, UnaryOperator.identity());
    try (fixture) {
      ClientOpen file = open(fixture.tree(Level.SIGN), "file");
      List<CompletionStage<?>> pending = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        pending.add(file.write((long) i << 18, MemorySegment.ofArray(new byte[1 << 18]), false));
      }
      fixture.server.close();

      for (CompletionStage<?> write : pending) {
        assertThat(TcpFixture.failure(write))
            .satisfiesAnyOf(
                failure -> assertThat(failure).isEmpty(),
                failure ->
                    assertThat(failure.orElseThrow())
                        .isInstanceOf(ClientException.ConnectionLost.class));
      }
      assertThat(fixture.server.status().connections()).isEmpty();
    }
  }

  @Test
  void shouldRefuseANodeThatIsNotWhoItWasMeantToBeAndServeOthersOn() throws Exception {
    try (TcpFixture fixture = new TcpFixture(directory, UnaryOperator.identity())) {
      ClientConnection connection =
          fixture.connect(CipherId.AES_128_GCM, SigningAlgorithm.AES_GMAC);
      var elsewhere = fixture.nodes.lane("node1", "another");

      assertThat(
              TcpFixture.failure(
                  connection.authenticate(
                      fixture.nodes.mechanism("node1").initiator(elsewhere), 0)))
          .isPresent();

      await()
          .untilAsserted(() ->
              assertThat(fixture.events)
                  .anyMatch(event -> event instanceof ServerEvent.AuthenticationRefused));
      open(fixture.tree(Level.ENCRYPT), "file");
    }
  }

  @Test
  void shouldCloseTheOldestHalfOpenConnectionAboveTheLimitAndServeOthersOn() throws Exception {
    try (TcpFixture fixture =
        new TcpFixture(directory, settings -> settings.with(Limit.HALF_OPEN, 2))) {
      ClientOpen file = open(fixture.tree(Level.ENCRYPT), "file");
      try (Socket first = connect(fixture)) {
        await().until(() -> fixture.server.status().connections().size() == 2);
        try (Socket second = connect(fixture)) {
          await().until(() -> fixture.server.status().connections().size() == 3);
          try (Socket third = connect(fixture)) {
            assertThat(first.getInputStream().read()).isEqualTo(-1);
            await().until(() -> fixture.server.status().connections().size() == 3);
            assertThat(List.of(second, third)).allMatch(SmbOverTcpIT::isOpen);
          }
        }
        TcpFixture.await(file.write(0, MemorySegment.ofArray(new byte[10]), false));
      }
      assertThat(fixture.events)
          .anyMatch(event ->
              event instanceof ServerEvent.LimitReached reached
                  && reached.limit().equals("half-open"));
      await().until(() -> fixture.server.status().connections().size() == 1);
    }
  }

  /** True if the server has not closed it: then there is nothing to read. */
  private static boolean isOpen(Socket socket) {
    try {
      socket.setSoTimeout(100);
      return socket.getInputStream().read() != -1;
    } catch (SocketTimeoutException _) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private static Socket connect(TcpFixture fixture) throws IOException {
    Socket socket = new Socket();
    socket.connect(fixture.address());
    socket.setSoTimeout(10_000);
    return socket;
  }

  @Test
  void shouldTurnAwayConnectionsAboveTheLimit() throws Exception {
    try (TcpFixture fixture =
            new TcpFixture(directory, settings -> settings.with(Limit.CONNECTIONS, 1));
        Socket first = connect(fixture)) {
      await().until(() -> fixture.server.status().connections().size() == 1);
      try (Socket second = connect(fixture)) {
        assertThat(second.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(first).matches(SmbOverTcpIT::isOpen);
      assertThat(fixture.events)
          .anyMatch(event ->
              event instanceof ServerEvent.LimitReached reached
                  && reached.limit().equals("connections"));
    }
  }

  @Test
  void shouldCloseConnectionsThatSendGarbageAndServeOthersOn() throws Exception {
    try (TcpFixture fixture = new TcpFixture(directory, UnaryOperator.identity())) {
      ClientOpen file = open(fixture.tree(Level.CLEAR), "file");
      Random random = new Random(7);
      for (int i = 0; i < 20; i++) {
        try (Socket socket = connect(fixture)) {
          byte[] garbage = new byte[200];
          random.nextBytes(garbage);
          garbage[0] = 0;
          garbage[1] = 0;
          garbage[2] = 0;
          garbage[3] = (byte) 196;
          OutputStream out = socket.getOutputStream();
          out.write(garbage);
          out.flush();
          assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
      }
      TcpFixture.await(file.write(0, MemorySegment.ofArray(new byte[10]), false));
    }
  }
}
