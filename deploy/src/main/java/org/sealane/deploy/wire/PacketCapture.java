package org.sealane.deploy.wire;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every packet to and from one port, as the kernel shows it to {@code dumpcap}, into a file that is
 * searched afterwards. A process of its own, which this ends. Not thread-safe.
 */
public final class PacketCapture implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PacketCapture.class);

  private static final Duration READY_MAX = Duration.ofSeconds(10);
  private static final Duration END_MAX = Duration.ofSeconds(10);
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);
  private static final int BUFFER_BYTES = 1 << 20;

  /** The kernel's buffer, MiB: more than one look puts on the wire. */
  private static final int KERNEL_MIB = 64;

  /** Dumpcap ends by itself if the command is killed: after this, or at this size. */
  private static final int SECONDS_MAX = 120;

  private static final int FILE_KIB_MAX = 256 * 1024;

  /** As {@code Packets received/dropped on interface 'lo': 12/0 (pcap:0/...) (100.0%)}. */
  private static final Pattern SUMMARY =
      Pattern.compile("Packets received/dropped on interface .*: ([0-9]+)/([0-9]+).*");

  private final Process process;
  private final Path file;
  private final CompletableFuture<Boolean> capturing = new CompletableFuture<>();
  private final StringBuffer said = new StringBuffer();
  private final Thread listener;

  private PacketCapture(Process process, Path file) {
    this.process = process;
    this.file = file;
    this.listener = Thread.ofVirtual().name("dumpcap").start(this::listen);
  }

  /** Starts a capture; empty if there is no dumpcap, or it is not permitted here. */
  public static Optional<PacketCapture> start(String networkInterface, int port)
      throws IOException {
    Path file = Files.createTempFile("sealane-wire", ".pcapng");
    Process process;
    try {
      process =
          new ProcessBuilder(
                  List.of(
                      "dumpcap",
                      "-i",
                      networkInterface,
                      "-f",
                      "tcp port " + port,
                      "-B",
                      Integer.toString(KERNEL_MIB),
                      "-a",
                      "duration:" + SECONDS_MAX,
                      "-a",
                      "filesize:" + FILE_KIB_MAX,
                      "-w",
                      file.toString()))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      LOG.debug("no dumpcap", e);
      Files.delete(file);
      return Optional.empty();
    }
    PacketCapture capture = new PacketCapture(process, file);
    if (capture.isReady()) {
      return Optional.of(capture);
    }
    capture.close();
    return Optional.empty();
  }

  private boolean isReady() throws IOException {
    try {
      return capturing.get(READY_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.debug("dumpcap does not begin: {}", said, e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Dumpcap says {@code File: ...} once it captures. */
  private void listen() {
    try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.append(line).append('\n');
        if (line.startsWith("File:")) {
          capturing.complete(true);
        }
      }
    } catch (IOException e) {
      LOG.debug("dumpcap's words end", e);
    }
    capturing.complete(false);
  }

  /**
   * What was captured.
   *
   * @param bytes of the file, headers of packets included
   * @param dropped packets that were missed; at least 1 if that is not known
   */
  public record Result(long bytes, long canaries, long controls, long dropped) {}

  /**
   * Ends the capture and searches it. The kernel hands packets on in batches, and dumpcap leaves
   * what it has not got when it ends: so it goes on until the last control is in the file, or a
   * while.
   *
   * @param controlsSent how often the control was sent
   */
  public Result result(byte[] canary, byte[] control, int controlsSent) throws IOException {
    try {
      long deadline = System.nanoTime() + END_MAX.toNanos();
      while (count(control) < controlsSent && System.nanoTime() < deadline) {
        if (process.waitFor(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
          break;
        }
      }
      // It writes the rest and its summary then. Process.destroy would close what is read from it.
      process.toHandle().destroy();
      if (!process.waitFor(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("dumpcap does not end");
      }
      listener.join(END_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return new Result(Files.size(file), count(canary), count(control), dropped(said.toString()));
  }

  /** How often the file holds {@code wanted} by now. */
  private long count(byte[] wanted) throws IOException {
    CanaryScanner scanner = new CanaryScanner(wanted);
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        scanner.accept(ByteBuffer.wrap(buffer, 0, read));
      }
    }
    return scanner.found();
  }

  /** From dumpcap's last words; without them nobody knows. */
  static long dropped(String words) {
    return words
        .lines()
        .map(SUMMARY::matcher)
        .filter(Matcher::matches)
        .mapToLong(summary -> Long.parseLong(summary.group(2)))
        .reduce(Long::sum)
        .orElse(1);
  }

  /** Ends it and deletes the file. Idempotent. */
  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(file);
  }
}
