package org.sealane.smb.server;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.sealane.smb.io.FileId;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;

/**
 * An open file or directory, [MS-SMB2] 3.3.1.10. Found through its session on the owner thread,
 * used by workers; what changes is safe for both.
 */
final class Open {
  private final FileId id;
  private final ShareOpen share;
  private final CreateParameters parameters;
  private final int grantedAccess;
  private final DirectoryScan scan;
  private final UseCount uses = new UseCount();
  private final ChannelSequence channelSequence = new ChannelSequence();
  private final LockSequences lockSequences = new LockSequences();
  private final AtomicBoolean closing = new AtomicBoolean();
  private volatile Optional<Durability> durability = Optional.empty();
  private volatile Runnable whenClosed = () -> {};
  private volatile Runnable whenEnded = () -> {};
  private volatile TreeConnect tree;
  private volatile OpenCache cache = OpenCache.NONE;
  private volatile boolean announced;
  private volatile boolean outOfTable;
  private volatile boolean deletePending;
  private volatile SharePath path;

  Open(
      FileId id,
      TreeConnect tree,
      ShareOpen share,
      CreateParameters parameters,
      int grantedAccess) {
    this.id = id;
    this.tree = tree;
    this.share = Objects.requireNonNull(share);
    this.parameters = parameters;
    this.grantedAccess = grantedAccess;
    this.scan = new DirectoryScan(share);
    this.path = parameters.path();
  }

  FileId id() {
    return id;
  }

  TreeConnect tree() {
    return tree;
  }

  /** Gives it to the tree of another session; nobody uses it meanwhile. */
  void tree(TreeConnect next) {
    tree = next;
    outOfTable = false;
  }

  /** What its client may cache. */
  OpenCache cache() {
    return cache;
  }

  void cache(OpenCache granted) {
    cache = granted;
  }

  /** The response that names it was sent. */
  void announce() {
    announced = true;
  }

  boolean isAnnounced() {
    return announced;
  }

  /** No session has it any more, unless it is given to the tree of another. */
  void outOfTable() {
    outOfTable = true;
  }

  boolean isOutOfTable() {
    return outOfTable;
  }

  /** What lets it outlive its connection; empty if nothing does. */
  Optional<Durability> durability() {
    return durability;
  }

  /** Makes it durable; {@code forget} runs once it is closed. */
  void durable(Durability granted, Runnable forget) {
    durability = Optional.of(granted);
    whenClosed = forget;
  }

  /** Counts it in {@code sessions} from now on until the share has closed it. */
  Open counted(GlobalSessions sessions) {
    sessions.opened();
    whenEnded = sessions::closed;
    return this;
  }

  /** Owner thread. */
  ChannelSequence channelSequence() {
    return channelSequence;
  }

  LockSequences lockSequences() {
    return lockSequences;
  }

  ShareOpen share() {
    return share;
  }

  CreateParameters parameters() {
    return parameters;
  }

  /** The access mask, without generic bits. */
  int grantedAccess() {
    return grantedAccess;
  }

  boolean allows(int anyOf) {
    return (grantedAccess & anyOf) != 0;
  }

  DirectoryScan scan() {
    return scan;
  }

  /** Requests that use it now. Owner thread. */
  UseCount uses() {
    return uses;
  }

  SharePath path() {
    return path;
  }

  void renamed(SharePath to) {
    path = to;
  }

  boolean isDeletePending() {
    return deletePending;
  }

  void deletePending(boolean pending) {
    deletePending = pending;
  }

  /** True for the one caller that now has to close it. */
  boolean beginClose() {
    return closing.compareAndSet(false, true);
  }

  /** As {@link #closeShare}, but what was to be deleted stays. */
  void abandonShare() throws ShareException {
    try {
      share.abandon();
    } finally {
      whenEnded.run();
    }
  }

  /** Closes the share's open; called once, by whom {@link #beginClose} told so. Blocks. */
  void closeShare() throws ShareException {
    try {
      share.close();
    } finally {
      whenClosed.run();
      whenEnded.run();
    }
  }
}
