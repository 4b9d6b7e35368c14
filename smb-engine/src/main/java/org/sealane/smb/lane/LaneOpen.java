package org.sealane.smb.lane;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.sealane.smb.client.ClientOpen;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareBackend.VolumeInformation;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.NtStatus;

/**
 * A file or disk open over a lane. When the lane has taken a newer session the open moves to it:
 * new operations wait, those under way finish, the file is opened again by its path and must be the
 * same one. An open that deletes on close, or whose directory is being listed, stays on its
 * session, since moving it would delete, or list again from the start.
 *
 * <p>Any thread may call. Operations hold the read half of {@code moving}, a move the write half.
 */
final class LaneOpen implements ShareOpen {
  private static final int OPTIONS_OF_A_MOVE =
      CreateOptions.DIRECTORY_FILE | CreateOptions.NON_DIRECTORY_FILE | CreateOptions.WRITE_THROUGH;

  /** An operation of the client on the open's present handle. */
  @FunctionalInterface
  private interface Call<T> {
    CompletionStage<T> on(ClientOpen handle);
  }

  private final Lanes lanes;
  private final LaneKey key;
  private final CreateAction action;

  /** Entries of the directory that the other end has sent and nobody has asked for yet. */
  private final List<FileInformation> listed = new ArrayList<>();

  private final ReentrantReadWriteLock moving = new ReentrantReadWriteLock();

  /** Guarded by {@code moving}. */
  private CreateParameters parameters;

  private Lane lane;
  private ClientOpen handle;
  private boolean closed;

  /** Set while a move would change what the open means. */
  private volatile boolean pinned;

  private LaneOpen(
      Lanes lanes, LaneKey key, CreateParameters parameters, Lane lane, ClientOpen handle) {
    this.lanes = lanes;
    this.key = key;
    this.parameters = parameters;
    this.lane = lane;
    this.handle = handle;
    this.action = handle.created().action();
    this.pinned = parameters.has(CreateOptions.DELETE_ON_CLOSE);
  }

  static LaneOpen create(Lanes lanes, LaneKey key, CreateParameters wanted) throws ShareException {
    CreateParameters parameters = withAttributes(wanted);
    Lane lane = lanes.acquire(key);
    try {
      ClientOpen handle =
          LaneFailure.await("open " + parameters.path().wire(), lane.tree().create(parameters));
      return new LaneOpen(lanes, key, parameters, lane, handle);
    } catch (ShareException e) {
      lane.unuse();
      throw e;
    }
  }

  /** A move must be able to ask which file it has. */
  private static CreateParameters withAttributes(CreateParameters wanted) {
    return new CreateParameters(
        wanted.path(),
        wanted.desiredAccess() | AccessMask.FILE_READ_ATTRIBUTES,
        wanted.fileAttributes(),
        wanted.shareAccess(),
        wanted.disposition(),
        wanted.options());
  }

  @Override
  public CreateAction action() {
    return action;
  }

  @Override
  public FileInformation information() throws ShareException {
    return call("query", ClientOpen::information);
  }

  VolumeInformation volumeInformation() throws ShareException {
    return call("query volume", ClientOpen::volumeInformation);
  }

  @Override
  public int read(long offset, MemorySegment into) throws ShareException {
    return call("read", open -> open.read(offset, into));
  }

  @Override
  public void write(long offset, MemorySegment from, boolean writeThrough) throws ShareException {
    call("write", open -> open.write(offset, from, writeThrough));
  }

  @Override
  public void flush() throws ShareException {
    call("flush", ClientOpen::flush);
  }

  @Override
  public List<FileInformation> queryDirectory(String pattern, boolean restart, int limit)
      throws ShareException {
    pinned = true;
    synchronized (listed) {
      if (restart) {
        listed.clear();
      }
      if (listed.isEmpty()) {
        listed.addAll(call("list", open -> open.queryDirectory(pattern, restart)));
      }
      List<FileInformation> next = List.copyOf(listed.subList(0, Math.min(limit, listed.size())));
      listed.subList(0, next.size()).clear();
      return next;
    }
  }

