package org.sealane.deploy.faults;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A block device of the system over a file.
 *
 * @param device where it is
 * @param file what is behind it
 */
record LoopDevice(Path device, Path file) implements AutoCloseable {

  /** Makes one over a new file; empty where that is not to be had. */
  static Optional<LoopDevice> make(Path file, long sizeBytes)
      throws IOException, InterruptedException {
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(sizeBytes);
    }
    Process process;
    try {
      process = new ProcessBuilder("losetup", "--find", "--show", file.toString()).start();
    } catch (IOException _) {
      // There is no such program.
      return Optional.empty();
    }
    String device = new String(process.getInputStream().readAllBytes()).strip();
    return process.waitFor() == 0
        ? Optional.of(new LoopDevice(Path.of(device), file))
        : Optional.empty();
  }

  /** Takes the device away; whoever holds it open keeps it until then. */
  @Override
  public void close() throws IOException {
    Process process = new ProcessBuilder("losetup", "--detach", device.toString()).start();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(device + " was not detached");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
