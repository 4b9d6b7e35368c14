package org.sealane.deploy.admin;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import org.sealane.cluster.ownership.BackingException;
import org.sealane.cluster.ownership.BackingMarker;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.admin.AdminRoute.Method;

/** What a new volume or disk needs on the node that will have it; only below the node's roots. */
public final class StorageRoutes {
  public static final String BACKING = "/v1/backing";
  public static final String BACKING_PROOF = "/v1/backing-proof";
  public static final String BACKING_WITHDRAWAL = "/v1/backing-withdrawal";
  public static final String DISK_FILE = "/v1/disk-file";

  private final UUID clusterId;
  private final List<Path> roots;

  /**
   * @param roots directories below which this node serves
   */
  public StorageRoutes(UUID clusterId, List<Path> roots) {
    this.clusterId = clusterId;
    this.roots = List.copyOf(roots);
  }

  public List<AdminRoute> routes() {
    return List.of(
        AdminRoute.change(Method.POST, BACKING, on(BackingMarker::create)),
        AdminRoute.change(Method.POST, BACKING_PROOF, on(BackingMarker::prove)),
        AdminRoute.change(Method.POST, BACKING_WITHDRAWAL, on(BackingMarker::withdraw)),
        AdminRoute.change(Method.POST, DISK_FILE, this::prepareDiskFile));
  }

  /** What is done to a volume's marker. */
  @FunctionalInterface
  private interface MarkerWork {
    void on(Path directory, List<Path> roots, UUID clusterId, UUID volume) throws BackingException;
  }

  private AdminRoute.Handler on(MarkerWork work) {
    return request -> {
      DocumentMessages.Backing backing = request.json(DocumentMessages.Backing.class);
      try {
        work.on(path(backing.path()), roots, clusterId, UUID.fromString(backing.volume()));
        return new AdminReply.Value(backing);
      } catch (BackingException | IllegalArgumentException e) {
        throw new AdminException(Kind.INVALID, e.getMessage(), e);
      }
    };
  }

  private AdminReply prepareDiskFile(AdminRequest request) throws AdminException, IOException {
    DocumentMessages.DiskFile file = request.json(DocumentMessages.DiskFile.class);
    Path path = path(file.path());
    if (roots.stream().noneMatch(path::startsWith)) {
      throw new AdminException(
          Kind.INVALID, path + " is not below a root of this node; its roots are " + roots);
    }
    if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
      make(path, file.sizeBytes());
    }
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      long bytes = channel.size();
      if (bytes == 0 || (file.sizeBytes() != null && file.sizeBytes() != bytes)) {
        throw new AdminException(
            Kind.CONFLICT, path + " has " + bytes + " bytes, not " + file.sizeBytes());
      }
      return new AdminReply.Value(new DocumentMessages.DiskSize(bytes));
    } catch (IOException e) {
      throw new AdminException(Kind.INVALID, path + " can not be opened: " + e.getMessage(), e);
    }
  }

  /** A sparse file: its space is taken as it is written. */
  private static void make(Path path, Long sizeBytes) throws AdminException {
    if (sizeBytes == null || sizeBytes <= 0) {
      throw new AdminException(
          Kind.ABSENT, path + " does not exist; make it, or give --size to have it made");
    }
    try {
      Files.createFile(path);
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.setLength(sizeBytes);
        file.getFD().sync();
      }
    } catch (IOException e) {
      throw new AdminException(Kind.INVALID, path + " can not be made: " + e, e);
    }
  }

  private static Path path(String text) throws AdminException {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw new AdminException(Kind.INVALID, "'" + text + "' is not a path", e);
    }
    throw new AdminException(Kind.INVALID, "'" + text + "' is not an absolute path");
  }
}
