package org.sealane.csv.volume;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.NtStatus;

/**
 * Every volume of the cluster, reachable by name on this node. Files of a volume that this node
 * owns are in a local backend; all others are reached over the volume's lane to its owner, which is
 * asked for anew at each open, and followed where several nodes may own the volume.
 *
 * <p>Any thread may call.
 */
public final class Volumes implements AutoCloseable {
  private final String self;
  private final VolumeDirectory directory;
  private final RemoteVolumes remote;
  private final Map<UUID, ShareBackend> owned = new ConcurrentHashMap<>();

  /** Guards what follows. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private long changes;
  private boolean closing;

  /**
   * @param self this node's name
   */
  public Volumes(String self, VolumeDirectory directory, RemoteVolumes remote) {
    this.self = Objects.requireNonNull(self);
    this.directory = Objects.requireNonNull(directory);
    this.remote = Objects.requireNonNull(remote);
  }

  /**
   * Serves the volume from {@code backend} while this node owns it; owns the backend from now on.
   */
  public void own(UUID volume, ShareBackend backend) {
    if (owned.putIfAbsent(volume, backend) != null) {
      throw new IllegalStateException("volume " + volume + " is already served here");
    }
    ownersChanged();
  }

  /** Stops serving the volume: its local opens are closed. Without effect if it is not served. */
  public void disown(UUID volume) {
    ShareBackend backend = owned.remove(volume);
    if (backend != null) {
      backend.close();
    }
  }

  /** The files of a volume if this node owns it: what lanes of other nodes are served from. */
  public Optional<ShareBackend> local(UUID volume) {
    return Optional.ofNullable(owned.get(volume)).filter(Volumes::isServing);
  }

  private static boolean isServing(ShareBackend backend) {
    return !(backend instanceof LeasedShare leased) || leased.isServing();
  }

  /** What waits for an owner looks for it again. */
  public void ownersChanged() {
    lock.lock();
    try {
      changes++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** From now on nothing waits for an owner: this node is about to stop. */
  public void stopWaiting() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether what is asked of the volume waits for its owner and follows it. */
  boolean isMovable(UUID volume) {
    lock.lock();
    try {
      return !closing && directory.hasSeveralCandidates(volume);
    } finally {
      lock.unlock();
    }
  }

  /** Counts calls of {@link #ownersChanged}. */
  long changes() {
    lock.lock();
    try {
      return changes;
    } finally {
      lock.unlock();
    }
  }

  /** Blocks until something has changed since {@code seen}, for {@code limit} at most. */
  void awaitChange(long seen, Duration limit) throws ShareException {
    lock.lock();
    try {
      long leftNanos = limit.toNanos();
      while (changes == seen && !closing && leftNanos > 0) {
        leftNanos = changed.awaitNanos(leftNanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ShareException(NtStatus.CANCELLED, "interrupted while waiting for an owner", e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The volume's files, wherever they are. Fails with STATUS_BAD_NETWORK_NAME if there is no such
   * volume. The caller does not close the share.
   */
  public ShareBackend share(String name) throws ShareException {
    UUID volume =
        directory
            .findVolume(name)
            .orElseThrow(
                () -> new ShareException(NtStatus.BAD_NETWORK_NAME, "there is no volume " + name));
    return new RoutedShare(this, name, volume);
  }

  /** Where operations on the volume go now. */
  ShareBackend route(String name, UUID volume) throws ShareException {
    ShareBackend local = owned.get(volume);
    if (local != null && isServing(local)) {
      return local;
    }
    String owner =
        directory
            .owner(volume)
            .orElseThrow(() ->
                new ShareException(
                    NtStatus.FILE_NOT_AVAILABLE, "volume " + name + " has no owner now"));
    if (owner.equals(self)) {
      throw new ShareException(
          NtStatus.FILE_NOT_AVAILABLE, "volume " + name + " is being brought up on this node");
    }
    return remote.on(owner, volume);
  }

  /** Closes the local backends. Idempotent. */
  @Override
  public void close() {
    stopWaiting();
    owned.keySet().forEach(this::disown);
  }
}
