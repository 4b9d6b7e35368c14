package org.sealane.smb.share;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.sealane.smb.wire.NtStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A local directory tree as a share.
 *
 * <p>Names are stored as they come and found in whatever case they are asked for. Paths are walked
 * from a descriptor of the root, one component at a time, and no symbolic link is followed, so
 * nothing outside is reached whatever lies in the tree. What is neither file nor directory is
 * neither listed nor opened. DOS attributes and creation times that clients set are kept in an
 * extended attribute; where the file system has none they are lost, and nothing else is.
 *
 * <p>Share modes, pending deletions and renames hold among the opens of this object; processes of
 * the host work beside it without them. One lock orders whatever changes names; reading, writing
 * and flushing do not take it while they wait for storage.
 */
public final class DirectoryShare implements ShareBackend {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryShare.class);

  private final Settings settings;
  private final Anchor root;
  private final long rootDevice;
  private final FileStore store;

  /** Guards the table, the dirty directories and every change of a name. */
  private final ReentrantLock namespace = new ReentrantLock();

  private final OpenTable table;
  private final FoldedNames names = new FoldedNames();
  private final Watches watches = new Watches();
  private final DirtyDirectories dirty = new DirtyDirectories();
  private boolean closed;

  /**
   * @param label the volume's label
   * @param serialNumber 32 bits that tell volumes apart
   * @param opensMax most opens at a time; each takes up to three descriptors
   */
  public record Settings(String label, int serialNumber, int opensMax) {
    public static final int OPENS_MAX_DEFAULT = 16_384;

    public Settings {
      if (opensMax < 1) {
        throw new IllegalArgumentException("opensMax " + opensMax + ", at least 1");
      }
    }

    public static Settings of(String label, int serialNumber) {
      return new Settings(label, serialNumber, OPENS_MAX_DEFAULT);
    }
  }

  /** Serves the tree at {@code directory}, which must exist; close it in the end. */
  public DirectoryShare(Path directory, Settings settings) throws IOException {
    this(directory, settings, Anchor.ofRoot(directory));
  }

  /** Takes {@code root}, which holds {@code directory}. */
  DirectoryShare(Path directory, Settings settings, Anchor root) throws IOException {
    this(directory, settings, root, System::nanoTime);
  }

  /**
   * @param nanoClock for how long clients may take to give up what they cache
   */
  DirectoryShare(Path directory, Settings settings, Anchor root, LongSupplier nanoClock)
      throws IOException {
    this.settings = settings;
    this.root = root;
    this.rootDevice = root.status().key().device();
    this.store = Files.getFileStore(directory);
    this.table = new OpenTable(settings.opensMax(), nanoClock);
  }

  @Override
  public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
    namespace.lock();
    try {
      requireServing();
      table.requireRoom();
      CreateParameters actual = parameters.at(names.actual(root, parameters.path()));
      DirectoryShareOpen open = new CreateOperation(this, actual, caller.leaseKey()).run();
      table.add(open);
      caller.leaseKey().ifPresent(open::cacheKey);
      LOG.debug(
          "share={} node={} user={} action={} path={}",
          settings.label(),
          caller.node(),
          caller.user(),
          open.action(),
          open.path().wire());
      return open;
    } catch (IOException e) {
      throw ErrorStatus.of(parameters.path().wire(), e);
    } finally {
      namespace.unlock();
    }
  }

  private void requireServing() throws ShareException {
    if (closed) {
      throw new ShareException(NtStatus.NETWORK_NAME_DELETED, "the share is closed");
    }
  }

  @Override
  public VolumeInformation volumeInformation() throws ShareException {
    try {
      return new VolumeInformation(
          settings.label(),
          settings.serialNumber(),
          store.getTotalSpace(),
          store.getUsableSpace(),
          Math.toIntExact(store.getBlockSize()));
    } catch (IOException e) {
      throw ErrorStatus.of(settings.label(), e);
    }
  }

  @Override
  public void close() {
    List<DirectoryShareOpen> left;
    namespace.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      left = table.all();
    } finally {
      namespace.unlock();
    }
    for (DirectoryShareOpen open : left) {
      try {
        open.close();
      } catch (ShareException e) {
        LOG.warn("share={} path={}: close failed", settings.label(), nameOf(open), e);
      }
    }
    root.close();
  }

  OpenTable table() {
    return table;
  }

  void changed(FileKey directory) {
    dirty.changed(directory);
  }

  FoldedNames names() {
    return names;
  }

  /** The name in an open directory that is meant by {@code asked}; empty if there is none. */
  Optional<String> actualName(Anchor directory, String asked) throws IOException {
    namespace.lock();
    try {
      return names.find(directory, asked);
    } finally {
      namespace.unlock();
    }
  }

  /**
   * Where a rename leads to: to the file that it is to replace, or to the name that was asked for.
   */
  SharePath target(SharePath from, SharePath asked) throws IOException {
    SharePath actual = names.actual(root, asked);
    if (!actual.equals(from) || actual.isRoot()) {
      return actual;
    }
    List<String> renamed = new ArrayList<>(actual.components());
    renamed.set(renamed.size() - 1, asked.name());
    return new SharePath(renamed);
  }

  Watches watches() {
    return watches;
  }

  /** Tells those who watch; takes the lock only if somebody does. */
  void modified(DirectoryShareOpen open, int kinds) {
    if (watches.areNone()) {
      return;
    }
    namespace.lock();
    try {
      watches.happened(FileEvent.Action.MODIFIED, open.path(), kinds);
    } finally {
      namespace.unlock();
    }
  }

  Changes changes(FolderOpen open, WatchRequest watch) throws ShareException {
    namespace.lock();
    try {
      table.of(open).requireNotDeletePending();
      return watches.take(open, watch);
    } finally {
      namespace.unlock();
    }
  }

  FileInformation view(String name, FileStatus status, DosAttributes dos) {
    return FileView.of(name, status, dos, rootDevice);
  }

  /** The last component of the open's path as it is now. */
  String nameOf(DirectoryShareOpen open) {
    namespace.lock();
    try {
      return open.path().name();
    } finally {
      namespace.unlock();
    }
  }

  /** The entry {@code ..} of a directory; the root is its own parent. */
  FileInformation parentView(FolderOpen folder, String name) throws IOException, ShareException {
    namespace.lock();
    try (Anchor parent = walk(folder.path().parent())) {
      FileStatus status = parent.status();
      return view(name, status, DosAttributes.of(parent, status));
    } finally {
      namespace.unlock();
    }
  }

  /** Holds the directory at {@code path}. */
  Anchor walk(SharePath path) throws IOException, ShareException {
    Anchor at = root.again();
    for (String component : path.components()) {
      try {
        Anchor next = at.openDirectory(component);
        at.close();
        at = next;
      } catch (IOException e) {
        at.close();
        throw pathFailure(path, e);
      }
    }
    return at;
  }

  private static ShareException pathFailure(SharePath path, IOException e) {
    NtStatus status = ErrorStatus.statusOf(e);
    boolean missing =
        status.equals(NtStatus.OBJECT_NAME_NOT_FOUND) || status.equals(NtStatus.NOT_A_DIRECTORY);
    return new ShareException(
        missing ? NtStatus.OBJECT_PATH_NOT_FOUND : status, "on the way to " + path.wire(), e);
  }

  void setBasic(DirectoryShareOpen open, FileChange.Basic change)
      throws IOException, ShareException {
    namespace.lock();
    try {
      FileStatus status = open.anchor().status();
      DosAttributes before = DosAttributes.of(open.anchor(), status);
      DosAttributes after = before;
      if (change.attributes().isPresent()) {
        int asked = change.attributes().getAsInt();
        if ((asked & FileAttributes.DIRECTORY) != 0 && !status.isDirectory()) {
          throw new ShareException(NtStatus.INVALID_PARAMETER, "a file is no directory");
        }
        if ((asked & FileAttributes.TEMPORARY) != 0 && status.isDirectory()) {
          // [MS-FSA] 2.1.5.15.2.
          throw new ShareException(NtStatus.INVALID_PARAMETER, "a directory is not temporary");
        }
        after = after.withAttributes(asked);
      }
      if (change.creationTime().isPresent()) {
        after = after.withCreationTime(change.creationTime().get());
      }
      store(open, before, after);
      if (change.lastAccessTime().isPresent() || change.lastWriteTime().isPresent()) {
        open.anchor().setTimes(change.lastAccessTime(), change.lastWriteTime());
      }
      watches.happened(FileEvent.Action.MODIFIED, open.path(), kinds(change));
    } finally {
      namespace.unlock();
    }
  }

  private static int kinds(FileChange.Basic change) {
    return (change.attributes().isPresent() ? WatchRequest.ATTRIBUTES : 0)
        | (change.creationTime().isPresent() ? WatchRequest.CREATION : 0)
        | (change.lastAccessTime().isPresent() ? WatchRequest.LAST_ACCESS : 0)
        | (change.lastWriteTime().isPresent() ? WatchRequest.LAST_WRITE : 0);
  }

  void setSparse(DirectoryShareOpen open, boolean sparse) throws IOException {
    namespace.lock();
    try {
      DosAttributes before = DosAttributes.of(open.anchor(), open.anchor().status());
      store(open, before, before.withSparse(sparse));
    } finally {
      namespace.unlock();
    }
  }

  private void store(DirectoryShareOpen open, DosAttributes before, DosAttributes after)
      throws IOException {
    if (!after.equals(before) && !open.anchor().setAttribute(after.encode())) {
      LOG.debug(
          "share={} path={}: no extended attributes here, DOS attributes are lost",
          settings.label(),
          open.path().wire());
    }
  }

  /** Under the lock, so that no open is made meanwhile. */
  CacheGrant cache(DirectoryShareOpen open, CacheRequest asked) {
    namespace.lock();
    try {
      SharedFile file = table.of(open);
      return file.deletePath().isPresent()
          ? CacheGrant.NOTHING
          : file.caches().grant(open, asked, file.opens(), file.locks());
    } finally {
      namespace.unlock();
    }
  }

  void setDisposition(DirectoryShareOpen open, boolean deletePending)
      throws IOException, ShareException {
    namespace.lock();
    try {
      if (deletePending) {
        requireDeletable(open.path(), open.anchor());
        open.requireNoOtherHandles(open.cacheKey());
      }
      table.of(open).deletePath(deletePending ? Optional.of(open.path()) : Optional.empty());
    } finally {
      namespace.unlock();
    }
  }

  /** [MS-FSA] 2.1.5.14.3: not the root, nothing read-only, no directory with entries. */
  static void requireDeletable(SharePath path, Anchor anchor) throws IOException, ShareException {
    FileStatus status = anchor.status();
    boolean readOnly = DosAttributes.of(anchor, status).has(FileAttributes.READONLY);
    if (path.isRoot() || readOnly) {
      throw new ShareException(NtStatus.CANNOT_DELETE, path.wire());
    }
    if (status.isDirectory()) {
      try (NameStream names = anchor.names()) {
        if (names.next().isPresent()) {
          throw new ShareException(NtStatus.DIRECTORY_NOT_EMPTY, path.wire());
        }
      }
    }
  }

  void rename(DirectoryShareOpen open, FileChange.Rename change)
      throws IOException, ShareException {
    namespace.lock();
    try {
      requireServing();
      new RenameOperation(this, open, target(open.path(), change.to()), change).run();
    } finally {
      namespace.unlock();
    }
  }

  /**
   * Ends an open, and its file if that was asked for and nobody else has it open.
   *
   * @param mayDelete false if the file shall stay all the same
   */
  void release(DirectoryShareOpen open, boolean mayDelete) throws IOException, ShareException {
    namespace.lock();
    try {
      if (mayDelete && open.deleteOnClose() && !open.path().isRoot()) {
        table.of(open).deletePath(Optional.of(open.path()));
      }
      watches.remove(open);
      Optional<SharePath> doomed = table.remove(open).flatMap(SharedFile::deletePath);
      if (mayDelete && doomed.isPresent()) {
        delete(doomed.get(), open);
      }
    } finally {
      open.anchor().close();
      namespace.unlock();
    }
  }

  private void delete(SharePath path, DirectoryShareOpen open) throws IOException, ShareException {
    try (Anchor parent = walk(path.parent())) {
      if (isStill(parent, path.name(), open.key())) {
        parent.delete(path.name(), open.anchor().status().kind());
        dirty.forget(open.key());
        changed(parent.status().key());
        watches.happened(FileEvent.Action.REMOVED, path, open.nameKind());
      }
    }
  }

  /** Whether the name still leads to the file; a process of the host may have changed that. */
  static boolean isStill(Anchor parent, String name, FileKey key) throws IOException {
    try {
      return parent.status(name).key().equals(key);
    } catch (IOException e) {
      if (ErrorStatus.statusOf(e).equals(NtStatus.OBJECT_NAME_NOT_FOUND)) {
        return false;
      }
      throw e;
    }
  }

  /** Returns when the names on the way to the open's file are durable. */
  void synchronizeEntries(DirectoryShareOpen open) throws IOException, ShareException {
    List<Anchor> changed = new ArrayList<>();
    long seen;
    namespace.lock();
    try {
      if (dirty.isEmpty()) {
        return;
      }
      seen = dirty.lastChange();
      collectDirty(open.path(), changed);
    } finally {
      namespace.unlock();
    }
    try {
      for (Anchor directory : changed) {
        directory.synchronize();
        FileKey key = directory.status().key();
        namespace.lock();
        try {
          dirty.synchronizedUpTo(key, seen);
        } finally {
          namespace.unlock();
        }
      }
    } finally {
      changed.forEach(Anchor::close);
    }
  }

  private void collectDirty(SharePath path, List<Anchor> changed)
      throws IOException, ShareException {
    List<String> components = path.components();
    try {
      for (int depth = 0; depth < components.size(); depth++) {
        Anchor directory = walk(new SharePath(components.subList(0, depth)));
        changed.add(directory);
        if (!dirty.contains(directory.status().key())) {
          changed.removeLast().close();
        }
      }
    } catch (IOException | ShareException e) {
      changed.forEach(Anchor::close);
      throw e;
    }
  }
}
