package org.sealane.cluster.ownership;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.json.StrictJson;
import org.sealane.cluster.json.StrictObject;

/**
 * The file in a volume's directory that says which volume it holds, and under which owner epoch it
 * was owned last. It is made once, when the volume is created: a directory without it, such as a
 * mount point with nothing mounted, is never taken for the volume. Whoever owns the volume holds an
 * exclusive lock on it. It is written in place, since a lock belongs to the file and not to its
 * name; it is shorter than a disk's sector. Not thread-safe.
 */
public final class BackingMarker implements AutoCloseable {
  /** Its name in the volume's directory; not shown to users of the volume. */
  public static final String FILE_NAME = ".sealane-volume";

  private static final int FORMAT = 1;
  private static final int LENGTH_BYTES = 256;

  private final Path file;
  private final FileChannel channel;
  private final UUID clusterId;
  private final UUID volume;
  private long lastOwnerEpoch;

  private BackingMarker(Path file, FileChannel channel, UUID clusterId, UUID volume) {
    this.file = file;
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
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new BackingException(
          directory
              + " has no "
              + FILE_NAME
              + ": it does not hold volume "
              + volume
              + " (is its file system mounted?)");
    }
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw new BackingException(file + " can not be opened: " + e.getMessage(), e);
    }
    BackingMarker marker = new BackingMarker(file, channel, clusterId, volume);
    try {
      marker.lockAndRead();
      return marker;
    } catch (BackingException e) {
      marker.close();
      throw e;
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

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The descriptor is gone either way, and the lock with it.
      throw new UncheckedIOException(e);
    }
  }

  private void lockAndRead() throws BackingException {
    StrictObject json;
    try {
      if (channel.tryLock() == null) {
        throw locked();
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
      throw locked();
    } catch (MalformedJsonException e) {
      throw new BackingException(file + " is damaged: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new BackingException(file + " can not be read: " + e.getMessage(), e);
    }
  }

  private BackingException locked() {
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
