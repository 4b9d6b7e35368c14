package org.sealane.csv.volume;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.sealane.smb.lane.LaneListing;
import org.sealane.smb.lane.LaneWatch;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.ByteRange;
import org.sealane.smb.share.Changes;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.RangeLock;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.share.WatchRequest;
import org.sealane.smb.wire.NtStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open on a volume that several nodes may own. When the owner changes it is made again by path
 * on the new one, if it is the same file there, and what got no answer is asked again: each request
 * has the same effect twice as once. Any thread may call.
 */
final class RoutedOpen implements ShareOpen {
  private static final Logger LOG = LoggerFactory.getLogger(RoutedOpen.class);

  private static final int OPTIONS_MADE_AGAIN =
      CreateOptions.DIRECTORY_FILE | CreateOptions.NON_DIRECTORY_FILE | CreateOptions.WRITE_THROUGH;

  /** A request on the open as it is now. */
  @FunctionalInterface
  private interface Call<T> {
    T on(ShareOpen open) throws ShareException;
  }

  /** Which file it is. */
  private record Identity(long fileId, Instant creationTime) {
    static Identity of(ShareOpen open) throws ShareException {
      FileInformation file = open.information();
      return new Identity(file.fileId(), file.creationTime());
    }
  }

  private final OwnerRoute route;
  private final ShareBackend.Caller caller;
  private final CreateAction action;
  private final LaneListing listing = new LaneListing();
  private final LaneWatch watch = new LaneWatch();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Byte-range locks that may be held, those being asked for included. */
  private final AtomicLong locksHeld = new AtomicLong();

  /** Held while the open is made again, and for what it is made again from. */
  private final ReentrantLock lock = new ReentrantLock();

  private CreateParameters parameters;
  private Identity identity;

  /** Set where a rename is under way: the file may have this name already. */
  private Optional<SharePath> renaming = Optional.empty();

  private volatile ShareOpen placed;
  private volatile boolean deleteOnClose;

  private RoutedOpen(
      OwnerRoute route,
      ShareBackend.Caller caller,
      CreateParameters parameters,
      ShareOpen placed,
      CreateAction action,
      Identity identity) {
    this.route = route;
    this.caller = caller;
    this.parameters = parameters;
    this.placed = placed;
    this.identity = identity;
    this.action = action;
    this.deleteOnClose = parameters.has(CreateOptions.DELETE_ON_CLOSE);
  }

  static RoutedOpen create(OwnerRoute route, CreateParameters wanted, ShareBackend.Caller caller)
      throws ShareException {
    // The next owner knows by the name what an owner has made whose answer was lost.
    CreateParameters parameters =
        withAttributes(wanted).named(UUID.randomUUID().getMostSignificantBits());
    AtomicReference<CreateAction> done = new AtomicReference<>();
    return route.call(files -> {
      boolean again = done.get() != null;
      ShareOpen open =
          files.create(again ? opening(parameters, parameters.path()) : parameters, caller);
      // Whatever it did, it is not to be done twice.
      done.compareAndSet(null, open.action());
      try {
        return new RoutedOpen(route, caller, parameters, open, done.get(), Identity.of(open));
      } catch (ShareException e) {
        open.abandon();
        throw e;
      }
    });
  }

  /** To know the file again, its attributes have to be asked for. */
  private static CreateParameters withAttributes(CreateParameters wanted) {
    return new CreateParameters(
        wanted.path(),
        wanted.desiredAccess() | AccessMask.FILE_READ_ATTRIBUTES,
        wanted.fileAttributes(),
        wanted.shareAccess(),
        wanted.disposition(),
        wanted.options());
  }

  private <T> T call(Call<T> call) throws ShareException {
    long beganNanos = 0;
    while (true) {
      ShareOpen at = placed;
      try {
        return call.on(at);
      } catch (ShareException e) {
        if (!OwnerRoute.isGone(e)) {
          throw e;
        }
        LOG.debug("request goes to the next owner: {}", e.getMessage());
      }
      if (beganNanos == 0) {
        beganNanos = System.nanoTime();
      }
      follow(at, beganNanos);
    }
  }

  /** Makes the open again where the volume's owner is now, unless somebody did meanwhile. */
  private void follow(ShareOpen gone, long beganNanos) throws ShareException {
    lock.lock();
    try {
      if (placed != gone) {
        return;
      }
      placed = route.call(beganNanos, this::makeAgain);
      listing.lost();
      watch.lost();
    } finally {
      lock.unlock();
    }
    try {
      gone.abandon();
    } catch (ShareException e) {
      LOG.debug("an open was let go: {}", e.getMessage());
    }
  }

