package org.sealane.deploy.files;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.auth.ntlm.NtlmMechanism;
import org.sealane.smb.client.ClientConnection;
import org.sealane.smb.client.ClientException;
import org.sealane.smb.client.ClientListener;
import org.sealane.smb.client.ClientSettings;
import org.sealane.smb.client.ClientShare;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.client.SmbClient;
import org.sealane.smb.client.TrafficGate;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.ClientNegotiation.Encryption;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.tcp.TcpSettings;
import org.sealane.smb.transport.tcp.TcpTransport;

/**
 * A share of any SMB server, over one connection of its own. What is sent is signed at least, and
 * encrypted wherever the server can. Opening blocks; any thread may use it then.
 */
public final class ServerShare implements AutoCloseable {
  private static final Duration OPEN_MAX = Duration.ofSeconds(30);

  private final TcpTransport transport;
  private final SmbClient client;
  private final ClientTree tree;
  private final String user;

  private ServerShare(TcpTransport transport, SmbClient client, ClientTree tree, String user) {
    this.transport = transport;
    this.client = client;
    this.tree = tree;
    this.user = user;
  }

  /**
   * Who asks.
   *
   * @param name of the account, as {@code NAME} or {@code DOMAIN\\NAME}
   * @param ntHash of its password; closed with the connection's handshake
   */
  public record Account(String name, SessionSecret ntHash) {
    private String domain() {
      int at = name.indexOf('\\');
      return at < 0 ? "" : name.substring(0, at);
    }

    private String user() {
      return name.substring(name.indexOf('\\') + 1);
    }
  }

  /**
   * Connects, proves the account, and opens the share.
   *
   * @throws IOException with one line that says what the server or the way to it lacks
   */
  public static ServerShare open(UncPath place, Account account, Protection protection)
      throws IOException {
    FramePool pool = FramePool.ofHeapShare();
    TcpTransport transport = new TcpTransport(TcpSettings.defaults(), pool);
    SecureRandom random = new SecureRandom();
    SmbClient client = new SmbClient(pool, random, System::nanoTime, ClientListener.NONE);
    try {
      ClientConnection connection = connect(client, transport, place, protection);
      Level level = connection.negotiated().cipher().isPresent() ? Level.ENCRYPT : Level.SIGN;
      ClientTree tree =
          get(
              place,
              connection
                  .authenticate(
                      NtlmMechanism.initiator(
                          account.user(), account.domain(), account.ntHash(), random),
                      0)
                  .thenCompose(
                      session -> session.treeConnect(place.tree(), TrafficGate.minimum(level))));
      return new ServerShare(transport, client, tree, account.name());
    } catch (IOException | RuntimeException e) {
      client.close();
      transport.close();
      throw e;
    } finally {
      account.ntHash().close();
    }
  }

  private static ClientConnection connect(
      SmbClient client, TcpTransport transport, UncPath place, Protection protection)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress(place.host(), place.port());
    if (address.isUnresolved()) {
      throw new IOException(place + ": there is no host " + place.host());
    }
    ClientSettings settings =
        ClientSettings.ofUser(
            UUID.randomUUID(),
            EnumSet.allOf(Dialect.class),
            List.of(CipherId.values()),
            List.of(SigningAlgorithm.values()),
            switch (protection) {
              case SIGNING -> Encryption.OPTIONAL;
              case PRIVACY -> Encryption.REQUIRED;
            });
    try {
      return get(place, client.connect(transport, address, settings));
    } catch (IOException e) {
      if (protection == Protection.PRIVACY
          && e.getCause() instanceof ClientException.NegotiationFailed) {
        throw new IOException(
            place
                + ": privacy is required, and the server does not encrypt: "
                + e.getCause().getMessage(),
            e);
      }
      throw e;
    }
  }

  private static <T> T get(UncPath place, CompletionStage<T> stage) throws IOException {
    try {
      return stage.toCompletableFuture().get(OPEN_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(place + ": " + e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(place + ": no answer in " + OPEN_MAX.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Its files. */
  public VolumeFiles files() {
    return new VolumeFiles(new ClientShare(tree), new ShareBackend.Caller("", user));
  }

  /** What the connection runs under, for people: dialect, and cipher or signing algorithm. */
  public String protection() {
    var negotiated = tree.session().connection().negotiated();
    return "SMB "
        + negotiated.dialect().word()
        + ", "
        + negotiated
            .cipher()
            .map(cipher -> "encrypted with " + cipher.word())
            .orElse("signed with " + negotiated.signing().word());
  }

  @Override
  public void close() {
    client.close();
    transport.close();
  }
}
