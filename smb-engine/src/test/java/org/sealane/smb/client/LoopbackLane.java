package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.sealane.smb.auth.NodeMechanism;
import org.sealane.smb.auth.TestNodes;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ControlHandler;
import org.sealane.smb.server.ServerEvent;
import org.sealane.smb.server.ServerSettings;
import org.sealane.smb.server.ShareResolver;
import org.sealane.smb.server.SmbServer;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.Transport;
import org.sealane.smb.transport.tcp.TcpSettings;
import org.sealane.smb.transport.tcp.TcpTransport;

/**
 * A real server and a real client in one process, over loopback TCP unless another transport is
 * given, with the node mechanism. The server's shares are named by the level that they ask for; all
 * show one directory.
 */
final class LoopbackLane implements AutoCloseable {
  final FramePool pool = new FramePool(128 << 20, 64 << 20);
  final Transport transport;
  final Queue<ServerEvent> serverEvents = new ConcurrentLinkedQueue<>();
  final Queue<ClientEvent> clientEvents = new ConcurrentLinkedQueue<>();
  final SmbClient client;
  final SmbServer server;
  private final DirectoryShare share;
  private final NodeMechanism clientMechanism;
  private final LaneBinding binding;

  LoopbackLane(Path directory) throws IOException {
    this(directory, pool -> new TcpTransport(TcpSettings.defaults(), pool));
  }

  /** Over another transport than TCP. */
  LoopbackLane(Path directory, Function<FramePool, Transport> transportOf) throws IOException {
    transport = transportOf.apply(pool);
    TestNodes nodes = new TestNodes();
    share = new DirectoryShare(directory, DirectoryShare.Settings.of("test", 7));
    clientMechanism = nodes.mechanism("one");
    binding = nodes.lane("one", "two");
    server =
        SmbServer.builder()
            .settings(ServerSettings.defaults(new UUID(1, 2)))
            .mechanism(nodes.mechanism("two"))
            .resolver(this::resolve)
            .events(serverEvents::add)
            .pool(pool)
            .listen(transport, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .start();
    client =
        new SmbClient(
            pool,
            new SecureRandom(),
            System::nanoTime,
            new ClientListener() {
              @Override
              public void onEvent(ClientEvent event) {
                clientEvents.add(event);
              }
            });
  }

  private ShareResolver.Resolution resolve(ShareResolver.TreeRequest request) {
    return new ShareResolver.Granted(
        request.shareName(),
        share,
        org.sealane.smb.server.TrafficGate.minimum(Level.valueOf(request.shareName())),
        ControlHandler.NONE,
        false);
  }

  static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  ClientConnection connect(CipherId cipher, SigningAlgorithm signing) throws Exception {
    return get(
        client.connect(
            transport,
            server.addresses().getFirst(),
            ClientSettings.of(new UUID(5, 5), List.of(cipher), List.of(signing))));
  }

  ClientSession authenticate(ClientConnection connection) throws Exception {
    return get(connection.authenticate(clientMechanism.initiator(binding), 0));
  }

  /** A tree whose server side asks for a level. */
  ClientTree tree(Level serverLevel, TrafficGate gate) throws Exception {
    ClientConnection connection = connect(CipherId.AES_128_GCM, SigningAlgorithm.AES_GMAC);
    return get(authenticate(connection).treeConnect("\\\\two\\" + serverLevel, gate));
  }

  static CreateParameters file(String name, CreateDisposition disposition) {
    return new CreateParameters(
        new SharePath(List.of(name)),
        AccessMask.GENERIC_ALL,
        0,
        CreateParameters.SHARE_ALL,
        disposition,
        0);
  }

  /** Closes everything and checks that nothing is left. */
  @Override
  public void close() {
    client.close();
    server.close();
    transport.close();
    share.close();
    assertThat(pool.outstandingBytes()).isZero();
  }
}
