package org.sealane.smb.share;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * An open that passes everything on to another. Who wraps an open overrides what differs; what the
 * interface gains is passed on here, once.
 */
public abstract class ForwardingShareOpen implements ShareOpen {
  /** What is wrapped. */
  protected final ShareOpen open;

  protected ForwardingShareOpen(ShareOpen open) {
    this.open = open;
  }

  @Override
  public CreateAction action() {
    return open.action();
  }

  @Override
  public FileInformation information() throws ShareException {
    return open.information();
  }

  @Override
  public int read(long offset, MemorySegment into) throws ShareException {
    return open.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
    open.write(offset, from, writeThrough);
  }

  @Override
  public void flush() throws ShareException {
    open.flush();
  }

  @Override
  public List<FileInformation> queryDirectory(String pattern, boolean restart, int limit)
      throws ShareException {
    return open.queryDirectory(pattern, restart, limit);
  }

  @Override
  public void setInformation(FileChange change) throws ShareException {
    open.setInformation(change);
  }

  @Override
  public List<Extent> allocatedRanges(long offset, long length) throws ShareException {
    return open.allocatedRanges(offset, length);
  }

  @Override
  public void zero(long offset, long length) throws ShareException {
    open.zero(offset, length);
  }

  @Override
  public void trim(long offset, long length) throws ShareException {
    open.trim(offset, length);
  }

  @Override
  public void lock(List<RangeLock> locks) throws ShareException {
    open.lock(locks);
  }

  @Override
  public void unlock(List<ByteRange> ranges) throws ShareException {
    open.unlock(ranges);
  }

  @Override
  public Changes changes(WatchRequest watch) throws ShareException {
    return open.changes(watch);
  }

  @Override
  public CacheGrant cache(CacheRequest asked) throws ShareException {
    return open.cache(asked);
  }

  @Override
  public byte[] transceive(byte[] input, int bytesMax) throws ShareException {
    return open.transceive(input, bytesMax);
  }

  @Override
  public void close() throws ShareException {
    open.close();
  }

  @Override
  public void abandon() throws ShareException {
    open.abandon();
  }
}
