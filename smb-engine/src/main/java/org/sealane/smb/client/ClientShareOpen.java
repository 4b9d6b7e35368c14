package org.sealane.smb.client;

import static org.sealane.smb.client.ClientShare.await;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sealane.smb.share.ByteRange;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.RangeLock;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.NtStatus;

/** A file or directory open on a {@link ClientShare}. Any thread may call any method. */
final class ClientShareOpen implements ShareOpen {
  private final ClientOpen open;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Entries that came with a response and nobody has asked for yet; guarded by itself. */
  private final Deque<FileInformation> fetched = new ArrayDeque<>();

  ClientShareOpen(ClientOpen open) {
    this.open = open;
  }

  @Override
  public CreateAction action() {
    return open.created().action();
  }

  @Override
  public FileInformation information() throws ShareException {
    return await("query", open().information());
  }

  @Override
  public int read(long offset, MemorySegment into) throws ShareException {
    return await("read", open().read(offset, into));
  }

  @Override
  public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
    await("write", open().write(offset, from, writeThrough));
  }

  @Override
  public void flush() throws ShareException {
    await("flush", open().flush());
  }

  @Override
  public List<FileInformation> queryDirectory(String pattern, boolean restart, int limit)
      throws ShareException {
    synchronized (fetched) {
      if (restart) {
        fetched.clear();
      }
      if (fetched.isEmpty()) {
        fetched.addAll(await("list", open().queryDirectory(pattern, restart)));
      }
      List<FileInformation> page = new ArrayList<>();
      while (page.size() < limit && !fetched.isEmpty()) {
        page.add(fetched.remove());
      }
      return page;
    }
  }

  @Override
  public void setInformation(FileChange change) throws ShareException {
    await("set", open().setInfo(change));
  }

  @Override
  public List<Extent> allocatedRanges(long offset, long length) throws ShareException {
    return await("query ranges", open().allocatedRanges(offset, length));
  }

  @Override
  public void zero(long offset, long length) throws ShareException {
    await("zero", open().zero(offset, length));
  }

  @Override
  public void trim(long offset, long length) throws ShareException {
    await("trim", open().trim(offset, length));
  }

  @Override
  public void lock(List<RangeLock> locks) throws ShareException {
    await("lock", open().lock(LockElements.locks(locks), 0));
  }

  @Override
  public void unlock(List<ByteRange> ranges) throws ShareException {
    await("unlock", open().lock(LockElements.unlocks(ranges), 0));
  }

  private ClientOpen open() throws ShareException {
    if (closed.get()) {
      throw new ShareException(NtStatus.FILE_CLOSED, "the file was closed");
    }
    return open;
  }

  @Override
  public void close() throws ShareException {
    if (closed.compareAndSet(false, true)) {
      await("close", open.close());
    }
  }
}
