package org.sealane.smb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.auth.NodeMechanism;
import org.sealane.smb.auth.TestNodes;
import org.sealane.smb.client.ClientListener;
import org.sealane.smb.client.ClientSettings;
import org.sealane.smb.client.SmbClient;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ControlHandler;
import org.sealane.smb.server.ServerSettings;
import org.sealane.smb.server.ShareResolver;
import org.sealane.smb.server.SmbServer;
import org.sealane.smb.server.TrafficGate;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.tcp.TcpSettings;
import org.sealane.smb.transport.tcp.TcpTransport;

/** The README's server and client, run as they stand there. */
class LibraryExampleTest {
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir Path directory;

  private static SmbServer serve(TcpTransport transport, NodeMechanism node2, ShareBackend share)
      throws IOException {
    // README: server
    ServerSettings settings =
        ServerSettings.defaults(UUID.randomUUID()).withCiphers(List.of(CipherId.AES_256_GCM));
    ShareResolver resolver =
        request ->
            new ShareResolver.Granted(
                request.shareName(),
                share,
                TrafficGate.minimum(Level.ENCRYPT),
                ControlHandler.NONE,
                true);
    return SmbServer.builder()
        .settings(settings)
        .mechanism(node2)
        .resolver(resolver)
        .pool(transport.pool())
        .listen(transport, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .start();
    // README: end
  }

  private static String use(
      TcpTransport transport, InetSocketAddress address, NodeMechanism node1, LaneBinding lane)
      throws Exception {
    // README: client
    ClientSettings settings =
        ClientSettings.of(
            UUID.randomUUID(), List.of(CipherId.AES_256_GCM), List.of(SigningAlgorithm.AES_GMAC));
    CreateParameters hello =
        new CreateParameters(
            SharePath.ofWire("hello.txt"),
            AccessMask.GENERIC_ALL,
            0,
            CreateParameters.SHARE_ALL,
            CreateDisposition.OPEN_IF,
            0);
    MemorySegment greeting = MemorySegment.ofArray("Good morning".getBytes(StandardCharsets.UTF_8));
    byte[] read = new byte[100];
    try (SmbClient client =
        new SmbClient(
            transport.pool(), new SecureRandom(), System::nanoTime, ClientListener.NONE)) {
      var gate = org.sealane.smb.client.TrafficGate.minimum(Level.ENCRYPT);
      int count =
          client
              .connect(transport, address, settings)
              .thenCompose(connection -> connection.authenticate(node1.initiator(lane), 0))
              .thenCompose(session -> session.treeConnect("\\\\node2\\files", gate))
              .thenCompose(tree -> tree.create(hello))
              .thenCompose(file ->
                  file.write(0, greeting, false)
                      .thenCompose(_ -> file.flush())
                      .thenCompose(_ -> file.read(0, MemorySegment.ofArray(read))))
              .toCompletableFuture()
              .get(20, TimeUnit.SECONDS);
      return new String(read, 0, count, StandardCharsets.UTF_8);
    }
    // README: end
  }

  @Test
  void shouldWriteAndReadBackAFileAsTheReadmeSays() throws Exception {
    TestNodes nodes = new TestNodes();
    FramePool pool = new FramePool(64L << 20, 16L << 20);
    try (TcpTransport transport = new TcpTransport(TcpSettings.defaults(), pool);
        DirectoryShare share =
            new DirectoryShare(directory, DirectoryShare.Settings.of("files", 7));
        SmbServer server = serve(transport, nodes.mechanism("node2"), share)) {
      String read =
          use(
              transport,
              server.addresses().getFirst(),
              nodes.mechanism("node1"),
              nodes.lane("node1", "node2"));

      assertThat(read).isEqualTo("Good morning");
      assertThat(directory.resolve("hello.txt")).hasContent("Good morning");
    }
    assertThat(pool.outstandingBytes()).isZero();
  }

  /** Line breaks and indentation aside. */
  @Test
  void shouldStandInTheReadmeAsItStandsHere() throws Exception {
    String source =
        Files.readString(Path.of("src/test/java/org/sealane/smb/LibraryExampleTest.java"));
    List<String> run =
        Pattern.compile("// README: (?:server|client)\n(.*?)// README: end", Pattern.DOTALL)
            .matcher(source)
            .results()
            .map(result -> words(result.group(1)))
            .toList();
    List<String> shown =
        JAVA_BLOCK
            .matcher(Files.readString(Path.of("README.md")))
            .results()
            .map(result -> words(result.group(1)))
            .toList();

    assertThat(run).hasSize(2);
    assertThat(shown).isEqualTo(run);
  }

  private static String words(String code) {
    return String.join(" ", code.strip().split("\\s+"));
  }
}
