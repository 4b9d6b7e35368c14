package org.sealane.smb.share;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sealane.smb.wire.NtStatus;

/**
 * An open file or directory. Methods block; reads and writes may run concurrently, their order is
 * the caller's business. After {@link #close} each method fails with STATUS_FILE_CLOSED.
 */
public interface ShareOpen extends AutoCloseable {

  /** What {@code create} did. */
  CreateAction action();

  FileInformation information() throws ShareException;

  /**
   * Reads at {@code offset} into {@code into} and returns how many bytes, at least one; fails with
   * STATUS_END_OF_FILE at or past the end. {@code into} stays the caller's.
   */
  int read(long offset, MemorySegment into) throws ShareException;

  /**
   * Writes all of {@code from} at {@code offset}. With {@code writeThrough} it returns after the
   * data is durable. {@code from} stays the caller's and is not used after the return.
   */
  void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException;

  /** Returns when everything written before is durable. */
  void flush() throws ShareException;

  /**
   * Next entries of a directory, at most {@code limit}; empty when there are no more. Entries
   * {@code .} and {@code ..} come first where they match.
   *
   * @param pattern DOS wildcards {@code * ?} as [MS-FSCC] 2.1.4; fixed by the first call unless
   *     {@code restart}
   */
  List<FileInformation> queryDirectory(String pattern, boolean restart, int limit)
      throws ShareException;

  void setInformation(FileChange change) throws ShareException;

  /**
   * Extents that hold data within {@code offset .. offset + length}, in order,
   * FSCTL_QUERY_ALLOCATED_RANGES.
   */
  List<Extent> allocatedRanges(long offset, long length) throws ShareException;

  /** Makes the range read as zeros, freeing its storage where possible, FSCTL_SET_ZERO_DATA. */
  void zero(long offset, long length) throws ShareException;

  /** FSCTL_FILE_LEVEL_TRIM: the content of the range is no longer needed and may read as zeros. */
  void trim(long offset, long length) throws ShareException;

  /**
   * Locks ranges for this open, all or none, [MS-FSA] 2.1.5.8. Never waits: fails with
   * STATUS_LOCK_NOT_GRANTED where a lock of another open, or an earlier one, is in the way.
   */
  default void lock(List<RangeLock> locks) throws ShareException {
    throw new ShareException(NtStatus.NOT_SUPPORTED, "no locks here");
  }

  /**
   * Ends locks of exactly these ranges, [MS-FSA] 2.1.5.9; STATUS_RANGE_NOT_LOCKED at the first that
   * is none, after those before it have ended.
   */
  default void unlock(List<ByteRange> ranges) throws ShareException {
    throw new ShareException(NtStatus.NOT_SUPPORTED, "no locks here");
  }

  /**
   * What has happened in a directory since the last call, which may be nothing; the first call
   * begins the watch. STATUS_DELETE_PENDING once the directory is to be deleted.
   */
  default Changes changes(WatchRequest watch) throws ShareException {
    throw new ShareException(NtStatus.NOT_SUPPORTED, "nothing is watched here");
  }

  /**
   * Asks that a client may cache the file; called once at most, right after the open was made. A
   * share that can not tell the client later that it may no more grants nothing.
   */
  default CacheGrant cache(CacheRequest asked) throws ShareException {
    return CacheGrant.NOTHING;
  }

  /**
   * Gives a pipe a message and reads from its answer, FSCTL_PIPE_TRANSCEIVE.
   *
   * @return {@code bytesMax} bytes at most; what is left is there to be read
   */
  default byte[] transceive(byte[] input, int bytesMax) throws ShareException {
    throw new ShareException(NtStatus.INVALID_DEVICE_REQUEST, "not a pipe");
  }

  /** Closes; deletes the file if that was asked for. Idempotent. */
  @Override
  void close() throws ShareException;

  /**
   * Closes as if the process had crashed: what was to be deleted stays, as whoever had it open will
   * open it again. Idempotent.
   */
  default void abandon() throws ShareException {
    close();
  }

  /** A range of bytes. */
  record Extent(long offset, long length) {}
}
