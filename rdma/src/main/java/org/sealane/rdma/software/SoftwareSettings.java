package org.sealane.rdma.software;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where processes meet, and the limits of the emulated device.
 *
 * @param directory holds the files of all processes; only its owner may enter it
 * @param regionBytesMax longest region
 * @param keysMax regions and windows at a time
 * @param queuePairsMax queue pairs at a time
 * @param spinNanos how long a wait spins before it sleeps
 */
public record SoftwareSettings(
    Path directory, long regionBytesMax, int keysMax, int queuePairsMax, long spinNanos) {
  /** Completion queues of one device. */
  static final int COMPLETION_QUEUES_MAX = 64;

  /** Entries of one queue. */
  static final int QUEUE_DEPTH_MAX = 4096;

  /** Entries of one completion queue. */
  static final int COMPLETION_ENTRIES_MAX = 1 << 20;

  /** Longest message, READ or WRITE. */
  static final int MESSAGE_BYTES_MAX = 1 << 30;

  /** RDMA READs under way; they are carried out one by one, so any number is as good. */
  static final int DEPTH_MAX = 128;

  private static final int KEYS_MAX = 1 << 16;

  public SoftwareSettings {
    if (keysMax < 1 || keysMax > KEYS_MAX) {
      throw new IllegalArgumentException("keys are 1 to " + KEYS_MAX);
    }
    if (queuePairsMax < 1 || queuePairsMax > Doorbells.SLOTS_MAX) {
      throw new IllegalArgumentException("queue pairs are 1 to " + Doorbells.SLOTS_MAX);
    }
  }

  /** Memory-backed files of this user, in {@code /dev/shm} where there is one. */
  public static SoftwareSettings defaults() {
    Path shared = Path.of("/dev/shm");
    Path parent = Files.isWritable(shared) ? shared : Path.of(System.getProperty("java.io.tmpdir"));
    String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9]", "_");
    return in(parent.resolve("sealane-rdma-" + user));
  }

  /** The same limits in another directory; processes meet only in the same one. */
  public static SoftwareSettings in(Path directory) {
    return new SoftwareSettings(directory, 1L << 30, 4096, 2048, 20_000);
  }
}
