package org.sealane.deploy.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileAttributes;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.NtStatus;

/** Reads, writes and lists whole files of one share. Blocks. Any thread may call. */
public final class VolumeFiles {
  /** Bytes of one read or write: large enough that a round trip costs little beside it. */
  private static final int CHUNK_BYTES = 1 << 20;

  /** Reads or writes of one transfer under way: enough to fill a lane, bounded in memory. */
  private static final int DEPTH = 4;

  /** Entries that a listing may have; a larger directory is refused, not cut short. */
  private static final int ENTRIES_MAX = 100_000;

  private static final int ENTRIES_AT_A_TIME = 512;

  private final ShareBackend share;
  private final Caller caller;

  /** Acts on {@code share}, which stays the caller's, for {@code caller}. */
  public VolumeFiles(ShareBackend share, Caller caller) {
    this.share = share;
    this.caller = caller;
  }

  /**
   * Writes a file, whole or not at all: under a name of its own until every byte is durable, then
   * in place of what was there. Missing directories above it are made.
   *
   * @param content read to its end, not closed
   * @return how many bytes it has
   */
  public long write(SharePath path, InputStream content) throws ShareException, IOException {
    if (path.isRoot()) {
      throw new ShareException(NtStatus.FILE_IS_A_DIRECTORY, "the root is a directory");
    }
    makeDirectories(path.parent());
    SharePath part =
        VolumePath.child(
            path.parent(), "." + UUID.randomUUID().toString().replace("-", "") + ".part");
    try (ShareOpen open = create(part)) {
      try {
        long bytes = copy(content, open);
        open.flush();
        open.setInformation(new FileChange.Rename(path, true));
        return bytes;
      } catch (ShareException | IOException | RuntimeException e) {
        discard(open, e);
        throw e;
      }
    }
  }

  private static void discard(ShareOpen open, Exception because) {
    try {
      open.setInformation(new FileChange.Disposition(true));
    } catch (ShareException e) {
      // The volume may be out of reach; what it was about matters more.
      because.addSuppressed(e);
    }
  }

  /**
   * Whatever has this name is this file: it was made when the answer to the same CREATE was lost
   * with the owner that gave it.
   */
  private ShareOpen create(SharePath part) throws ShareException {
    return share.create(
        new CreateParameters(
            part,
            AccessMask.FILE_WRITE_DATA | AccessMask.FILE_WRITE_ATTRIBUTES | AccessMask.DELETE,
            FileAttributes.NORMAL,
            CreateParameters.SHARE_ALL,
            CreateDisposition.OVERWRITE_IF,
            CreateOptions.NON_DIRECTORY_FILE),
        caller);
  }

  private void makeDirectories(SharePath directory) throws ShareException {
    for (int depth = 1; depth <= directory.components().size(); depth++) {
      SharePath ancestor = new SharePath(directory.components().subList(0, depth));
      share
          .create(
              new CreateParameters(
                  ancestor,
                  AccessMask.FILE_READ_ATTRIBUTES,
                  FileAttributes.DIRECTORY,
                  CreateParameters.SHARE_ALL,
                  CreateDisposition.OPEN_IF,
                  CreateOptions.DIRECTORY_FILE),
              caller)
          .close();
    }
  }

  private static long copy(InputStream content, ShareOpen open) throws ShareException, IOException {
    Deque<byte[]> spare = new ArrayDeque<>();
    long offset = 0;
    try (Pipeline<byte[]> writes = new Pipeline<>(DEPTH)) {
      while (true) {
        if (writes.isFull()) {
          spare.add(writes.take());
        }
        byte[] chunk = spare.isEmpty() ? new byte[CHUNK_BYTES] : spare.remove();
        int length = content.readNBytes(chunk, 0, chunk.length);
        if (length > 0) {
          long at = offset;
          writes.begin(() -> {
            open.write(at, MemorySegment.ofArray(chunk).asSlice(0, length), false);
            return chunk;
          });
          offset += length;
        }
        if (length < chunk.length) {
          break;
        }
      }
      while (!writes.isEmpty()) {
        writes.take();
      }
    }
    return offset;
  }