  @Override
  public void setInformation(FileChange change) throws ShareException {
    call("set", open -> open.setInfo(change));
    moving.writeLock().lock();
    try {
      switch (change) {
        case FileChange.Rename rename -> parameters = at(rename);
        case FileChange.Disposition disposition -> pinned = disposition.deletePending();
        case FileChange.Basic _,
            FileChange.EndOfFile _,
            FileChange.Allocation _,
            FileChange.Sparse _ -> {}
      }
    } finally {
      moving.writeLock().unlock();
    }
  }

  private CreateParameters at(FileChange.Rename rename) {
    return new CreateParameters(
        rename.to(),
        parameters.desiredAccess(),
        parameters.fileAttributes(),
        parameters.shareAccess(),
        parameters.disposition(),
        parameters.options());
  }

  @Override
  public List<Extent> allocatedRanges(long offset, long length) throws ShareException {
    return call("query ranges", open -> open.allocatedRanges(offset, length));
  }

  @Override
  public void zero(long offset, long length) throws ShareException {
    call("zero", open -> open.zero(offset, length));
  }

  @Override
  public void trim(long offset, long length) throws ShareException {
    call("trim", open -> open.trim(offset, length));
  }

  private <T> T call(String what, Call<T> call) throws ShareException {
    moveIfOutdated();
    moving.readLock().lock();
    try {
      if (closed) {
        throw new ShareException(NtStatus.FILE_CLOSED, what + ": the file was closed");
      }
      return LaneFailure.await(what, call.on(handle));
    } finally {
      moving.readLock().unlock();
    }
  }

  private void moveIfOutdated() throws ShareException {
    if (pinned || !shouldMove(present())) {
      return;
    }
    moving.writeLock().lock();
    try {
      if (!closed && shouldMove(lane)) {
        move();
      }
    } finally {
      moving.writeLock().unlock();
    }
  }

  /**
   * An open whose connection is gone is lost with it: what was under way there may be half done.
   */
  private boolean shouldMove(Lane at) {
    return at.isConnected() && lanes.isOutdated(at);
  }

  private Lane present() {
    moving.readLock().lock();
    try {
      return lane;
    } finally {
      moving.readLock().unlock();
    }
  }

  /** Closes the old handle before the new one is made, so that share modes do not conflict. */
  private void move() throws ShareException {
    Lane newer = lanes.acquire(key);
    if (newer == lane) {
      newer.unuse();
      return;
    }
    try {
      FileInformation before = LaneFailure.await("query", handle.information());
      LaneFailure.await("close", handle.close());
      handle = LaneFailure.await("reopen", newer.tree().create(again()));
      requireSameFile(before);
    } catch (ShareException e) {
      newer.unuse();
      throw e;
    }
    lane.unuse();
    lane = newer;
  }

  private void requireSameFile(FileInformation before) throws ShareException {
    FileInformation after = LaneFailure.await("query", handle.information());
    if (after.fileId() != before.fileId()) {
      LaneFailure.await("close", handle.close());
      throw new ShareException(
          NtStatus.FILE_CLOSED, parameters.path().wire() + " is another file by now");
    }
  }

  private CreateParameters again() {
    return new CreateParameters(
        parameters.path(),
        parameters.desiredAccess(),
        parameters.fileAttributes(),
        parameters.shareAccess(),
        CreateDisposition.OPEN,
        parameters.options() & OPTIONS_OF_A_MOVE);
  }

  @Override
  public void close() throws ShareException {
    moving.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        release();
      }
    } finally {
      moving.writeLock().unlock();
    }
  }

  private void release() throws ShareException {
    try {
      if (lane.isConnected()) {
        LaneFailure.await("close", handle.close());
      }
    } finally {
      lane.unuse();
    }
  }
}
