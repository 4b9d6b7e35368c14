package org.sealane.smb.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Samba's smbd on loopback, with one share and one user: a server that no one here wrote. It runs
 * as root, as smbd has to; elsewhere the test is skipped.
 */
public final class SmbdServer implements AutoCloseable {
  public static final String SHARE = "share";
  public static final String USER = "root";
  public static final String PASSWORD = "Correct-Horse-9";

  private static final Path SMBD = Path.of("/usr/sbin/smbd");
  private static final Path SMBPASSWD = Path.of("/usr/bin/smbpasswd");
  private static final Duration STARTED_MAX = Duration.ofSeconds(60);
  private static final long STOPPED_SECONDS_MAX = 30;

  private final Process process;
  private final int port;
  private final Path shared;

  private SmbdServer(Process process, int port, Path shared) {
    this.process = process;
    this.port = port;
    this.shared = shared;
  }

  /** Skips the test where smbd can not run, unless tools are required. */
  public static void require() {
    boolean can =
        Files.isExecutable(SMBD)
            && Files.isExecutable(SMBPASSWD)
            && "root".equals(System.getProperty("user.name"));
    if ("required".equals(System.getProperty("sealane.tools"))) {
      assertThat(can).as("smbd is installed and this is root").isTrue();
    }
    Assumptions.assumeTrue(can, "smbd is not installed, or this is not root");
  }

  /**
   * Starts smbd with its state in {@code directory}.
   *
   * @param global settings of smb.conf beside the ones that every test needs
   */
  public static SmbdServer start(Path directory, Map<String, String> global)
      throws IOException, InterruptedException {
    int port = freePort();
    Path shared = Files.createDirectories(directory.resolve(SHARE));
    StringBuilder config = new StringBuilder("[global]\n");
    Map<String, String> base =
        Map.of(
            "workgroup", "LAB",
            "server role", "standalone server",
            "interfaces", "lo",
            "bind interfaces only", "yes",
            "smb ports", Integer.toString(port),
            "disable netbios", "yes",
            "load printers", "no",
            "passdb backend", "tdbsam",
            "log file", directory.resolve("smbd.log").toString());
    base.forEach((key, value) -> config.append(key).append(" = ").append(value).append('\n'));
    for (String state :
        new String[] {
          "private dir",
          "lock directory",
          "state directory",
          "cache directory",
          "pid directory",
          "ncalrpc dir"
        }) {
      Path place = Files.createDirectories(directory.resolve(state.replace(' ', '-')));
      config.append(state).append(" = ").append(place).append('\n');
    }
    global.forEach((key, value) -> config.append(key).append(" = ").append(value).append('\n'));
    config.append("[").append(SHARE).append("]\npath = ").append(shared);
    config.append("\nread only = no\n");
    Path file = Files.writeString(directory.resolve("smb.conf"), config);
    addUser(file);
    Process process =
        new ProcessBuilder(
                SMBD.toString(), "--configfile=" + file, "--foreground", "--debuglevel=1")
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(directory.resolve("smbd.out").toFile())
            .start();
    SmbdServer server = new SmbdServer(process, port, shared);
    await().atMost(STARTED_MAX).until(server::answers);
    return server;
  }

  private static void addUser(Path config) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(SMBPASSWD.toString(), "-c", config.toString(), "-a", "-s", USER)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var in = process.outputWriter(StandardCharsets.US_ASCII)) {
      in.write(PASSWORD + "\n" + PASSWORD + "\n");
    }
    assertThat(process.waitFor(STARTED_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private boolean answers() {
    assertThat(process.isAlive()).as("smbd runs").isTrue();
    try (Socket socket = new Socket()) {
      socket.connect(address(), 1_000);
      return true;
    } catch (IOException _) {
      // Not yet, then.
      return false;
    }
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** The directory that the share is. */
  Path shared() {
    return shared;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(STOPPED_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