  /** Opens a file to read it whole. The caller closes the result. */
  public Reader open(SharePath path) throws ShareException {
    ShareOpen open =
        share.create(
            new CreateParameters(
                path,
                AccessMask.FILE_READ_DATA | AccessMask.FILE_READ_ATTRIBUTES,
                FileAttributes.NORMAL,
                CreateParameters.SHARE_ALL,
                CreateDisposition.OPEN,
                CreateOptions.NON_DIRECTORY_FILE),
            caller);
    try {
      return new Reader(open, open.information().endOfFile());
    } catch (ShareException | RuntimeException e) {
      open.close();
      throw e;
    }
  }

  /** A file that is read once from start to end. */
  public static final class Reader implements AutoCloseable {
    private final ShareOpen open;
    private final long lengthBytes;

    private Reader(ShareOpen open, long lengthBytes) {
      this.open = open;
      this.lengthBytes = lengthBytes;
    }

    /** Its length when it was opened; as many bytes are read. */
    public long lengthBytes() {
      return lengthBytes;
    }

    /** Writes all of it to {@code out}; fails if the file has become shorter meanwhile. */
    public void transferTo(OutputStream out) throws ShareException, IOException {
      try (Pipeline<byte[]> reads = new Pipeline<>(DEPTH)) {
        long next = 0;
        while (next < lengthBytes || !reads.isEmpty()) {
          if (next < lengthBytes && !reads.isFull()) {
            long offset = next;
            int length = (int) Math.min(CHUNK_BYTES, lengthBytes - offset);
            reads.begin(() -> readFully(offset, length));
            next += length;
          } else {
            out.write(reads.take());
          }
        }
      }
    }

    private byte[] readFully(long offset, int length) throws ShareException {
      byte[] bytes = new byte[length];
      MemorySegment into = MemorySegment.ofArray(bytes);
      int done = 0;
      while (done < length) {
        done += open.read(offset + done, into.asSlice(done));
      }
      return bytes;
    }

    @Override
    public void close() throws ShareException {
      open.close();
    }
  }

  /** The entries of a directory, or the one file that {@code path} names, by name. */
  public List<FileInformation> list(SharePath path) throws ShareException {
    try (ShareOpen open =
        share.create(
            new CreateParameters(
                path,
                AccessMask.FILE_READ_DATA | AccessMask.FILE_READ_ATTRIBUTES,
                FileAttributes.NORMAL,
                CreateParameters.SHARE_ALL,
                CreateDisposition.OPEN,
                0),
            caller)) {
      FileInformation self = open.information();
      if (!self.isDirectory()) {
        return List.of(self);
      }
      List<FileInformation> entries = new ArrayList<>();
      List<FileInformation> some;
      do {
        some = open.queryDirectory("*", false, ENTRIES_AT_A_TIME);
        entries.addAll(some);
        if (entries.size() > ENTRIES_MAX) {
          throw new ShareException(
              NtStatus.INSUFFICIENT_RESOURCES, "more than " + ENTRIES_MAX + " entries");
        }
      } while (!some.isEmpty());
      entries.removeIf(entry -> entry.name().equals(".") || entry.name().equals(".."));
      entries.sort(java.util.Comparator.comparing(FileInformation::name));
      return entries;
    }
  }

  /** Deletes a file or an empty directory. */
  public void delete(SharePath path) throws ShareException {
    try (ShareOpen open =
        share.create(
            new CreateParameters(
                path,
                AccessMask.DELETE,
                FileAttributes.NORMAL,
                CreateParameters.SHARE_ALL,
                CreateDisposition.OPEN,
                0),
            caller)) {
      open.setInformation(new FileChange.Disposition(true));
    }
  }
}
