package org.sealane.deploy.interop;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.sealane.smb.auth.ntlm.NtHash;
import org.sealane.smb.auth.ntlm.NtlmMechanism;
import org.sealane.smb.client.ClientListener;
import org.sealane.smb.client.ClientOpen;
import org.sealane.smb.client.ClientSettings;
import org.sealane.smb.client.SmbClient;
import org.sealane.smb.client.TrafficGate;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.ClientNegotiation.Encryption;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.tcp.TcpSettings;
import org.sealane.smb.transport.tcp.TcpTransport;

/** A client that asks for as much of a file as its credits pay for, and takes no answer. */
final class SlowReader implements AutoCloseable {
  private static final int READ_BYTES = 1 << 20;
  private static final int READS = 64;
  private static final long TIMEOUT_SECONDS = 60;

  private final FramePool pool = new FramePool(64L << 20, 0);
  private final TcpTransport transport = new TcpTransport(TcpSettings.defaults(), pool);
  private final SmbClient client =
      new SmbClient(pool, new SecureRandom(), System::nanoTime, ClientListener.NONE);
  private final HostileRelay relay;

  private SlowReader(HostileRelay relay) {
    this.relay = relay;
  }

  /** Opens the file and asks; returns when the server has got the first requests. */
  static SlowReader start(InetSocketAddress server, String share, String file) throws Exception {
    SlowReader reader = new SlowReader(new HostileRelay(server));
    try {
      reader.ask(share, file);
      return reader;
    } catch (Exception e) {
      reader.close();
      throw e;
    }
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private void ask(String share, String file) throws Exception {
    ClientSettings settings =
        ClientSettings.ofUser(
            UUID.randomUUID(),
            Set.of(Dialect.SMB_3_1_1),
            List.of(CipherId.values()),
            List.of(SigningAlgorithm.values()),
            Encryption.OPTIONAL);
    CreateParameters parameters =
        new CreateParameters(
            SharePath.ofWire(file),
            AccessMask.GENERIC_READ,
            0,
            CreateParameters.SHARE_ALL,
            CreateDisposition.OPEN,
            0);
    ClientOpen open =
        get(
            client
                .connect(transport, relay.address(), settings)
                .thenCompose(connection ->
                    connection.authenticate(
                        NtlmMechanism.initiator(
                            UserCluster.USER,
                            "",
                            NtHash.of(UserCluster.PASSWORD.toCharArray()),
                            new SecureRandom()),
                        0))
                .thenCompose(session ->
                    session.treeConnect("\\\\127.0.0.1\\" + share, TrafficGate.minimum(Level.SIGN)))
                .thenCompose(tree -> tree.create(parameters)));
    // Reads once in good order, which earns the credits for many.
    byte[] into = new byte[READ_BYTES];
    get(open.read(0, MemorySegment.ofArray(into)));
    int before = relay.requests().size();
    relay.stall();
    for (int i = 0; i < READS; i++) {
      open.read(0, MemorySegment.ofArray(into));
    }
    UserCluster.await("requests on their way", () -> relay.requests().size() > before);
  }

  @Override
  public void close() throws IOException {
    relay.close();
    client.close();
    transport.close();
  }
}
