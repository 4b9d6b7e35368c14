package org.sealane.deploy.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.sealane.cluster.document.DocumentContent.Server;
import org.sealane.cluster.identity.NodeDataKeys;
import org.sealane.cluster.member.ClusterView;
import org.sealane.csv.volume.Volumes;
import org.sealane.deploy.config.NodeConfig;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.auth.kerberos.KerberosMechanism;
import org.sealane.smb.auth.kerberos.UserMechanism;
import org.sealane.smb.auth.ntlm.LogonLimits;
import org.sealane.smb.auth.ntlm.LogonThrottle;
import org.sealane.smb.auth.ntlm.NtlmMechanism;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.server.AccessRules;
import org.sealane.smb.server.EventSink;
import org.sealane.smb.server.Limit;
import org.sealane.smb.server.ServerSettings;
import org.sealane.smb.server.ServerStatus;
import org.sealane.smb.server.SmbServer;
import org.sealane.smb.transport.tcp.TcpTransport;

/**
 * The listener for users' SMB clients. What it asks of them is the cluster's signed server document
 * as it is when a client connects. Any thread may call.
 */
final class UserListener implements AutoCloseable {
  /** A client that takes nothing of what it asked for keeps memory from others for this long. */
  private static final int DELIVERY_MILLIS = 30_000;

  private final SmbServer server;

  private UserListener(SmbServer server) {
    this.server = server;
  }

  static UserListener start(
      NodeConfig config,
      CurrentView view,
      Volumes volumes,
      NodeDataKeys dataKeys,
      TcpTransport tcp,
      EventSink events)
      throws IOException {
    UUID guid = UUID.randomUUID();
    UserTable users = new UserTable(view, dataKeys);
    return new UserListener(
        SmbServer.builder()
            .settings(() -> settings(guid, view, config.limits()))
            .mechanism(
                new UserMechanism(
                    new NtlmMechanism(
                        config.name(),
                        users,
                        new LogonThrottle(LogonLimits.DEFAULT, System::nanoTime),
                        InstantSource.system(),
                        new SecureRandom()),
                    new KerberosMechanism(new UserKeytab(view, dataKeys), users)))
            .resolver(new UserShares(config.name(), view, volumes, users))
            .events(events)
            .interfaces(new HostInterfaces(config.smb(), _ -> false))
            .pool(tcp.pool())
            .listen(tcp, config.smb().resolve())
            .start());
  }

  private static ServerSettings settings(UUID guid, CurrentView view, NodeConfig.Limits limits) {
    Server wanted =
        view.get().map(ClusterView::clients).map(c -> c.server()).orElse(Server.DEFAULT);
    ServerSettings settings =
        ServerSettings.defaults(guid)
            .withCiphers(wanted.ciphers())
            .withSigning(wanted.signing())
            .withSessionLevel(wanted.encryptData() ? Level.ENCRYPT : Level.CLEAR)
            .withAccess(
                new AccessRules(
                    Arrays.stream(Dialect.values())
                        .filter(dialect -> dialect.isAtLeast(wanted.minDialect()))
                        .collect(Collectors.toSet()),
                    wanted.requireSigning(),
                    wanted.rejectUnencryptedAccess()))
            .with(Limit.CONNECTIONS, limits.smbConnections())
            .with(Limit.DELIVERY_MILLIS, DELIVERY_MILLIS);
    for (Map.Entry<Limit, Integer> limit : limits.smb().entrySet()) {
      settings = settings.with(limit.getKey(), limit.getValue());
    }
    return settings;
  }

  /** Every limit of the listener. */
  List<ServerStatus.LimitStatus> limits() {
    return server.limits();
  }

  InetSocketAddress address() {
    return server.addresses().getFirst();
  }

  /** The configured listener with the port it really has. */
  HostPort address(HostPort configured) {
    return configured.withPort(address().getPort());
  }

  ServerStatus status() {
    return server.status();
  }

  /** Closes the connection of a session; false if there is none of that id. */
  boolean disconnect(long sessionId) {
    return server.disconnect(sessionId, "an administrator disconnects the session");
  }

  @Override
  public void close() {
    server.close();
  }
}
