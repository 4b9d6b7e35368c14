package org.sealane.smb.share;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An anchor that is a path, for systems without the calls of {@link LinuxAnchor}. Each step is
 * checked not to be a symbolic link; a local process that puts one there between check and use is
 * not defended against, so such a process must not be able to write to the tree.
 */
final class PathAnchor implements Anchor {
  private static final String UNIX_ATTRIBUTES =
      "unix:dev,ino,mode,nlink,size,lastAccessTime,lastModifiedTime,ctime,creationTime";

  /** Allocation is not told by the JDK; sizes are rounded up to this. */
  private static final int BLOCK_BYTES = 4096;

  /** Changes only under the share's lock. */
  private volatile Path path;

  private PathAnchor(Path path) {
    this.path = path;
  }

  static PathAnchor ofRoot(Path root) throws IOException {
    return requireDirectory(new PathAnchor(root.toRealPath()));
  }

  private static PathAnchor requireDirectory(PathAnchor anchor) throws IOException {
    if (!anchor.status().isDirectory()) {
      throw new NotDirectoryException(anchor.path.toString());
    }
    return anchor;
  }

  /** The locale may lack the characters of a name. */
  private Path child(String name) throws IOException {
    try {
      return path.resolve(name);
    } catch (InvalidPathException e) {
      throw new PosixException(e.getMessage(), Errno.EILSEQ);
    }
  }

  @Override
  public PathAnchor again() {
    return new PathAnchor(path);
  }

  @Override
  public PathAnchor open(String name) throws IOException {
    PathAnchor opened = new PathAnchor(child(name));
    opened.status();
    return opened;
  }

  @Override
  public PathAnchor openDirectory(String name) throws IOException {
    return requireDirectory(new PathAnchor(child(name)));
  }

  @Override
  public FileStatus status() throws IOException {
    return statusOf(path);
  }

  @Override
  public FileStatus status(String name) throws IOException {
    return statusOf(child(name));
  }

  private static FileStatus statusOf(Path file) throws IOException {
    Map<String, Object> found =
        Files.readAttributes(file, UNIX_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    long size = (long) found.get("size");
    return new FileStatus(
        new FileKey((long) found.get("dev"), (long) found.get("ino")),
        FileStatus.kindOf((int) found.get("mode")),
        size,
        Math.ceilDiv(size, BLOCK_BYTES) * BLOCK_BYTES,
        BLOCK_BYTES,
        (int) found.get("nlink"),
        ((FileTime) found.get("lastAccessTime")).toInstant(),
        ((FileTime) found.get("lastModifiedTime")).toInstant(),
        ((FileTime) found.get("ctime")).toInstant(),
        Optional.of(((FileTime) found.get("creationTime")).toInstant()));
  }

  @Override
  public NameStream names() throws IOException {
    return new PathNameStream(Files.newDirectoryStream(path));
  }

  @Override
  public void createFile(String name) throws IOException {
    Files.createFile(child(name));
  }

  @Override
  public void createDirectory(String name) throws IOException {
    Files.createDirectory(child(name));
  }

  @Override
  public void delete(String name, FileStatus.Kind kind) throws IOException {
    Files.delete(child(name));
  }

  @Override
  public void move(String name, Anchor to, String toName, boolean replace) throws IOException {
    Path target = ((PathAnchor) to).child(toName);
    if (!replace && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    Files.move(child(name), target, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void renamed(Anchor parent, String name) throws IOException {
    path = ((PathAnchor) parent).child(name);
  }

  @Override
  public FileChannel channel(Set<OpenOption> options) throws IOException {
    Set<OpenOption> all = new HashSet<>(options);
    all.add(LinkOption.NOFOLLOW_LINKS);
    return FileChannel.open(path, all);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public void resize(FileChannel channel, long bytes) throws IOException {
    if (bytes <= channel.size()) {
      channel.truncate(bytes);
    } else {
      channel.write(ByteBuffer.allocate(1), bytes - 1);
    }
  }

  @Override
  public void reserve(long bytes) {
    // The JDK has no call for it, and a reservation is a hint.
  }

  @Override
  public void synchronize() throws IOException {
    try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  @Override
  public void setTimes(Optional<Instant> lastAccess, Optional<Instant> lastWrite)
      throws IOException {
    Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(
            lastWrite.map(FileTime::from).orElse(null),
            lastAccess.map(FileTime::from).orElse(null),
            null);
  }

  @Override
  public Optional<byte[]> attribute() throws IOException {
    return attributeOf(path);
  }

  @Override
  public Optional<byte[]> attribute(String name) throws IOException {
    return attributeOf(child(name));
  }

  private static Optional<byte[]> attributeOf(Path file) throws IOException {
    Optional<UserDefinedFileAttributeView> view = view(file);
    if (view.isEmpty() || !view.get().list().contains(localName())) {
      return Optional.empty();
    }
    ByteBuffer value = ByteBuffer.allocate(DosAttributes.XATTR_BYTES_MAX);
    view.get().read(localName(), value);
    byte[] bytes = new byte[value.flip().remaining()];
    value.get(bytes);
    return Optional.of(bytes);
  }

  @Override
  public boolean setAttribute(byte[] value) throws IOException {
    Optional<UserDefinedFileAttributeView> view = view(path);
    if (view.isPresent()) {
      view.get().write(localName(), ByteBuffer.wrap(value));
    }
    return view.isPresent();
  }

  private static Optional<UserDefinedFileAttributeView> view(Path file) throws IOException {
    if (!Files.getFileStore(file).supportsFileAttributeView(UserDefinedFileAttributeView.class)) {
      return Optional.empty();
    }
    return Optional.of(
        Files.getFileAttributeView(
            file, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS));
  }

  /** The view adds the name space of the system by itself. */
  private static String localName() {
    return DosAttributes.XATTR_NAME.replaceFirst("^user\\.", "");
  }

  @Override
  public void close() {
    // A path holds nothing.
  }

  /** Names of a directory stream, which it owns. */
  private record PathNameStream(DirectoryStream<Path> stream, Iterator<Path> paths)
      implements NameStream {
    PathNameStream(DirectoryStream<Path> stream) {
      this(stream, stream.iterator());
    }

    @Override
    public Optional<String> next() throws IOException {
      try {
        return paths.hasNext()
            ? Optional.of(paths.next().getFileName().toString())
            : Optional.empty();
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }

    @Override
    public void close() {
      try {
        stream.close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }
}
