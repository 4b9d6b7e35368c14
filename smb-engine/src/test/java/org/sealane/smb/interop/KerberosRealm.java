package org.sealane.smb.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** MIT's KDC on loopback, for one realm whose database lies in a directory of the test. */
public final class KerberosRealm implements AutoCloseable {
  public static final String NAME = "SEALANE.TEST";

  /** Resolved by nobody; clients are given the address beside it. */
  public static final String HOST = "files.sealane.test";

  static final String SERVICE = "cifs/" + HOST;

  private static final Path KDC = Path.of("/usr/sbin/krb5kdc");
  private static final Path KDB = Path.of("/usr/sbin/kdb5_util");
  private static final Path KADMIN = Path.of("/usr/sbin/kadmin.local");
  private static final Path KINIT = Path.of("/usr/bin/kinit");
  private static final Duration STARTED_MAX = Duration.ofSeconds(60);
  private static final long SECONDS_MAX = 120;

  private final Path directory;
  private final int port;
  private final Process kdc;

  private KerberosRealm(Path directory, int port, Process kdc) {
    this.directory = directory;
    this.port = port;
    this.kdc = kdc;
  }

  /** Skips the test without the packages, unless tools are required. */
  public static void require() {
    boolean found = List.of(KDC, KDB, KADMIN, KINIT).stream().allMatch(Files::isExecutable);
    if ("required".equals(System.getProperty("sealane.tools"))) {
      assertThat(found).as("MIT's KDC and its tools are installed").isTrue();
    }
    Assumptions.assumeTrue(found, "krb5-kdc, krb5-admin-server or krb5-user is not installed");
  }

  /** Makes the realm with the service's key and starts its KDC. */
  public static KerberosRealm start(Path directory) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Files.writeString(
        directory.resolve("krb5.conf"),
        """
        [libdefaults]
          default_realm = %s
          dns_lookup_kdc = false
          dns_lookup_realm = false
          dns_canonicalize_hostname = false
          rdns = false
        [realms]
          %s = {
            kdc = 127.0.0.1:%d
          }
        [domain_realm]
          .sealane.test = %s
        [logging]
          kdc = FILE:%s
        """
            .formatted(NAME, NAME, port, NAME, directory.resolve("kdc.log")));
    Files.writeString(
        directory.resolve("kdc.conf"),
        """
        [kdcdefaults]
          kdc_listen = 127.0.0.1:%d
          kdc_tcp_listen = 127.0.0.1:%d
        [realms]
          %s = {
            database_name = %s
            key_stash_file = %s
            supported_enctypes = aes256-cts:normal aes128-cts:normal
          }
        """
            .formatted(
                port, port, NAME, directory.resolve("principals"), directory.resolve("stash")));
    run(directory, "", KDB.toString(), "create", "-s", "-r", NAME, "-P", "master-password");
    Process kdc = process(directory, "kdc.out", List.of(KDC.toString(), "-n", "-r", NAME)).start();
    KerberosRealm realm = new KerberosRealm(directory, port, kdc);
    await().atMost(STARTED_MAX).until(realm::answers);
    // A keytab of several services, as clusters have one for each node's name.
    for (String service : List.of("cifs/other.sealane.test", SERVICE)) {
      realm.admin("addprinc -randkey " + service);
      realm.admin("ktadd -k " + realm.keytab() + " " + service);
    }
    return realm;
  }

  private boolean answers() {
    assertThat(kdc.isAlive()).as("the KDC runs").isTrue();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException _) {
      // Not yet, then.
      return false;
    }
  }

  /** The service's keytab. */
  public Path keytab() {
    return directory.resolve("service.keytab");
  }

  /** A file with a ticket of a user that is made for it. */
  public Path ticket(String user) throws IOException, InterruptedException {
    admin("addprinc -pw password-of-" + user + " " + user);
    Path cache = directory.resolve("cache-" + user.replace('/', '-'));
    run(
        directory,
        "password-of-" + user + "\n",
        KINIT.toString(),
        "-c",
        cache.toString(),
        user + "@" + NAME);
    return cache;
  }

  /** What the environment of a client with that ticket needs. */
  public Map<String, String> environment(Path ticket) {
    Map<String, String> environment = new HashMap<>(environmentOf(directory));
    environment.put("KRB5CCNAME", "FILE:" + ticket);
    return environment;
  }

  private static Map<String, String> environmentOf(Path directory) {
    return Map.of(
        "KRB5_CONFIG", directory.resolve("krb5.conf").toString(),
        "KRB5_KDC_PROFILE", directory.resolve("kdc.conf").toString());
  }

  private void admin(String query) throws IOException, InterruptedException {
    run(directory, "", KADMIN.toString(), "-r", NAME, "-q", query);
  }

  private static ProcessBuilder process(Path directory, String output, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(output).toFile());
    builder.environment().putAll(environmentOf(directory));
    return builder;
  }

  private static void run(Path directory, String input, String... command)
      throws IOException, InterruptedException {
    Process process = process(directory, "command.out", new ArrayList<>(List.of(command))).start();
    try (var in = process.outputWriter(StandardCharsets.US_ASCII)) {
      in.write(input);
    }
    assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(directory.resolve("command.out"))).isZero();
  }

  @Override
  public void close() {
    kdc.destroy();
    try {
      if (!kdc.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        kdc.destroyForcibly();
      }
    } catch (InterruptedException e) {
      kdc.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
