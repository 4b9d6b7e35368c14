package org.sealane.smb.share;

import java.io.IOException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.sealane.smb.wire.NtStatus;

/**
 * What an open of a file and an open of a directory have in common.
 *
 * <p>Operations hold the read half of a lock and {@link #close} the write half, so that no
 * descriptor is closed, and its number given to another file, under a running call. Whoever holds
 * it may take the share's lock, never the other way round.
 */
abstract sealed class DirectoryShareOpen implements ShareOpen permits FileOpen, FolderOpen {
  protected final DirectoryShare share;
  protected final Anchor anchor;
  private final Grant grant;
  private final FileKey key;
  private final ReentrantReadWriteLock lifetime = new ReentrantReadWriteLock();
  private boolean closed;

  /** Set once, before the open is handed out; of it, what any thread may use is used. */
  private volatile SharedFile file;

  /** Whose caches are not others' to this open: its lease's, else its own. */
  private volatile Object cacheKey = this;

  /** Guarded by the share's lock. */
  private SharePath path;

  /**
   * What CREATE settled.
   *
   * @param claim the rights granted and what others may do
   * @param writeThrough each write is durable before it is answered
   * @param deleteOnClose closing this open asks for the file's deletion
   */
  record Grant(
      SharedFile.Claim claim, CreateAction action, boolean writeThrough, boolean deleteOnClose) {}

  DirectoryShareOpen(
      DirectoryShare share, Anchor anchor, FileKey key, SharePath path, Grant grant) {
    this.share = share;
    this.anchor = anchor;
    this.key = key;
    this.path = path;
    this.grant = grant;
  }

  final FileKey key() {
    return key;
  }

  final void file(SharedFile opened) {
    file = opened;
  }

  final RangeLocks locks() {
    return file.locks();
  }

  final Object cacheKey() {
    return cacheKey;
  }

  final void cacheKey(Object key) {
    cacheKey = key;
  }

  /** The file's content is another now, so what others have cached of it is not to be used. */
  final void changed() {
    file.caches().limitOthers(cacheKey, Caching.NONE);
  }

  /** Fails while others keep the file open for later, having told them to close it. */
  final void requireNoOtherHandles(Object key) throws ShareException {
    if (!file.caches().limitOthers(key, Caching.READ | Caching.WRITE)) {
      throw breaking(path.wire());
    }
  }

  static ShareException breaking(String what) {
    return new ShareException(
        NtStatus.OPLOCK_BREAK_IN_PROGRESS, what + ": another client has to answer first");
  }

  final SharedFile.Claim claim() {
    return grant.claim();
  }

  /** The kind of change that a change of its name is, of {@link WatchRequest}. */
  final int nameKind() {
    return switch (this) {
      case FileOpen _ -> WatchRequest.FILE_NAME;
      case FolderOpen _ -> WatchRequest.DIR_NAME;
    };
  }

  final boolean writeThrough() {
    return grant.writeThrough();
  }

  final boolean deleteOnClose() {
    return grant.deleteOnClose();
  }

  final Anchor anchor() {
    return anchor;
  }

  final SharePath path() {
    return path;
  }

  final void path(SharePath renamed) {
    path = renamed;
  }

  @Override
  public final CreateAction action() {
    return grant.action();
  }

  @Override
  public final FileInformation information() throws ShareException {
    return using(() -> {
      FileStatus status = anchor.status();
      return share.view(share.nameOf(this), status, DosAttributes.of(anchor, status));
    });
  }

  @Override
  public final void setInformation(FileChange change) throws ShareException {
    using(() -> {
      switch (change) {
        case FileChange.Basic basic -> {
          requireGranted(AccessMask.FILE_WRITE_ATTRIBUTES);
          share.setBasic(this, basic);
        }
        case FileChange.Rename rename -> {
          requireGranted(AccessMask.DELETE);
          share.rename(this, rename);
        }
        case FileChange.Disposition disposition -> {
          requireGranted(AccessMask.DELETE);
          share.setDisposition(this, disposition.deletePending());
        }
        case FileChange.EndOfFile endOfFile -> setEndOfFile(endOfFile.bytes());
        case FileChange.Allocation allocation -> setAllocation(allocation.bytes());
        case FileChange.Sparse sparse -> setSparse(sparse.sparse());
      }
      return null;
    });
  }

  abstract void setEndOfFile(long bytes) throws ShareException, IOException;

  abstract void setAllocation(long bytes) throws ShareException, IOException;

  abstract void setSparse(boolean sparse) throws ShareException, IOException;

  /** Lets go of what the subclass holds beside the anchor. */
  abstract void closeContent() throws IOException;

  @Override
  public final void close() throws ShareException {
    end(true);
  }

  @Override
  public final void abandon() throws ShareException {
    end(false);
  }

  private void end(boolean mayDelete) throws ShareException {
    Lock lock = lifetime.writeLock();
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      try {
        closeContent();
      } finally {
        file.locks().release(this);
        file.caches().closed(this);
        share.release(this, mayDelete);
      }
    } catch (IOException e) {
      throw ErrorStatus.of("close", e);
    } finally {
      lock.unlock();
    }
  }

  /** What an operation does while the open is held. */
  @FunctionalInterface
  interface Use<T> {
    T run() throws ShareException, IOException;
  }

  final <T> T using(Use<T> use) throws ShareException {
    Lock lock = lifetime.readLock();
    lock.lock();
    try {
      if (closed) {
        throw new ShareException(NtStatus.FILE_CLOSED, "this open is closed");
      }
      return use.run();
    } catch (IOException e) {
      throw ErrorStatus.of(share.nameOf(this), e);
    } finally {
      lock.unlock();
    }
  }

  /** Refuses unless one of the rights was granted. */
  final void requireGranted(int anyOf) throws ShareException {
    if ((claim().access() & anyOf) == 0) {
      throw new ShareException(NtStatus.ACCESS_DENIED, "the open was not granted this");
    }
  }

  static ShareException wrong(NtStatus status, String what) {
    return new ShareException(status, what);
  }
}
