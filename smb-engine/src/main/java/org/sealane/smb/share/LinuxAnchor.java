package org.sealane.smb.share;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * An anchor that is an O_PATH descriptor: it names the file itself, whatever becomes of its name,
 * and costs no access to it. What needs a path goes through {@code /proc/self/fd}, whose entries
 * lead to the file itself, too.
 */
final class LinuxAnchor implements Anchor {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final int FILE_MODE = 0_666;
  private static final int DIRECTORY_MODE = 0_777;

  private final int descriptor;

  private LinuxAnchor(int descriptor) {
    this.descriptor = descriptor;
  }

  static boolean available() {
    return PosixFile.available() && Files.isDirectory(DESCRIPTORS);
  }

  static LinuxAnchor ofRoot(Path root) throws IOException {
    int flags = PosixFile.O_PATH | PosixFile.O_DIRECTORY;
    return new LinuxAnchor(PosixFile.open(root.toAbsolutePath().toString(), flags));
  }

  @Override
  public LinuxAnchor again() throws IOException {
    return new LinuxAnchor(PosixFile.open(path().toString(), PosixFile.O_PATH));
  }

  @Override
  public LinuxAnchor open(String name) throws IOException {
    return new LinuxAnchor(openAt(name, PosixFile.O_PATH));
  }

  @Override
  public LinuxAnchor openDirectory(String name) throws IOException {
    return new LinuxAnchor(openAt(name, PosixFile.O_PATH | PosixFile.O_DIRECTORY));
  }

  private int openAt(String name, int flags) throws IOException {
    return PosixFile.openAt(descriptor, name, flags | PosixFile.O_NOFOLLOW, 0);
  }

  @Override
  public FileStatus status() throws IOException {
    return PosixFile.status(descriptor, "");
  }

  @Override
  public FileStatus status(String name) throws IOException {
    return PosixFile.status(descriptor, name);
  }

  @Override
  public NameStream names() throws IOException {
    return new LinuxNameStream(openAt(".", PosixFile.O_RDONLY | PosixFile.O_DIRECTORY));
  }

  @Override
  public void createFile(String name) throws IOException {
    int flags = PosixFile.O_CREAT | PosixFile.O_EXCL | PosixFile.O_RDWR | PosixFile.O_NOFOLLOW;
    PosixFile.close(PosixFile.openAt(descriptor, name, flags, FILE_MODE));
  }

  @Override
  public void createDirectory(String name) throws IOException {
    PosixFile.makeDirectoryAt(descriptor, name, DIRECTORY_MODE);
  }

  @Override
  public void delete(String name, FileStatus.Kind kind) throws IOException {
    int flags = kind == FileStatus.Kind.DIRECTORY ? PosixFile.AT_REMOVEDIR : 0;
    PosixFile.unlinkAt(descriptor, name, flags);
  }

  @Override
  public void move(String name, Anchor to, String toName, boolean replace) throws IOException {
    int toDescriptor = ((LinuxAnchor) to).descriptor;
    int flags = replace ? 0 : PosixFile.RENAME_NOREPLACE;
    try {
      PosixFile.renameAt(descriptor, name, toDescriptor, toName, flags);
    } catch (PosixException e) {
      // Some file systems know no flags; the share's own lock then keeps its clients apart.
      if (replace || e.errno() != Errno.EINVAL) {
        throw e;
      }
      PosixFile.renameAt(descriptor, name, toDescriptor, toName, 0);
    }
  }

  @Override
  public void renamed(Anchor parent, String name) {
    // A descriptor stays with its file.
  }

  @Override
  public FileChannel channel(Set<OpenOption> options) throws IOException {
    return FileChannel.open(path(), options);
  }

  @Override
  public Path path() {
    return DESCRIPTORS.resolve(Integer.toString(descriptor));
  }

  @Override
  public void resize(FileChannel channel, long bytes) throws IOException {
    PosixFile.truncate(path().toString(), bytes);
  }

  @Override
  public void reserve(long bytes) throws IOException {
    int writable = PosixFile.open(path().toString(), PosixFile.O_RDWR);
    try {
      PosixFile.allocate(writable, PosixFile.FALLOC_FL_KEEP_SIZE, 0, bytes);
    } catch (PosixException e) {
      // A reservation is a hint, so a file system that has none loses nothing.
      if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.ENOSYS) {
        throw e;
      }
    } finally {
      PosixFile.close(writable);
    }
  }

  @Override
  public void synchronize() throws IOException {
    int readable = openAt(".", PosixFile.O_RDONLY | PosixFile.O_DIRECTORY);
    try {
      PosixFile.synchronize(readable);
    } finally {
      PosixFile.close(readable);
    }
  }

  @Override
  public void setTimes(Optional<Instant> lastAccess, Optional<Instant> lastWrite)
      throws IOException {
    long[] times = new long[4];
    put(times, 0, lastAccess);
    put(times, 2, lastWrite);
    PosixFile.setTimes(path().toString(), times);
  }

  private static void put(long[] times, int index, Optional<Instant> time) {
    times[index] = time.map(Instant::getEpochSecond).orElse(0L);
    times[index + 1] = time.map(t -> (long) t.getNano()).orElse(PosixFile.UTIME_OMIT);
  }

  @Override
  public Optional<byte[]> attribute() throws IOException {
    return PosixFile.attribute(path().toString(), PosixFile.Links.FOLLOWED);
  }

  @Override
  public Optional<byte[]> attribute(String name) throws IOException {
    return PosixFile.attribute(path() + "/" + name, PosixFile.Links.NOT_FOLLOWED);
  }

  @Override
  public boolean setAttribute(byte[] value) throws IOException {
    try {
      PosixFile.setAttribute(path().toString(), value);
      return true;
    } catch (PosixException e) {
      if (e.errno() == Errno.EOPNOTSUPP) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    PosixFile.close(descriptor);
  }
}
