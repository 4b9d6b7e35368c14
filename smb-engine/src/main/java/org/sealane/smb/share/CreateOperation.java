package org.sealane.smb.share;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Optional;
import org.sealane.smb.share.DirectoryShareOpen.Grant;
import org.sealane.smb.wire.NtStatus;

/**
 * One CREATE on a {@link DirectoryShare}, [MS-FSA] 2.1.5.1. Runs under the share's lock; the open
 * it returns is not in the table yet.
 */
final class CreateOperation {
  private static final int READS = AccessMask.FILE_READ_DATA | AccessMask.FILE_EXECUTE;
  private static final int WRITES = AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA;

  /** An overwrite may not drop these from a file that has them. */
  private static final int KEPT_BY_OVERWRITE = FileAttributes.HIDDEN | FileAttributes.SYSTEM;

  private final DirectoryShare share;
  private final CreateParameters parameters;

  /** Whose caches the open lets be. */
  private final Object cacheKey;

  /**
   * @param leaseKey the lease that the open shall be of
   */
  CreateOperation(DirectoryShare share, CreateParameters parameters, Optional<Object> leaseKey) {
    this.share = share;
    this.parameters = parameters;
    this.cacheKey = leaseKey.orElseGet(Object::new);
  }

  DirectoryShareOpen run() throws IOException, ShareException {
    requireConsistent();
    SharePath path = parameters.path();
    if (path.isRoot()) {
      return openExisting(share.walk(path));
    }
    try (Anchor parent = share.walk(path.parent())) {
      FileKey parentKey = parent.status().key();
      Optional<SharedFile> openParent = share.table().find(parentKey);
      if (openParent.isPresent()) {
        openParent.get().requireNotDeletePending();
      }
      Optional<Anchor> existing = find(parent, path.name());
      if (existing.isPresent()) {
        return openExisting(existing.get());
      }
      requireMayCreate();
      return create(parent, parentKey);
    }
  }

  private void requireConsistent() throws ShareException {
    boolean directory = parameters.has(CreateOptions.DIRECTORY_FILE);
    if (directory && parameters.has(CreateOptions.NON_DIRECTORY_FILE)) {
      throw failure(NtStatus.INVALID_PARAMETER, "both a directory and none");
    }
    if (directory && overwrites()) {
      throw failure(NtStatus.INVALID_PARAMETER, "a directory can not be overwritten");
    }
    boolean mayDelete = (AccessMask.granted(parameters.desiredAccess()) & AccessMask.DELETE) != 0;
    if (parameters.has(CreateOptions.DELETE_ON_CLOSE) && !mayDelete) {
      throw failure(NtStatus.INVALID_PARAMETER, "delete on close without the right to delete");
    }
  }

  private boolean overwrites() {
    return switch (parameters.disposition()) {
      case SUPERSEDE, OVERWRITE, OVERWRITE_IF -> true;
      case OPEN, CREATE, OPEN_IF -> false;
    };
  }

  private void requireMayCreate() throws ShareException {
    switch (parameters.disposition()) {
      case OPEN, OVERWRITE -> throw failure(NtStatus.OBJECT_NAME_NOT_FOUND, "nothing there");
      case SUPERSEDE, CREATE, OPEN_IF, OVERWRITE_IF -> {
        boolean readOnly = (parameters.fileAttributes() & FileAttributes.READONLY) != 0;
        if (readOnly && parameters.has(CreateOptions.DELETE_ON_CLOSE)) {
          throw failure(NtStatus.CANNOT_DELETE, "read-only");
        }
      }
    }
  }

