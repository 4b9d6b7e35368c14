package org.sealane.deploy.interop;

import com.hierynomus.mssmb2.SMB2Dialect;
import com.hierynomus.mssmb2.SMBApiException;
import com.hierynomus.smbj.SMBClient;
import com.hierynomus.smbj.SmbConfig;
import com.hierynomus.smbj.auth.AuthenticationContext;
import com.hierynomus.smbj.connection.Connection;
import com.hierynomus.smbj.session.Session;
import com.hierynomus.smbj.share.DiskShare;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** smbj, an SMB client in Java, connected to one share. */
final class SmbjClient implements AutoCloseable {
  private final SMBClient client;
  private final Connection connection;
  private final DiskShare share;

  private SmbjClient(SMBClient client, Connection connection, DiskShare share) {
    this.client = client;
    this.connection = connection;
    this.share = share;
  }

  /** What smbj offers: one dialect, and whether it wants to encrypt where it can. */
  static SmbConfig config(SMB2Dialect dialect, boolean encrypt, long timeoutSeconds) {
    return SmbConfig.builder()
        .withDialects(dialect)
        .withEncryptData(encrypt)
        .withSigningRequired(true)
        .withTimeout(timeoutSeconds, TimeUnit.SECONDS)
        .withSoTimeout(timeoutSeconds, TimeUnit.SECONDS)
        .build();
  }

  /** Connects, authenticates and opens the share, or fails with smbj's own exception. */
  static SmbjClient connect(
      SmbConfig config, InetSocketAddress server, String user, String password, String share)
      throws IOException {
    SMBClient client = new SMBClient(config);
    try {
      Connection connection = client.connect(server.getHostString(), server.getPort());
      Session session =
          connection.authenticate(new AuthenticationContext(user, password.toCharArray(), ""));
      return new SmbjClient(client, connection, (DiskShare) session.connectShare(share));
    } catch (IOException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /** True if the share opens by now; documents that let a user in may be on their way. */
  static boolean isLetIn(SmbConfig config, InetSocketAddress server, String share)
      throws IOException {
    try (SmbjClient client =
        connect(config, server, UserCluster.USER, UserCluster.PASSWORD, share)) {
      return client.share().isConnected();
    } catch (SMBApiException _) {
      // Not yet, then: whoever waits asks again.
      return false;
    }
  }

  DiskShare share() {
    return share;
  }

  Connection connection() {
    return connection;
  }

  /** Ends it without a word to a server that does not answer any more. */
  void abandon() throws IOException {
    connection.close(true);
    client.close();
  }

  @Override
  public void close() throws IOException {
    share.close();
    client.close();
  }
}
