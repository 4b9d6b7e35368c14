package org.sealane.csv.volume;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.sealane.cluster.ownership.OwnerTerm;
import org.sealane.smb.share.ByteRange;
import org.sealane.smb.share.Changes;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.RangeLock;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.WatchRequest;
import org.sealane.smb.wire.NtStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a volume for one term of this node as its owner. Each operation asks the term before
 * it begins and before it is acknowledged; outside of the term it fails with
 * STATUS_NETWORK_NAME_DELETED, and its result is kept back. When the term ends, what was written is
 * made durable before another node can own the volume, and what is open is let go as if this node
 * had crashed: files that were to be deleted stay, as whoever has them open opens them again.
 *
 * <p>Any thread may call.
 */
public final class LeasedShare implements ShareBackend {
  private static final Logger LOG = LoggerFactory.getLogger(LeasedShare.class);

  private final ShareBackend files;
  private final OwnerTerm term;
  private final Set<LeasedOpen> opens = ConcurrentHashMap.newKeySet();

  /** Owns {@code files} from now on. */
  public LeasedShare(ShareBackend files, OwnerTerm term) {
    this.files = files;
    this.term = term;
    term.beforeUnlock(this::settle);
  }

  /** An operation on the files. */
  @FunctionalInterface
  private interface Operation<T> {
    T run() throws ShareException;
  }

  /** Whether operations are carried out now. */
  public boolean isServing() {
    return term.isServing();
  }

  private <T> T run(Operation<T> operation) throws ShareException {
    if (!term.enter()) {
      throw gone();
    }
    ShareException failure = null;
    T result = null;
    boolean acknowledged;
    try {
      result = operation.run();
    } catch (ShareException e) {
      failure = e;
    } finally {
      acknowledged = term.leave();
    }
    if (!acknowledged) {
      throw gone();
    }
    if (failure != null) {
      throw failure;
    }
    return result;
  }

  private static ShareException gone() {
    return new ShareException(
        NtStatus.NETWORK_NAME_DELETED, "this node does not own the volume now");
  }

  @Override
  public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
    return run(() -> {
      LeasedOpen open = new LeasedOpen(files.create(parameters, caller));
      opens.add(open);
      return open;
    });
  }

  @Override
  public VolumeInformation volumeInformation() throws ShareException {
    return run(files::volumeInformation);
  }

  /** After the term's last operation, before the backing is unlocked. */
  private void settle() {
    for (LeasedOpen open : opens) {
      if (open.written) {
        try {
          open.file.flush();
        } catch (ShareException e) {
          LOG.error("what was written last may not be durable: {}", e.getMessage());
        }
      }
    }
  }

  /** Ends the term; the files are closed when nothing is under way on them. Idempotent. */
  @Override
  public void close() {
    term.end(true).thenRun(this::letGo);
  }

  private void letGo() {
    for (LeasedOpen open : opens) {
      try {
        open.abandon();
      } catch (ShareException e) {
        LOG.warn("an open could not be let go: {}", e.getMessage());
      }
    }
    files.close();
  }

  /** An open that takes part in the term. */
  private final class LeasedOpen implements ShareOpen {
    private final ShareOpen file;

    /** Something of it may not be durable. */
    private volatile boolean written;

    LeasedOpen(ShareOpen file) {
      this.file = file;
    }

    @Override
    public CreateAction action() {
      return file.action();
    }

    @Override
    public FileInformation information() throws ShareException {
      return run(file::information);
    }

    @Override
    public int read(long offset, MemorySegment into) throws ShareException {
      return run(() -> file.read(offset, into));
    }

    @Override
    public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
      change(() -> file.write(offset, from, writeThrough));
    }

    @Override
    public void flush() throws ShareException {
      run(() -> {
        file.flush();
        return null;
      });
    }

    @Override
    public List<FileInformation> queryDirectory(String pattern, boolean restart, int limit)
        throws ShareException {
      return run(() -> file.queryDirectory(pattern, restart, limit));
    }

    @Override
    public void setInformation(FileChange change) throws ShareException {
      change(() -> file.setInformation(change));
    }

    @Override
    public List<Extent> allocatedRanges(long offset, long length) throws ShareException {
      return run(() -> file.allocatedRanges(offset, length));
    }

    @Override
    public void zero(long offset, long length) throws ShareException {
      change(() -> file.zero(offset, length));
    }

    @Override
    public void trim(long offset, long length) throws ShareException {
      change(() -> file.trim(offset, length));
    }

    @Override
    public Changes changes(WatchRequest watch) throws ShareException {
      return run(() -> file.changes(watch));
    }

    @Override
    public void lock(List<RangeLock> locks) throws ShareException {
      run(() -> {
        file.lock(locks);
        return null;
      });
    }

    @Override
    public void unlock(List<ByteRange> ranges) throws ShareException {
      run(() -> {
        file.unlock(ranges);
        return null;
      });
    }

    private void change(Change change) throws ShareException {
      run(() -> {
        written = true;
        change.run();
        return null;
      });
    }

    @Override
    public void close() throws ShareException {
      run(() -> {
        opens.remove(this);
        file.close();
        return null;
      });
    }

    /** Changes no file, so it needs no term. */
    @Override
    public void abandon() throws ShareException {
      opens.remove(this);
      file.abandon();
    }
  }

  /** An operation without a result. */
  @FunctionalInterface
  private interface Change {
    void run() throws ShareException;
  }
}
