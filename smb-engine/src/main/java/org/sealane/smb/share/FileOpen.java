package org.sealane.smb.share;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealane.smb.wire.NtStatus;

/** An open of a regular file. */
final class FileOpen extends DirectoryShareOpen {
  private static final int READS = AccessMask.FILE_READ_DATA | AccessMask.FILE_EXECUTE;
  private static final int WRITES = AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA;

  private final Object channelLock = new Object();
  private Optional<FileChannel> channel;

  /**
   * @param channel with {@link #optionsFor} the granted access; made when needed if empty
   */
  FileOpen(
      DirectoryShare share,
      Anchor anchor,
      FileKey key,
      SharePath path,
      Grant grant,
      Optional<FileChannel> channel) {
    super(share, anchor, key, path, grant);
    this.channel = channel;
  }

  static Set<OpenOption> optionsFor(int access) {
    return (access & WRITES) != 0
        ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE)
        : Set.of(StandardOpenOption.READ);
  }

  @Override
  public int read(long offset, MemorySegment into) throws ShareException {
    return using(() -> {
      requireGranted(READS);
      requireRange(offset, into.byteSize());
      locks().requireReadable(this, offset, into.byteSize());
      if (into.byteSize() == 0) {
        return 0;
      }
      long count = onChannel(open -> FileBytes.read(open, offset, into));
      if (count == 0) {
        throw wrong(NtStatus.END_OF_FILE, "nothing at " + offset);
      }
      return Math.toIntExact(count);
    });
  }

  @Override
  public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
    using(() -> {
      requireGranted(WRITES);
      requireRange(offset, from.byteSize());
      locks().requireWritable(this, offset, from.byteSize());
      onChannel(open -> {
        requireAppend(open, offset);
        FileBytes.write(open, offset, from);
        return null;
      });
      modified(WatchRequest.SIZE | WatchRequest.LAST_WRITE);
      if (writeThrough || writeThrough()) {
        onChannel(FileOpen::forceData);
        share.synchronizeEntries(this);
      }
      return null;
    });
  }

  private static Void forceData(FileChannel open) throws IOException {
    open.force(false);
    return null;
  }

  /** An open that may only append must not write over what is there. */
  private void requireAppend(FileChannel open, long offset) throws IOException, ShareException {
    boolean appendsOnly = (claim().access() & WRITES) == AccessMask.FILE_APPEND_DATA;
    if (appendsOnly && offset < open.size()) {
      throw wrong(NtStatus.ACCESS_DENIED, "this open may only append");
    }
  }

  @Override
  public void flush() throws ShareException {
    using(() -> {
      onChannel(open -> {
        open.force(true);
        return null;
      });
      share.synchronizeEntries(this);
      return null;
    });
  }

  @Override
  public List<FileInformation> queryDirectory(String pattern, boolean restart, int limit)
      throws ShareException {
    return using(() -> {
      throw wrong(NtStatus.INVALID_PARAMETER, "not a directory");
    });
  }

  @Override
  public List<Extent> allocatedRanges(long offset, long length) throws ShareException {
    return using(() -> {
      requireGranted(READS);
      requireRange(offset, length);
      return onChannel(open -> SparseFile.dataExtents(anchor.path(), open, offset, length));
    });
  }

  @Override
  public void zero(long offset, long length) throws ShareException {
    using(() -> {
      requireGranted(AccessMask.FILE_WRITE_DATA);
      requireRange(offset, length);
      locks().requireWritable(this, offset, length);
      onChannel(open -> {
        long inside = inside(open, offset, length);
        SparseFile.zero(anchor.path(), open, offset, inside);
        return null;
      });
      modified(WatchRequest.SIZE | WatchRequest.LAST_WRITE);
      return null;
    });
  }

  @Override
  public void trim(long offset, long length) throws ShareException {
    using(() -> {
      requireGranted(AccessMask.FILE_WRITE_DATA);
      requireRange(offset, length);
      locks().requireWritable(this, offset, length);
      onChannel(open -> SparseFile.trim(anchor.path(), offset, inside(open, offset, length)));
      modified(WatchRequest.SIZE | WatchRequest.LAST_WRITE);
      return null;
    });
  }

  @Override
  public Changes changes(WatchRequest watch) throws ShareException {
    return using(() -> {
      throw wrong(NtStatus.INVALID_PARAMETER, "not a directory");
    });
  }

  @Override
  public CacheGrant cache(CacheRequest asked) throws ShareException {
    return using(() -> share.cache(this, asked));
  }

  @Override
  public void lock(List<RangeLock> wanted) throws ShareException {
    using(() -> {
      requireGranted(READS | WRITES);
      locks().lock(this, wanted);
      changed();
      return null;
    });
  }

  @Override
  public void unlock(List<ByteRange> ranges) throws ShareException {
    using(() -> {
      locks().unlock(this, ranges);
      return null;
    });
  }

  /** How much of the range lies before the file's end; neither zero nor trim makes it longer. */
  private static long inside(FileChannel open, long offset, long length) throws IOException {
    return Math.clamp(open.size() - offset, 0, length);
  }

  /** The content is another: tells who caches it, and who watches its directory. */
  private void modified(int kinds) {
    changed();
    share.modified(this, kinds);
  }

  @Override
  void setEndOfFile(long bytes) throws ShareException, IOException {
    requireGranted(AccessMask.FILE_WRITE_DATA);
    requireRange(bytes, 0);
    onChannel(open -> {
      anchor.resize(open, bytes);
      return null;
    });
    modified(WatchRequest.SIZE | WatchRequest.LAST_WRITE);
  }

  @Override
  void setAllocation(long bytes) throws ShareException, IOException {
    requireGranted(AccessMask.FILE_WRITE_DATA);
    requireRange(bytes, 0);
    onChannel(open -> {
      if (bytes < open.size()) {
        anchor.resize(open, bytes);
      } else if (bytes > 0) {
        anchor.reserve(bytes);
      }
      return null;
    });
    modified(WatchRequest.SIZE | WatchRequest.LAST_WRITE);
  }

  @Override
  void setSparse(boolean sparse) throws ShareException, IOException {
    requireGranted(WRITES | AccessMask.FILE_WRITE_ATTRIBUTES);
    share.setSparse(this, sparse);
  }

  private static void requireRange(long offset, long length) throws ShareException {
    if (offset < 0 || length < 0 || offset > Long.MAX_VALUE - length) {
      throw wrong(NtStatus.INVALID_PARAMETER, "range from " + offset + " of " + length);
    }
  }

  /** What is done with the channel; must give the same result when it is done again. */
  @FunctionalInterface
  private interface ChannelUse<T> {
    T run(FileChannel open) throws IOException, ShareException;
  }

  /**
   * An interrupt of a thread inside a channel closes it for all. This thread's own ends the
   * operation; another's does not, since the anchor still leads to the file.
   */
  private <T> T onChannel(ChannelUse<T> use) throws IOException, ShareException {
    while (true) {
      FileChannel open = channel();
      try {
        return use.run(open);
      } catch (ClosedByInterruptException e) {
        throw new ShareException(NtStatus.CANCELLED, "interrupted", e);
      } catch (ClosedChannelException e) {
        if (open.isOpen()) {
          throw e;
        }
      }
    }
  }

  private FileChannel channel() throws IOException {
    synchronized (channelLock) {
      if (channel.isEmpty() || !channel.get().isOpen()) {
        channel = Optional.of(anchor.channel(optionsFor(claim().access())));
      }
      return channel.get();
    }
  }

  @Override
  void closeContent() throws IOException {
    synchronized (channelLock) {
      if (channel.isPresent()) {
        channel.get().close();
      }
    }
  }
}
