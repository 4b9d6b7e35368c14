package org.sealane.cluster.ownership;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.json.StrictJson;
import org.sealane.cluster.json.StrictObject;

/**
 * The file in a volume's directory that says which volume it holds, and under which owner epoch it
 * was owned last. It is made once, when the volume is created: a directory without it, such as a
 * mount point with nothing mounted, is never taken for the volume. Whoever owns the volume holds an
 * exclusive lock on it. It is written in place, since a lock belongs to the file and not to its
 * name; it is shorter than a disk's sector. A marker is not thread-safe; the static methods are.
 *
 * <p>The lock is the process's, and the kernel drops it when the process closes <em>any</em>
 * descriptor of the file. So a file that is claimed here is not opened again here.
 */
public final class BackingMarker implements AutoCloseable {
  /** Its name in the volume's directory; not shown to users of the volume. */
  public static final String FILE_NAME = ".sealane-volume";

  private static final int FORMAT = 1;
  private static final int LENGTH_BYTES = 256;

  /** Device and inode of every marker that this process has claimed; guarded by itself. */
  private static final Set<Object> CLAIMED = new HashSet<>();

  private final Path file;
  private final Object fileKey;
  private final FileChannel channel;
  private final UUID clusterId;
  private final UUID volume;
  private long lastOwnerEpoch;
  private boolean closed;

  private BackingMarker(
      Path file, Object fileKey, FileChannel channel, UUID clusterId, UUID volume) {
    this.file = file;
    this.fileKey = fileKey;
    this.channel = channel;
    this.clusterId = clusterId;
    this.volume = volume;
  }

