package org.sealane.smb.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.sealane.smb.auth.SecurityMechanism;
import org.sealane.smb.auth.kerberos.KerberosMechanism;
import org.sealane.smb.auth.kerberos.Keytab;
import org.sealane.smb.auth.kerberos.UserMechanism;
import org.sealane.smb.auth.ntlm.LogonLimits;
import org.sealane.smb.auth.ntlm.LogonThrottle;
import org.sealane.smb.auth.ntlm.NtHash;
import org.sealane.smb.auth.ntlm.NtlmMechanism;
import org.sealane.smb.auth.ntlm.UserAccounts;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.server.AccessRules;
import org.sealane.smb.server.ControlHandler;
import org.sealane.smb.server.ServerEvent;
import org.sealane.smb.server.ServerSettings;
import org.sealane.smb.server.ShareResolver;
import org.sealane.smb.server.SmbServer;
import org.sealane.smb.server.TrafficGate;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.tcp.TcpSettings;
import org.sealane.smb.transport.tcp.TcpTransport;

/**
 * A server for users with one account, anna with the password secret, and one directory as two
 * shares: files as they come, and sealed, which is to be encrypted.
 */
public final class ClientFixture implements AutoCloseable {
  static final String ANNA = "anna%secret";

  final FramePool pool = new FramePool(256L << 20, 64L << 20);
  final Queue<ServerEvent> events = new ConcurrentLinkedQueue<>();
  final TcpTransport transport = new TcpTransport(TcpSettings.defaults(), pool);
  final Path root;
  final SmbClientTool smbclient;
  public final SmbServer server;
  private final DirectoryShare share;

  public ClientFixture(Path directory, UnaryOperator<ServerSettings> settings) throws IOException {
    this(directory, settings, ntlm());
  }

  /** A server that also takes tickets for the keytab's services, as long as it has one. */
  static ClientFixture withKerberos(
      Path directory, UnaryOperator<ServerSettings> settings, Supplier<Optional<Keytab>> keytab)
      throws IOException {
    return new ClientFixture(
        directory,
        settings,
        new UserMechanism(ntlm(), new KerberosMechanism(keytab, ClientFixture::account)));
  }

  private static NtlmMechanism ntlm() {
    return new NtlmMechanism(
        "node1",
        ClientFixture::account,
        new LogonThrottle(LogonLimits.DEFAULT, System::nanoTime),
        InstantSource.system(),
        new SecureRandom());
  }

  private ClientFixture(
      Path directory, UnaryOperator<ServerSettings> settings, SecurityMechanism mechanism)
      throws IOException {
    root = Files.createDirectories(directory.resolve("root"));
    share = new DirectoryShare(root, DirectoryShare.Settings.of("volume", 1));
    ServerSettings defaults =
        ServerSettings.defaults(UUID.randomUUID())
            .withAccess(rules(EnumSet.range(Dialect.SMB_3_0, Dialect.SMB_3_1_1)));
    server =
        SmbServer.builder()
            .settings(settings.apply(defaults))
            .mechanism(mechanism)
            .resolver(this::resolve)
            .events(events::add)
            .pool(pool)
            .listen(transport, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .start();
    smbclient =
        new SmbClientTool(
            Files.createDirectories(directory.resolve("client")), server.addresses().getFirst());
  }

  static AccessRules rules(EnumSet<Dialect> dialects) {
    return new AccessRules(dialects, true, true);
  }

  private static Optional<UserAccounts.Account> account(String name) {
    return name.equalsIgnoreCase("anna")
        ? Optional.of(new UserAccounts.Account("anna", NtHash.of("secret".toCharArray())))
        : Optional.empty();
  }

  private ShareResolver.Resolution resolve(ShareResolver.TreeRequest request) {
    boolean sealed = request.shareName().equals("sealed");
    return new ShareResolver.Granted(
        request.shareName(),
        share,
        sealed ? TrafficGate.minimum(Level.ENCRYPT) : TrafficGate.OPEN,
        ControlHandler.NONE,
        sealed);
  }

  SmbClientTool.Run anna(String share, String commands, String... options) {
    return smbclient.run(ANNA, share, commands, options);
  }

  public <T extends ServerEvent> java.util.List<T> events(Class<T> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  @Override
  public void close() {
    server.close();
    transport.close();
    assertThat(pool.outstandingBytes()).as("bytes lent by the pool").isZero();
    share.close();
  }
}
