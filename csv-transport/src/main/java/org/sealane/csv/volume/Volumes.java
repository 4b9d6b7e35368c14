package org.sealane.csv.volume;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.NtStatus;

/**
 * Every volume of the cluster, reachable by name on this node. Files of a volume that this node
 * owns are in a local backend; all others are reached over the volume's lane to its owner, which is
 * asked for anew at each open.
 *
 * <p>Any thread may call.
 */
public final class Volumes implements AutoCloseable {
  private final String self;
  private final VolumeDirectory directory;
  private final RemoteVolumes remote;
  private final Map<UUID, ShareBackend> owned = new ConcurrentHashMap<>();

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
    return Optional.ofNullable(owned.get(volume));
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
    if (local != null) {
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
    owned.keySet().forEach(this::disown);
  }
}
