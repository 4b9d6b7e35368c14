package org.sealane.cluster.member;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/**
 * A node's own directory: one process at a time holds it, by a file lock that the kernel releases
 * with the process. So the process that had it before is dead for certain. Not thread-safe.
 */
final class StateDirectory implements AutoCloseable {
  private static final int INCARNATION_CHARS = 36;

  private final Path directory;
  private final FileChannel lock;
  private final UUID incarnation;
  private final Optional<UUID> predecessor;

  private StateDirectory(
      Path directory, FileChannel lock, UUID incarnation, Optional<UUID> predecessor) {
    this.directory = directory;
    this.lock = lock;
    this.incarnation = incarnation;
    this.predecessor = predecessor;
  }

  /** Takes the directory for this process, which {@code incarnation} names from now on. */
  static StateDirectory open(Path directory, UUID incarnation) throws IOException {
    Files.createDirectories(directory);
    FileChannel lock =
        FileChannel.open(
            directory.resolve("incarnation"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      if (lock.tryLock() == null) {
        throw held(directory);
      }
      Optional<UUID> predecessor = read(lock);
      lock.write(ByteBuffer.wrap(incarnation.toString().getBytes(StandardCharsets.US_ASCII)), 0);
      lock.force(true);
      return new StateDirectory(directory, lock, incarnation, predecessor);
    } catch (OverlappingFileLockException e) {
      lock.close();
      throw held(directory);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  Path documents() {
    return directory.resolve("documents");
  }

  UUID incarnation() {
    return incarnation;
  }

  Optional<UUID> predecessor() {
    return predecessor;
  }

  private static Optional<UUID> read(FileChannel file) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(INCARNATION_CHARS);
    file.read(text, 0);
    try {
      return Optional.of(
          UUID.fromString(new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII)));
    } catch (IllegalArgumentException e) {
      // Empty at first; damaged means only that a stale entry is waited out, not removed.
      return Optional.empty();
    }
  }

  private static IOException held(Path directory) {
    return new IOException(directory + " is in use by another process of this node");
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
