package org.sealane.smb.lane;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.sealane.smb.client.ClientOpen;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.client.LockElements;
import org.sealane.smb.io.CreateContext;
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
 * A file or disk open over a lane: a durable open, [MS-SMB2] 3.2.4.3.7, that moves with its lane. A
 * request whose session is lost is sent again on the next one, with the replay flag if it may have
 * been executed; every request that is sent again has the same effect twice as once.
 *
 * <p>Any thread may call. A request belongs to the lane from {@link Lane#enter} to {@link
 * Lane#leave}; the lane calls {@link #claim} and {@link #makeAgain} only while no request does, so
 * what they change needs no lock of its own.
 */
final class LaneOpen implements ShareOpen {
  private static final Logger LOG = LoggerFactory.getLogger(LaneOpen.class);

  private static final int OPTIONS_MADE_AGAIN =
      CreateOptions.DIRECTORY_FILE | CreateOptions.NON_DIRECTORY_FILE | CreateOptions.WRITE_THROUGH;

  /** A request of the client on the open's handle of the present session. */
  @FunctionalInterface
  private interface Call<T> {
    CompletionStage<T> on(ClientOpen handle);
  }

  /** What becomes of an open that the other node has lost. */
  enum Remake {
    MADE,
    /** Its file is gone, or another one has its name, or nobody may have it now. */
    LOST,
    /** It was being closed, and is. */
    CLOSED
  }

  /** Which file it is, for the case that the other node forgets the open. */
  private record Identity(long diskFileId, long volumeId, Instant creationTime) {}

  private final Lane lane;
  private final List<CreateContext> user;
  private final CreateAction action;
  private final LaneListing listing = new LaneListing();
  private final LaneWatch watch = new LaneWatch();
  private final LaneLocks locks = new LaneLocks();
  private volatile UUID createGuid;
  private volatile CreateParameters parameters;
  private volatile ClientOpen handle;
  private volatile Optional<Identity> identity;

  /** Set where a rename is under way: the file may have this name already. */
  private volatile Optional<SharePath> renaming = Optional.empty();

  /** Why it can not be used any more. */
  private volatile Optional<ShareException> failure = Optional.empty();

  private volatile boolean left;

  private final AtomicBoolean closing = new AtomicBoolean();
  private volatile boolean closed;
  private volatile boolean deleteOnClose;

  /** The other node knows nothing of {@link #deleteOnClose} any more. */
  private volatile boolean madeAgain;

  private LaneOpen(
      Lane lane,
      CreateParameters parameters,
      List<CreateContext> user,
      UUID createGuid,
      ClientOpen handle) {
    this.lane = lane;
    this.user = user;
    this.parameters = parameters;
    this.createGuid = createGuid;
    this.handle = handle;
    this.action = handle.created().action();
    this.identity = identityOf(handle);
    this.deleteOnClose = parameters.has(CreateOptions.DELETE_ON_CLOSE);
  }

  /**
   * @param caller on whose behalf, which the other node is told; empty for the lane's own
   */
  static LaneOpen create(Lane lane, CreateParameters wanted, Optional<ShareBackend.Caller> caller)
      throws ShareException {
    CreateParameters parameters = withAttributes(wanted);
    List<CreateContext> user = user(caller);
    // Its first half is the name under which the server's share knows the CREATE again.
    UUID random = UUID.randomUUID();
    UUID createGuid =
        wanted
            .createName()
            .map(name -> new UUID(name, random.getLeastSignificantBits()))
            .orElse(random);
    String what = "open " + parameters.path().wire();
    boolean replay = false;
    while (true) {
      LaneSession session = lane.enter();
      try {
        ClientTree tree = replay ? session.tree().replaying() : session.tree();
        ClientOpen handle =
            LaneFailure.await(what, tree.create(parameters, durable(createGuid, user)));
        LaneOpen open = new LaneOpen(lane, parameters, user, createGuid, on(session, handle));
        lane.add(open);
        return open;
      } catch (ShareException e) {
        if (!LaneFailure.isLoss(e)) {
          throw e;
        }
        replay |= LaneFailure.mayHaveHappened(e);
        lane.lost(session, e);
      } finally {
        lane.leave();
      }
    }
  }

  /** The handle without the flag that its CREATE may have had. */
  private static ClientOpen on(LaneSession session, ClientOpen handle) {
    return handle.on(session.tree());
  }

  private static List<CreateContext> durable(UUID createGuid, List<CreateContext> user) {
    List<CreateContext> contexts = new ArrayList<>(user);
    contexts.add(new CreateContext.DurableHandleRequestV2(0, 0, createGuid));
    contexts.add(new CreateContext.QueryOnDiskId());
    return contexts;
  }

  /** Nothing where the node asks for itself. */
  private static List<CreateContext> user(Optional<ShareBackend.Caller> caller) {
    return caller
        .filter(asking -> !asking.user().equals(asking.node()))
        .flatMap(asking -> CreateContext.LaneUser.of(asking.user()))
        .map(List::<CreateContext>of)
        .orElse(List.of());
  }

  private static Optional<Identity> identityOf(ClientOpen handle) {
    return handle.created().contexts().stream()
        .filter(CreateContext.OnDiskId.class::isInstance)
        .map(CreateContext.OnDiskId.class::cast)
        .findFirst()
        .map(id ->
            new Identity(id.diskFileId(), id.volumeId(), handle.created().file().creationTime()));
  }

  /** Durable opens are asked for their attributes when they are got again. */
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

  ShareBackend.VolumeInformation volumeInformation() throws ShareException {
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
    return listing.next(
        restart,
        limit,
        again -> call("list", listing::lost, open -> open.queryDirectory(pattern, again)));
  }

  @Override
  public void setInformation(FileChange change) throws ShareException {
    if (change instanceof FileChange.Rename rename) {
      renaming = Optional.of(rename.to());
    }
    call("set", () -> {}, open -> open.setInfo(change), () -> changed(change));
  }

  /** Within the request, so that a move sees it. */
  private void changed(FileChange change) {
    switch (change) {
      case FileChange.Rename rename -> {
        parameters = at(rename.to());
        renaming = Optional.empty();
      }
      case FileChange.Disposition disposition -> deleteOnClose = disposition.deletePending();
      case FileChange.Basic basic ->
          identity =
              identity.map(old ->
                  new Identity(
                      old.diskFileId(),
                      old.volumeId(),
                      basic.creationTime().orElse(old.creationTime())));
      case FileChange.EndOfFile _, FileChange.Allocation _, FileChange.Sparse _ -> {}
    }
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

  @Override
  public Changes changes(WatchRequest asked) throws ShareException {
    watch.begin();
    return watch.complete(call("watch", watch::lost, open -> open.changes(asked)));
  }

  @Override
  public void lock(List<RangeLock> wanted) throws ShareException {
    locks.lock(LockElements.locks(wanted), this::locking);
  }

  @Override
  public void unlock(List<ByteRange> ranges) throws ShareException {
    locks.unlock(LockElements.unlocks(ranges), this::locking);
  }

  private void locking(Function<ClientOpen, CompletionStage<Void>> request, Runnable onDone)
      throws ShareException {
    call("lock", () -> {}, request::apply, onDone);
  }

  private <T> T call(String what, Call<T> call) throws ShareException {
    return call(what, () -> {}, call);
  }

  private <T> T call(String what, Runnable onLoss, Call<T> call) throws ShareException {
    return call(what, onLoss, call, () -> {});
  }

  /**
   * Carries out one request, on as many sessions as it takes.
   *
   * @param onLoss runs before the request is sent again
   * @param onDone runs after it has succeeded, before the lane may move
   */
  private <T> T call(String what, Runnable onLoss, Call<T> call, Runnable onDone)
      throws ShareException {
    boolean replay = false;
    while (true) {
      requireUsable(what);
      LaneSession entered = lane.enter();
      try {
        requireUsable(what);
        T result = LaneFailure.await(what, call.on(replay ? handle.replaying() : handle));
        onDone.run();
        return result;
      } catch (ShareException e) {
        if (!LaneFailure.isLoss(e)) {
          throw e;
        }
        LOG.debug("request goes to the next session: {}", e.getMessage());
        replay |= LaneFailure.mayHaveHappened(e);
        onLoss.run();
        lane.lost(entered, e);
      } finally {
        lane.leave();
      }
    }
  }

  private void requireUsable(String what) throws ShareException {
    if (failure.isPresent()) {
      ShareException why = failure.get();
      throw new ShareException(why.status(), what + ": " + why.getMessage(), why);
    }
    if (closed) {
      throw new ShareException(NtStatus.FILE_CLOSED, what + ": the file was closed");
    }
  }

  /** The lane was left: whoever has this open looks for its file elsewhere. By the lane alone. */
  void fail(ShareException why) {
    failure = Optional.of(why);
    left = true;
  }

  /** One open that its lane's next session asks for. */
  record Claim(LaneOpen open, LaneSession session, CompletionStage<ClientOpen> answer) {
    /** False if the other node does not have it. Fails if the session is lost. */
    boolean await() throws ShareException {
      try {
        open.handle = on(session, LaneFailure.await("reconnect", answer));
        return true;
      } catch (ShareException e) {
        if (LaneFailure.isLoss(e)) {
          throw e;
        }
        LOG.debug("open not claimed: {}", e.getMessage());
        return false;
      }
    }
  }

  /** Asks the session for the durable open. By the lane's move alone. */
  Claim claim(LaneSession next) {
    CreateContext reconnect =
        new CreateContext.DurableHandleReconnectV2(handle.fileId(), createGuid, 0);
    return new Claim(
        this, next, next.tree().create(opening(parameters.path()), List.of(reconnect)));
  }

  /**
   * Opens the file again by its path, for the case that the other node has lost the open, and only
   * if it is the same file. Fails if the session is lost. By the lane's move alone.
   */
  Remake makeAgain(LaneSession next) throws ShareException {
    if (failure.isPresent()) {
      return Remake.LOST;
    }
    if (closing.get() && !deleteOnClose) {
      closed = true;
      return Remake.CLOSED;
    }
    if (locks.areHeld()) {
      failure =
          Optional.of(
              new ShareException(
                  NtStatus.FILE_FORCED_CLOSED,
                  parameters.path().wire() + " had locks, which the owner has lost"));
      return Remake.LOST;
    }
    List<SharePath> paths = new ArrayList<>(List.of(parameters.path()));
    renaming.ifPresent(paths::add);
    ShareException last = new ShareException(NtStatus.FILE_CLOSED, "not tried");
    for (SharePath path : paths) {
      try {
        makeAgain(next, path);
        return Remake.MADE;
      } catch (ShareException e) {
        if (LaneFailure.isLoss(e)) {
          throw e;
        }
        last = e;
      }
    }
    if (closing.get() && last.status().equals(NtStatus.OBJECT_NAME_NOT_FOUND)) {
      closed = true;
      return Remake.CLOSED;
    }
    LOG.warn("open lost path={}: {}", parameters.path().wire(), last.getMessage());
    failure = Optional.of(last);
    return Remake.LOST;
  }

  private void makeAgain(LaneSession next, SharePath path) throws ShareException {
    UUID guid = UUID.randomUUID();
    ClientOpen made =
        LaneFailure.await(
            "open " + path.wire() + " again",
            next.tree().create(opening(path), durable(guid, user)));
    if (identity.isEmpty() || !identityOf(made).equals(identity)) {
      LaneFailure.await("close", made.close());
      throw new ShareException(NtStatus.FILE_CLOSED, path.wire() + " is another file by now");
    }
    parameters = at(path);
    createGuid = guid;
    handle = made;
    madeAgain = true;
    listing.lost();
    watch.lost();
  }

  private CreateParameters opening(SharePath path) {
    return new CreateParameters(
        path,
        parameters.desiredAccess(),
        parameters.fileAttributes(),
        parameters.shareAccess(),
        CreateDisposition.OPEN,
        parameters.options() & OPTIONS_MADE_AGAIN);
  }

  @Override
  public void close() throws ShareException {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    try {
      if (failure.isEmpty() && lane.isAlive()) {
        release();
      }
      if (left && deleteOnClose) {
        // Whoever has this open has to see to it elsewhere.
        throw failure.orElseThrow();
      }
    } finally {
      closed = true;
      lane.remove(this);
    }
  }

  private void release() throws ShareException {
    try {
      call("close", this::closeOn);
    } catch (ShareException e) {
      // The first CLOSE was carried out, and its answer lost with the session.
      if (!closed) {
        throw e;
      }
    }
  }

  /** Asks anew on each session: the lane may make the open again while its close is under way. */
  private CompletionStage<Void> closeOn(ClientOpen open) {
    return madeAgain && deleteOnClose
        ? open.setInfo(new FileChange.Disposition(true)).thenCompose(_ -> open.close())
        : open.close();
  }
}
