package org.sealane.smb.share;

import java.io.IOException;
import java.util.Optional;
import org.sealane.smb.wire.NtStatus;

/** One rename on a {@link DirectoryShare}, [MS-FSA] 2.1.5.14.11. Runs under the share's lock. */
final class RenameOperation {
  private final DirectoryShare share;
  private final DirectoryShareOpen open;
  private final SharePath from;
  private final SharePath to;
  private final boolean replace;

  /**
   * @param to where to; in the case that a file there has
   */
  RenameOperation(
      DirectoryShare share, DirectoryShareOpen open, SharePath to, FileChange.Rename change) {
    this.share = share;
    this.open = open;
    this.from = open.path();
    this.to = to;
    this.replace = change.replaceIfExists();
  }

  void run() throws IOException, ShareException {
    if (from.isRoot() || to.isRoot()) {
      throw failure(NtStatus.ACCESS_DENIED, "the share's root");
    }
    if (from.equals(to)) {
      return;
    }
    open.requireNoOtherHandles(open.cacheKey());
    for (DirectoryShareOpen below : share.table().below(from)) {
      below.requireNoOtherHandles(open.cacheKey());
    }
    if (!share.table().below(from).isEmpty()) {
      throw failure(NtStatus.ACCESS_DENIED, "something below is open");
    }
    try (Anchor fromParent = share.walk(from.parent());
        Anchor toParent = share.walk(to.parent())) {
      if (!DirectoryShare.isStill(fromParent, from.name(), open.key())) {
        throw failure(NtStatus.OBJECT_NAME_NOT_FOUND, "no longer under that name");
      }
      FileKey toParentKey = toParent.status().key();
      Optional<SharedFile> openParent = share.table().find(toParentKey);
      if (openParent.isPresent()) {
        openParent.get().requireNotDeletePending();
      }
      move(fromParent, toParent);
      for (DirectoryShareOpen moved : share.table().find(open.key(), from)) {
        moved.path(to);
        moved.anchor().renamed(toParent, to.name());
      }
      SharedFile file = share.table().of(open);
      if (file.deletePath().filter(from::equals).isPresent()) {
        file.deletePath(Optional.of(to));
      }
      share.changed(fromParent.status().key());
      share.changed(toParentKey);
      share.names().added(toParent, to.name());
      tellWatches();
    }
  }

  private void tellWatches() {
    boolean within = from.parent().equals(to.parent());
    FileEvent.Action gone = within ? FileEvent.Action.RENAMED_OLD_NAME : FileEvent.Action.REMOVED;
    FileEvent.Action come = within ? FileEvent.Action.RENAMED_NEW_NAME : FileEvent.Action.ADDED;
    share.watches().happened(gone, from, open.nameKind());
    share.watches().happened(come, to, open.nameKind());
  }

  private void move(Anchor fromParent, Anchor toParent) throws IOException, ShareException {
    Optional<FileStatus> target = find(toParent);
    if (target.isPresent() && target.get().key().equals(open.key())) {
      // rename(2) leaves both names of one file alone; the client wants the old one gone.
      fromParent.delete(from.name(), target.get().kind());
      return;
    }
    if (target.isPresent()) {
      requireReplaceable(toParent, target.get());
    }
    fromParent.move(from.name(), toParent, to.name(), replace);
  }

  private Optional<FileStatus> find(Anchor parent) throws IOException {
    try {
      return Optional.of(parent.status(to.name()));
    } catch (IOException e) {
      if (ErrorStatus.statusOf(e).equals(NtStatus.OBJECT_NAME_NOT_FOUND)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void requireReplaceable(Anchor parent, FileStatus target)
      throws IOException, ShareException {
    if (!replace) {
      throw failure(NtStatus.OBJECT_NAME_COLLISION, "it exists");
    }
    if (target.kind() != FileStatus.Kind.FILE) {
      throw failure(NtStatus.ACCESS_DENIED, "only a file can be replaced");
    }
    Optional<SharedFile> openTarget = share.table().find(target.key());
    if (openTarget.isPresent()) {
      int withoutHandle = Caching.READ | Caching.WRITE;
      if (!openTarget.get().caches().limitOthers(open.cacheKey(), withoutHandle)) {
        throw DirectoryShareOpen.breaking(to.wire());
      }
      throw failure(NtStatus.ACCESS_DENIED, "what would be replaced is open");
    }
    if (DosAttributes.of(parent.attribute(to.name()), target).has(FileAttributes.READONLY)) {
      throw failure(NtStatus.ACCESS_DENIED, "what would be replaced is read-only");
    }
  }

  private ShareException failure(NtStatus status, String why) {
    return new ShareException(status, from.wire() + " to " + to.wire() + ": " + why);
  }
}
