package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.sealane.smb.auth.TestNodes;
import org.sealane.smb.client.ClientConnection;
import org.sealane.smb.client.ClientListener;
import org.sealane.smb.client.ClientSession;
import org.sealane.smb.client.ClientSettings;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.client.SmbClient;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.tcp.TcpSettings;
import org.sealane.smb.transport.tcp.TcpTransport;

/** A server with a directory and a client with real certificates, over loopback TCP. */
final class TcpFixture implements AutoCloseable {
  static final long TIMEOUT_SECONDS = 20;

  final TestNodes nodes = new TestNodes();
  final FramePool pool = new FramePool(256L << 20, 64L << 20);
  final Queue<ServerEvent> events = new ConcurrentLinkedQueue<>();
  final TcpTransport transport = new TcpTransport(TcpSettings.defaults(), pool);
  final DirectoryShare share;
  final SmbServer server;
  final SmbClient client;

  TcpFixture(Path directory, UnaryOperator<ServerSettings> settings) throws IOException {
    this(directory, settings, TrafficGate.OPEN);
  }

  TcpFixture(Path directory, UnaryOperator<ServerSettings> settings, TrafficGate gate)
      throws IOException {
    share = new DirectoryShare(directory, DirectoryShare.Settings.of("volume", 1));
    server =
        SmbServer.builder()
            .settings(settings.apply(ServerSettings.defaults(UUID.randomUUID())))
            .mechanism(nodes.mechanism("server"))
            .resolver(request ->
                new ShareResolver.Granted(
                    request.shareName(), share, gate, ControlHandler.NONE, false))
            .events(events::add)
            .pool(pool)
            .listen(transport, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .start();
    client = new SmbClient(pool, new SecureRandom(), System::nanoTime, ClientListener.NONE);
  }

  InetSocketAddress address() {
    return server.addresses().getFirst();
  }

  ClientConnection connect(CipherId cipher, SigningAlgorithm signing) {
    return await(
        client.connect(
            transport,
            address(),
            ClientSettings.of(UUID.randomUUID(), List.of(cipher), List.of(signing))));
  }

  ClientSession session(ClientConnection connection, String node) {
    LaneBinding lane = nodes.lane(node, "server");
    return await(connection.authenticate(nodes.mechanism(node).initiator(lane), 0));
  }

  ClientTree tree(ClientSession session, Level level) {
    return await(
        session.treeConnect(
            "\\\\server\\files", org.sealane.smb.client.TrafficGate.minimum(level)));
  }

  ClientTree tree(Level level) {
    ClientConnection connection = connect(CipherId.AES_128_GCM, SigningAlgorithm.AES_GMAC);
    return tree(session(connection, "node1"), level);
  }

  static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("failed: " + e.getCause(), e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** What the stage failed with; empty if it did not. */
  static Optional<Throwable> failure(CompletionStage<?> stage) {
    try {
      stage.toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      return Optional.empty();
    } catch (ExecutionException e) {
      return Optional.of(e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** Closes both sides and checks that nothing of them is left. */
  @Override
  public void close() {
    client.close();
    server.close();
    transport.close();
    assertThat(pool.outstandingBytes()).as("bytes lent by the pool").isZero();
    share.close();
    org.awaitility.Awaitility.await()
        .atMost(java.time.Duration.ofSeconds(TIMEOUT_SECONDS))
        .untilAsserted(() ->
            assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("smb-") || name.startsWith("sealane-")));
  }
}
