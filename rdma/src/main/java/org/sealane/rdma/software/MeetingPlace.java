package org.sealane.rdma.software;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.sealane.rdma.verbs.VerbsException;

/**
 * The directory in which processes find each other: one below it for each process, and a unix
 * socket for each address that is listened on. What a process leaves behind when it is killed is
 * removed by the next that comes; a file lock tells which process is alive.
 */
final class MeetingPlace {
  private static final String LOCK = "lock";
  private static final String LISTENER_PREFIX = "at-";
  private static final String LOCK_SUFFIX = ".lock";
  private static final Pattern INSTANCE = Pattern.compile("p[0-9a-f-]{36}");
  private static final int FIRST_FREE_PORT = 32_768;
  private static final int LAST_FREE_PORT = 60_999;
  private static final int FREE_PORT_TRIES = 200;

  /** Locks between processes do not hold between threads of one. */
  private static final Object IN_PROCESS = new Object();

  private final Path root;

  MeetingPlace(Path root) {
    this.root = root;
  }

  /** A live process's directory; closing it removes it. */
  record Instance(String name, Path directory, FileChannel lock) implements AutoCloseable {
    @Override
    public void close() {
      removeAll(directory);
      closeQuietly(lock);
    }
  }

  /** A bound address; closing it removes it. */
  record Bound(InetSocketAddress address, ServerSocketChannel socket, Path file, FileChannel lock)
      implements AutoCloseable {
    @Override
    public void close() {
      closeQuietly(socket);
      remove(file);
      remove(lockOf(file));
      closeQuietly(lock);
    }
  }

  /** Makes this process's directory, and removes those of dead ones. */
  Instance enter() throws IOException {
    return alone(() -> {
      removeDead();
      String name = "p" + UUID.randomUUID();
      Path directory = Files.createDirectory(root.resolve(name));
      return new Instance(name, directory, tryLock(directory.resolve(LOCK)).orElseThrow());
    });
  }

  /** The directory of a peer that says it has this name. */
  Path instance(String name) throws IOException {
    if (!INSTANCE.matcher(name).matches()) {
      throw new IOException("no process has such a name");
    }
    return root.resolve(name);
  }

  /** Binds an address; port 0 picks one. */
  Bound bind(InetSocketAddress address) throws IOException {
    return alone(() -> {
      if (address.getPort() != 0) {
        return tryBind(address)
            .orElseThrow(() ->
                new VerbsException(
                    VerbsException.Kind.ADDRESS_IN_USE,
                    "can not listen on " + text(address) + ": address already in use"));
      }
      for (int i = 0; i < FREE_PORT_TRIES; i++) {
        int port = ThreadLocalRandom.current().nextInt(FIRST_FREE_PORT, LAST_FREE_PORT + 1);
        Optional<Bound> bound = tryBind(new InetSocketAddress(address.getAddress(), port));
        if (bound.isPresent()) {
          return bound.get();
        }
      }
      throw new VerbsException(VerbsException.Kind.EXHAUSTED, "no free port found");
    });
  }

  /** The socket of who listens on an address, on it alone or on all of this host. */
  UnixDomainSocketAddress find(InetSocketAddress address) throws IOException {
    InetAddress host = address.getAddress();
    if (host == null
        || !(host.isLoopbackAddress()
            || host.isAnyLocalAddress()
            || NetworkInterface.getByInetAddress(host) != null)) {
      throw new VerbsException(
          VerbsException.Kind.UNREACHABLE,
          "can not connect to " + text(address) + ": software RDMA stays within one host");
    }
    for (String name : List.of(host.getHostAddress(), "0.0.0.0", "0:0:0:0:0:0:0:0")) {
      Path file = listenerFile(name, address.getPort());
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return UnixDomainSocketAddress.of(file);
      }
    }
    throw new VerbsException(
        VerbsException.Kind.REFUSED, "can not connect to " + text(address) + ": nobody listens");
  }

  static String text(InetSocketAddress address) {
    return address.isUnresolved()
        ? address.getHostString() + ":" + address.getPort()
        : address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  private Optional<Bound> tryBind(InetSocketAddress address) throws IOException {
    Path file = listenerFile(address.getAddress().getHostAddress(), address.getPort());
    Optional<FileChannel> lock = tryLock(lockOf(file));
    if (lock.isEmpty()) {
      return Optional.empty();
    }
    Files.deleteIfExists(file);
    ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      socket.bind(UnixDomainSocketAddress.of(file));
      socket.configureBlocking(false);
      return Optional.of(new Bound(address, socket, file, lock.get()));
    } catch (IOException e) {
      closeQuietly(socket);
      closeQuietly(lock.get());
      throw e;
    }
  }

  private Path listenerFile(String host, int port) {
    return root.resolve(LISTENER_PREFIX + host.replace('%', '_') + "-" + port);
  }

  private static Path lockOf(Path file) {
    return file.resolveSibling(file.getFileName() + LOCK_SUFFIX);
  }

  private void removeDead() throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (INSTANCE.matcher(name).matches()) {
          removeIfDead(entry, entry.resolve(LOCK));
        } else if (name.startsWith(LISTENER_PREFIX) && !name.endsWith(LOCK_SUFFIX)) {
          removeIfDead(entry, lockOf(entry));
        }
      }
    }
  }

  private static void removeIfDead(Path entry, Path lockFile) throws IOException {
    Optional<FileChannel> lock = tryLock(lockFile);
    if (lock.isPresent()) {
      removeAll(entry);
      remove(lockFile);
      closeQuietly(lock.get());
    }
  }

  @FunctionalInterface
  private interface Work<T> {
    T run() throws IOException;
  }

  /** Runs while no other thread or process does. */
  private <T> T alone(Work<T> work) throws IOException {
    synchronized (IN_PROCESS) {
      createRoot();
      try (FileChannel channel = openLock(root.resolve(LOCK));
          FileLock held = channel.lock()) {
        if (!held.isValid()) {
          throw new IOException("the lock of " + root + " is not held");
        }
        return work.run();
      }
    }
  }

  private void createRoot() throws IOException {
    if (!Files.exists(root)) {
      Files.createDirectories(
          root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    String owner = Files.getOwner(root, LinkOption.NOFOLLOW_LINKS).getName();
    if (!owner.equals(System.getProperty("user.name"))) {
      throw new IOException(root + " belongs to " + owner);
    }
  }

  private static FileChannel openLock(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /** A locked channel, or nothing if somebody alive holds it. */
  private static Optional<FileChannel> tryLock(Path file) throws IOException {
    FileChannel channel = openLock(file);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return Optional.of(channel);
      }
    } catch (OverlappingFileLockException e) {
      // Another transport of this process holds it: as alive as any other.
      channel.close();
      return Optional.empty();
    }
    channel.close();
    return Optional.empty();
  }

  private static void removeAll(Path entry) {
    if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(entry)) {
        files.forEach(MeetingPlace::remove);
      } catch (IOException e) {
        LOG.debug("rdma software: {} not removed", entry, e);
      }
    }
    remove(entry);
  }

  static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("rdma software: {} not removed", file, e);
    }
  }

  static void closeQuietly(AutoCloseable open) {
    try {
      open.close();
    } catch (Exception e) {
      LOG.debug("rdma software: {} not closed in order", open, e);
    }
  }

  private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(MeetingPlace.class);
}
