package org.sealane.deploy.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.sealane.deploy.local.ProcessRecord;
import org.sealane.rdma.software.SoftwareSettings;

/**
 * What stands for the cable of {@code software} RDMA between processes: a second name of a
 * listener's socket, at the port of a relay. Without it nobody connects; and a device that is made
 * to forget its memory windows breaks each connection on which a payload is placed next.
 */
final class SoftwareCable implements AutoCloseable {
  /** Of the device file: where its keys begin, and of a key's entry. */
  private static final int KEYS_OFFSET = 64 + 64 * 384;

  private static final int ENTRY_BYTES = 64;
  private static final int FLAGS_OFFSET = 4;
  private static final int WINDOW_FLAG = 1 << 16;

  private final Path root = SoftwareSettings.defaults().directory();
  private final Path name;
  private final Path socket;

  /** Its lock says that the name is in use: who starts removes what nobody holds. */
  private final Path lockFile;

  private final FileChannel lock;

  /**
   * @param listenerPort the RDMA listener's, which is a lane listener's
   * @param relayPort where lanes are sent
   */
  SoftwareCable(int listenerPort, int relayPort) throws IOException {
    this.socket = root.resolve("at-127.0.0.1-" + listenerPort);
    this.name = root.resolve("at-127.0.0.1-" + relayPort);
    this.lockFile = name.resolveSibling(name.getFileName() + ".lock");
    this.lock = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    lock.lock();
  }

  void plug() throws IOException {
    Files.createSymbolicLink(name, socket);
  }

  void unplug() throws IOException {
    Files.delete(name);
  }

  /** The device of {@code process} gives its peers no rights any more that it gave before. */
  void forgetWindows(ProcessRecord process) throws IOException {
    try (FileChannel device =
        FileChannel.open(
            instance(process).resolve("device"),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      ByteBuffer keys =
          ByteBuffer.allocate((int) device.size() - KEYS_OFFSET).order(ByteOrder.nativeOrder());
      device.read(keys, KEYS_OFFSET);
      for (int at = 0; at < keys.capacity(); at += ENTRY_BYTES) {
        if (keys.getInt(at) != 0 && (keys.getInt(at + FLAGS_OFFSET) & WINDOW_FLAG) != 0) {
          device.write(ByteBuffer.allocate(Integer.BYTES), KEYS_OFFSET + (long) at);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(name);
    Files.deleteIfExists(lockFile);
    lock.close();
  }

  /** The directory whose lock the process holds open. */
  private Path instance(ProcessRecord process) throws IOException {
    Path descriptors = Path.of("/proc", Long.toString(process.pid()), "fd");
    try (Stream<Path> open = Files.list(descriptors)) {
      for (Path descriptor : open.toList()) {
        try {
          Path file = Files.readSymbolicLink(descriptor);
          if (file.startsWith(root) && file.endsWith("lock") && !file.getParent().equals(root)) {
            return file.getParent();
          }
        } catch (NoSuchFileException _) {
          // Closed since it was listed.
          continue;
        }
      }
    }
    throw new IOException("process " + process.pid() + " has no software RDMA open");
  }
}