  private ShareOpen makeAgain(ShareBackend files) throws ShareException {
    if (locksHeld.get() > 0) {
      // Others may have had the ranges since: nothing read under them holds any more.
      throw new ShareException(
          NtStatus.FILE_FORCED_CLOSED,
          parameters.path().wire() + " had locks, and its owner changed");
    }
    List<SharePath> paths = new ArrayList<>(List.of(parameters.path()));
    renaming.ifPresent(paths::add);
    ShareException missing = null;
    for (SharePath path : paths) {
      try {
        return makeAgain(files, path);
      } catch (ShareException e) {
        if (!e.status().equals(NtStatus.OBJECT_NAME_NOT_FOUND)
            && !e.status().equals(NtStatus.FILE_CLOSED)) {
          throw e;
        }
        missing = e;
      }
    }
    throw missing;
  }

  private ShareOpen makeAgain(ShareBackend files, SharePath path) throws ShareException {
    ShareOpen open = files.create(opening(parameters, path), caller);
    try {
      if (!Identity.of(open).equals(identity)) {
        throw new ShareException(NtStatus.FILE_CLOSED, path.wire() + " is another file by now");
      }
    } catch (ShareException e) {
      open.abandon();
      throw e;
    }
    parameters = at(path);
    return open;
  }

  private static CreateParameters opening(CreateParameters parameters, SharePath path) {
    return new CreateParameters(
        path,
        parameters.desiredAccess(),
        parameters.fileAttributes(),
        parameters.shareAccess(),
        CreateDisposition.OPEN,
        parameters.options() & OPTIONS_MADE_AGAIN);
  }

  private CreateParameters at(SharePath path) {
    return new CreateParameters(
        path,
        parameters.desiredAccess(),
        parameters.fileAttributes(),
        parameters.shareAccess(),
        parameters.disposition(),
        parameters.options());
  }

  @Override
  public CreateAction action() {
    return action;
  }

  @Override
  public FileInformation information() throws ShareException {
    return call(ShareOpen::information);
  }

  @Override
  public int read(long offset, MemorySegment into) throws ShareException {
    return call(open -> open.read(offset, into));
  }

  @Override
  public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
    call(open -> {
      open.write(offset, from, writeThrough);
      return null;
    });
  }

  @Override
  public void flush() throws ShareException {
    call(open -> {
      open.flush();
      return null;
    });
  }

  @Override
  public List<FileInformation> queryDirectory(String pattern, boolean restart, int limit)
      throws ShareException {
    return listing.next(
        restart, limit, again -> call(open -> open.queryDirectory(pattern, again, limit)));
  }

  @Override
  public void setInformation(FileChange change) throws ShareException {
    if (change instanceof FileChange.Rename rename) {
      locked(() -> renaming = Optional.of(rename.to()));
    }
    call(open -> {
      open.setInformation(change);
      return null;
    });
    switch (change) {
      case FileChange.Rename rename ->
          locked(() -> {
            parameters = at(rename.to());
            renaming = Optional.empty();
          });
      case FileChange.Disposition disposition -> deleteOnClose = disposition.deletePending();
      case FileChange.Basic basic ->
          locked(() ->
              identity =
                  new Identity(
                      identity.fileId(), basic.creationTime().orElse(identity.creationTime())));
      case FileChange.EndOfFile _, FileChange.Allocation _, FileChange.Sparse _ -> {}
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Extent> allocatedRanges(long offset, long length) throws ShareException {
    return call(open -> open.allocatedRanges(offset, length));
  }

  @Override
  public void zero(long offset, long length) throws ShareException {
    call(open -> {
      open.zero(offset, length);
      return null;
    });
  }

  @Override
  public void trim(long offset, long length) throws ShareException {
    call(open -> {
      open.trim(offset, length);
      return null;
    });
  }

  @Override
  public Changes changes(WatchRequest asked) throws ShareException {
    watch.begin();
    return watch.complete(call(open -> open.changes(asked)));
  }

  @Override
  public void lock(List<RangeLock> wanted) throws ShareException {
    locksHeld.addAndGet(wanted.size());
    try {
      call(open -> {
        open.lock(wanted);
        return null;
      });
    } catch (ShareException e) {
      locksHeld.addAndGet(-wanted.size());
      throw e;
    }
  }

  @Override
  public void unlock(List<ByteRange> ranges) throws ShareException {
    call(open -> {
      open.unlock(ranges);
      return null;
    });
    locksHeld.addAndGet(-ranges.size());
  }

  @Override
  public void close() throws ShareException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (!deleteOnClose) {
      closeWhereItIs();
      return;
    }
    try {
      call(open -> {
        // An owner on which it was made again knows nothing of it.
        open.setInformation(new FileChange.Disposition(true));
        open.close();
        return null;
      });
    } catch (ShareException e) {
      // The owner before has carried it out, and its answer was lost.
      if (!e.status().equals(NtStatus.OBJECT_NAME_NOT_FOUND)) {
        throw e;
      }
    }
  }

  /** A node that owns the volume no more has nothing to close. */
  private void closeWhereItIs() throws ShareException {
    ShareOpen at = placed;
    try {
      at.close();
    } catch (ShareException e) {
      if (!OwnerRoute.isGone(e)) {
        throw e;
      }
      at.abandon();
    }
  }

  @Override
  public void abandon() throws ShareException {
    if (closed.compareAndSet(false, true)) {
      placed.abandon();
    }
  }
}