  private static Optional<Anchor> find(Anchor parent, String name) throws IOException {
    try {
      return Optional.of(parent.open(name));
    } catch (IOException e) {
      if (ErrorStatus.statusOf(e).equals(NtStatus.OBJECT_NAME_NOT_FOUND)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Takes the anchor: it becomes the open's or is closed. */
  private DirectoryShareOpen openExisting(Anchor anchor) throws IOException, ShareException {
    try {
      FileStatus status = anchor.status();
      if (parameters.disposition() == CreateDisposition.CREATE && !madeIt(anchor, status)) {
        throw failure(NtStatus.OBJECT_NAME_COLLISION, "it exists");
      }
      return switch (status.kind()) {
        case OTHER -> throw failure(NtStatus.ACCESS_DENIED, "neither file nor directory");
        case DIRECTORY -> openFolder(anchor, status, existingAction());
        case FILE -> openFile(anchor, status);
      };
    } catch (IOException | ShareException | RuntimeException e) {
      anchor.close();
      throw e;
    }
  }

  /** True if this CREATE has made what is there, and comes again as its answer was lost. */
  private boolean madeIt(Anchor anchor, FileStatus status) throws IOException {
    return status.kind() != FileStatus.Kind.OTHER
        && parameters.createName().isPresent()
        && DosAttributes.of(anchor, status).createName().equals(parameters.createName());
  }

  private FolderOpen openFolder(Anchor anchor, FileStatus status, CreateAction action)
      throws IOException, ShareException {
    if (parameters.has(CreateOptions.NON_DIRECTORY_FILE) || overwrites()) {
      throw failure(NtStatus.FILE_IS_A_DIRECTORY, "a directory");
    }
    if (parameters.has(CreateOptions.DELETE_ON_CLOSE) && parameters.path().isRoot()) {
      throw failure(NtStatus.CANNOT_DELETE, "the share's root");
    }
    SharedFile.Claim claim = claim(AccessMask.granted(parameters.desiredAccess()));
    requireCompatible(status.key(), claim);
    return new FolderOpen(share, anchor, status.key(), parameters.path(), grant(claim, action));
  }

  private FileOpen openFile(Anchor anchor, FileStatus status) throws IOException, ShareException {
    if (parameters.has(CreateOptions.DIRECTORY_FILE)) {
      throw failure(NtStatus.NOT_A_DIRECTORY, "a file");
    }
    DosAttributes dos = DosAttributes.of(anchor, status);
    int access = accessTo(dos);
    // An overwrite changes data whatever the open may do later.
    int claimed = overwrites() ? access | AccessMask.FILE_WRITE_DATA : access;
    requireCompatible(status.key(), claim(claimed));
    Opened opened = open(anchor, access);
    if (overwrites()) {
      overwrite(anchor, dos);
    }
    return opened.as(anchor, status.key(), existingAction());
  }

  private CreateAction existingAction() {
    return switch (parameters.disposition()) {
      case SUPERSEDE -> CreateAction.SUPERSEDED;
      case OVERWRITE, OVERWRITE_IF -> CreateAction.OVERWRITTEN;
      case OPEN, OPEN_IF -> CreateAction.OPENED;
      case CREATE -> CreateAction.CREATED;
    };
  }

  /** What is granted on an existing file, [MS-FSA] 2.1.5.1.2.1: read-only withholds writing. */
  private int accessTo(DosAttributes dos) throws ShareException {
    int access = AccessMask.granted(parameters.desiredAccess());
    // Who makes a read-only file may write it through the open that made it.
    if (!dos.has(FileAttributes.READONLY) || parameters.disposition() == CreateDisposition.CREATE) {
      return access;
    }
    int asked = AccessMask.granted(parameters.desiredAccess() & ~AccessMask.MAXIMUM_ALLOWED);
    if (overwrites() || (asked & WRITES) != 0) {
      throw failure(NtStatus.ACCESS_DENIED, "read-only");
    }
    if (parameters.has(CreateOptions.DELETE_ON_CLOSE)) {
      throw failure(NtStatus.CANNOT_DELETE, "read-only");
    }
    return access & ~WRITES;
  }

  private void overwrite(Anchor anchor, DosAttributes dos) throws IOException, ShareException {
    if ((dos.attributes() & KEPT_BY_OVERWRITE & ~parameters.fileAttributes()) != 0) {
      throw failure(NtStatus.ACCESS_DENIED, "hidden or system, and not asked to stay so");
    }
    try (FileChannel channel = anchor.channel(FileOpen.optionsFor(WRITES))) {
      anchor.resize(channel, 0);
    }
    storeAttributes(anchor, FileStatus.Kind.FILE);
    share
        .watches()
        .happened(
            FileEvent.Action.MODIFIED,
            parameters.path(),
            WatchRequest.ATTRIBUTES | WatchRequest.SIZE | WatchRequest.LAST_WRITE);
  }

  private DirectoryShareOpen create(Anchor parent, FileKey parentKey)
      throws IOException, ShareException {
    String name = parameters.path().name();
    FileStatus.Kind kind =
        parameters.has(CreateOptions.DIRECTORY_FILE)
            ? FileStatus.Kind.DIRECTORY
            : FileStatus.Kind.FILE;
    if (kind == FileStatus.Kind.DIRECTORY) {
      parent.createDirectory(name);
    } else {
      parent.createFile(name);
    }
    share.changed(parentKey);
    share.names().added(parent, name);
    try {
      DirectoryShareOpen created = openCreated(parent.open(name), kind);
      share.watches().happened(FileEvent.Action.ADDED, parameters.path(), created.nameKind());
      return created;
    } catch (IOException | ShareException | RuntimeException e) {
      parent.delete(name, kind);
      throw e;
    }
  }

  /** Takes the anchor: it becomes the open's or is closed. */
  private DirectoryShareOpen openCreated(Anchor anchor, FileStatus.Kind kind)
      throws IOException, ShareException {
    try {
      FileStatus status = anchor.status();
      if (status.kind() != kind) {
        throw failure(NtStatus.ACCESS_DENIED, "replaced while it was created");
      }
      storeAttributes(anchor, kind);
      int access = AccessMask.granted(parameters.desiredAccess());
      if (kind == FileStatus.Kind.DIRECTORY) {
        Grant grant = grant(claim(access), CreateAction.CREATED);
        return new FolderOpen(share, anchor, status.key(), parameters.path(), grant);
      }
      return open(anchor, access).as(anchor, status.key(), CreateAction.CREATED);
    } catch (IOException | ShareException | RuntimeException e) {
      anchor.close();
      throw e;
    }
  }

  /** Sets what differs from the attributes that a file has without any. */
  private void storeAttributes(Anchor anchor, FileStatus.Kind kind) throws IOException {
    DosAttributes initial = DosAttributes.initial(kind);
    DosAttributes asked =
        initial
            .withAttributes(parameters.fileAttributes() | initial.attributes())
            .withCreateName(
                parameters.disposition() == CreateDisposition.CREATE
                    ? parameters.createName()
                    : Optional.empty());
    boolean fresh = anchor.attribute().isEmpty();
    if (!asked.equals(initial) || !fresh) {
      anchor.setAttribute(asked.encode());
    }
  }

  private void requireCompatible(FileKey key, SharedFile.Claim claim) throws ShareException {
    Optional<SharedFile> file = share.table().find(key);
    if (file.isPresent()) {
      file.get().requireNotDeletePending();
      FileCaches caches = file.get().caches();
      if (file.get().isIncompatible(claim)
          && !caches.limitOthers(cacheKey, Caching.READ | Caching.WRITE)) {
        throw DirectoryShareOpen.breaking(parameters.path().wire());
      }
      file.get().requireCompatible(claim);
      if (!caches.limitOthers(cacheKey, othersMayCache(claim))) {
        throw DirectoryShareOpen.breaking(parameters.path().wire());
      }
    }
  }

  /** [MS-FSA] 2.1.5.1.2.2: what others may go on caching beside the open. */
  private int othersMayCache(SharedFile.Claim claim) {
    if (overwrites()) {
      return Caching.NONE;
    }
    if (parameters.has(CreateOptions.DELETE_ON_CLOSE)) {
      return Caching.READ;
    }
    return claim.claimsAnything() ? Caching.READ | Caching.HANDLE : Caching.ALL;
  }

  /** A file's content, open for what its access needs; no content for attributes alone. */
  private Opened open(Anchor anchor, int access) throws IOException {
    if ((access & (READS | WRITES)) == 0) {
      return new Opened(access, Optional.empty());
    }
    try {
      return new Opened(access, Optional.of(anchor.channel(FileOpen.optionsFor(access))));
    } catch (IOException e) {
      NtStatus status = ErrorStatus.statusOf(e);
      boolean denied =
          status.equals(NtStatus.ACCESS_DENIED) || status.equals(NtStatus.MEDIA_WRITE_PROTECTED);
      if (!denied || !parameters.wants(AccessMask.MAXIMUM_ALLOWED)) {
        throw e;
      }
      int less = access & ~WRITES;
      return new Opened(less, Optional.of(anchor.channel(FileOpen.optionsFor(less))));
    }
  }

  /** The access that was granted in the end, and the channel for it. */
  private final class Opened {
    private final int access;
    private final Optional<FileChannel> channel;

    Opened(int access, Optional<FileChannel> channel) {
      this.access = access;
      this.channel = channel;
    }

    FileOpen as(Anchor anchor, FileKey key, CreateAction action) {
      Grant grant = grant(claim(access), action);
      return new FileOpen(share, anchor, key, parameters.path(), grant, channel);
    }
  }

  private SharedFile.Claim claim(int access) {
    return new SharedFile.Claim(access, parameters.shareAccess());
  }

  private Grant grant(SharedFile.Claim claim, CreateAction action) {
    return new Grant(
        claim,
        action,
        parameters.has(CreateOptions.WRITE_THROUGH),
        parameters.has(CreateOptions.DELETE_ON_CLOSE));
  }

  private ShareException failure(NtStatus status, String why) {
    return new ShareException(status, parameters.path().wire() + ": " + why);
  }
}