  /**
   * Makes the marker, when a volume is created. The directory must be there, below one of {@code
   * roots}, and not hold another volume; one that this volume's marker is in already is fine.
   */
  public static void create(Path directory, List<Path> roots, UUID clusterId, UUID volume)
      throws BackingException {
    requireBelowRoots(directory, roots);
    Path file = directory.resolve(FILE_NAME);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      claim(directory, roots, clusterId, volume).close();
      return;
    }
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      write(channel, clusterId, volume, 0);
    } catch (IOException e) {
      throw new BackingException(file + " can not be made: " + e.getMessage(), e);
    }
  }

  /** Locks a volume's backing and checks that it is that volume's. Close it to unlock. */
  public static BackingMarker claim(Path directory, List<Path> roots, UUID clusterId, UUID volume)
      throws BackingException {
    requireBelowRoots(directory, roots);
    Path file = directory.resolve(FILE_NAME);
    synchronized (CLAIMED) {
      Object fileKey = fileKey(directory, volume);
      if (CLAIMED.contains(fileKey)) {
        throw locked(file);
      }
      FileChannel channel;
      try {
        channel =
            FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      } catch (IOException e) {
        throw new BackingException(file + " can not be opened: " + e.getMessage(), e);
      }
      BackingMarker marker = new BackingMarker(file, fileKey, channel, clusterId, volume);
      try {
        marker.lockAndRead();
        CLAIMED.add(fileKey);
        return marker;
      } catch (BackingException e) {
        marker.close();
        throw e;
      }
    }
  }

  /**
   * Shows that a directory is the one in which this volume's marker was made, on whatever node that
   * was; changes and locks nothing. Fails if the volume is owned already.
   */
  public static void prove(Path directory, List<Path> roots, UUID clusterId, UUID volume)
      throws BackingException {
    claim(directory, roots, clusterId, volume).close();
  }

  /**
   * Takes the marker of a volume away that was not created after all. Fails, and changes nothing,
   * if there is none, if it is another volume's, or if the volume was ever owned.
   */
  public static void withdraw(Path directory, List<Path> roots, UUID clusterId, UUID volume)
      throws BackingException {
    try (BackingMarker marker = claim(directory, roots, clusterId, volume)) {
      if (marker.lastOwnerEpoch() != 0) {
        throw new BackingException(marker.file + " stays: its volume was owned already");
      }
      Files.delete(marker.file);
    } catch (IOException e) {
      throw new BackingException(
          directory.resolve(FILE_NAME) + " can not be deleted: " + e.getMessage(), e);
    }
  }

  /** The owner epoch it was owned under last; 0 if never. */
  public long lastOwnerEpoch() {
    return lastOwnerEpoch;
  }

  /** Writes the epoch under which it is owned from now on, durably. */
  public void record(long ownerEpoch) throws BackingException {
    if (ownerEpoch < lastOwnerEpoch) {
      throw new BackingException(
          file + " was owned under epoch " + lastOwnerEpoch + ", which is above " + ownerEpoch);
    }
    try {
      write(channel, clusterId, volume, ownerEpoch);
      lastOwnerEpoch = ownerEpoch;
    } catch (IOException e) {
      throw new BackingException(file + " can not be written: " + e.getMessage(), e);
    }
  }

  /** Unlocks. Idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    synchronized (CLAIMED) {
      try {
        channel.close();
      } catch (IOException e) {
        // The descriptor is gone either way, and the lock with it.
        throw new UncheckedIOException(e);
      } finally {
        CLAIMED.remove(fileKey);
      }
    }
  }

  private static Object fileKey(Path directory, UUID volume) throws BackingException {
    Path file = directory.resolve(FILE_NAME);
    try {
      BasicFileAttributes found =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (found.isRegularFile()) {
        return found.fileKey();
      }
    } catch (NoSuchFileException e) {
      throw missing(directory, volume, e);
    } catch (IOException e) {
      throw new BackingException(file + " can not be looked at: " + e.getMessage(), e);
    }
    throw missing(directory, volume, null);
  }

  private static BackingException missing(Path directory, UUID volume, IOException cause) {
    return new BackingException(
        directory
            + " has no "
            + FILE_NAME
            + ": it does not hold volume "
            + volume
            + " (is its file system mounted?)",
        cause);
  }

  private void lockAndRead() throws BackingException {
    StrictObject json;
    try {
      if (channel.tryLock() == null) {
        throw locked(file);
      }
      ByteBuffer bytes = ByteBuffer.allocate(LENGTH_BYTES);
      int length = Math.max(channel.read(bytes, 0), 0);
      json = StrictJson.parse(Arrays.copyOf(bytes.array(), length));
      json.integer("format", FORMAT, FORMAT);
      UUID foundCluster = json.uuid("cluster");
      UUID foundVolume = json.uuid("volume");
      lastOwnerEpoch = json.integer("ownerEpoch", 0, Long.MAX_VALUE);
      json.end();
      if (!foundCluster.equals(clusterId) || !foundVolume.equals(volume)) {
        throw new BackingException(
            file
                + " is of volume "
                + foundVolume
                + " of cluster "
                + foundCluster
                + ", not of volume "
                + volume);
      }
    } catch (OverlappingFileLockException e) {
      throw locked(file);
    } catch (MalformedJsonException e) {
      throw new BackingException(file + " is damaged: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new BackingException(file + " can not be read: " + e.getMessage(), e);
    }
  }

  private static BackingException locked(Path file) {
    return new BackingException(file + " is locked: another process serves this volume");
  }

  private static void write(FileChannel channel, UUID clusterId, UUID volume, long ownerEpoch)
      throws IOException {
    ObjectNode json = StrictJson.object();
    json.put("format", FORMAT);
    json.put("cluster", clusterId.toString());
    json.put("volume", volume.toString());
    json.put("ownerEpoch", ownerEpoch);
    byte[] padded = new byte[LENGTH_BYTES];
    Arrays.fill(padded, (byte) ' ');
    byte[] text = StrictJson.bytes(json);
    System.arraycopy(text, 0, padded, 0, text.length);
    padded[LENGTH_BYTES - 1] = '\n';
    ByteBuffer bytes = ByteBuffer.wrap(padded);
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
    channel.force(true);
  }

  private static void requireBelowRoots(Path directory, List<Path> roots) throws BackingException {
    Path real;
    try {
      real = directory.toRealPath();
    } catch (IOException e) {
      throw new BackingException(directory + " is not there: " + e.getMessage(), e);
    }
    if (!Files.isDirectory(real)) {
      throw new BackingException(directory + " is not a directory");
    }
    for (Path root : roots) {
      try {
        if (real.startsWith(root.toRealPath())) {
          return;
        }
      } catch (IOException e) {
        // A root that is not there holds nothing.
        continue;
      }
    }
    throw new BackingException(
        directory + " is not below this node's roots " + roots + "; add it to 'roots'");
  }
}
