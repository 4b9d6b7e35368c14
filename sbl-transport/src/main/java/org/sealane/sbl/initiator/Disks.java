package org.sealane.sbl.initiator;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.sealane.sbl.target.Disk;
import org.sealane.sbl.target.DiskTarget;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.NtStatus;

/**
 * Every disk of the cluster, opened by name on this node: from the local target if the disk is
 * here, else over the lane of its volume to the node that holds it.
 *
 * <p>Any thread may call. One lock guards the table of local targets and is not held while a disk
 * is used.
 */
public final class Disks implements AutoCloseable {
  private final String self;
  private final DiskDirectory directory;
  private final RemoteDisks remote;
  private final Map<UUID, DiskTarget> targets = new HashMap<>();

  /**
   * @param self this node's name
   */
  public Disks(String self, DiskDirectory directory, RemoteDisks remote) {
    this.self = Objects.requireNonNull(self);
    this.directory = Objects.requireNonNull(directory);
    this.remote = Objects.requireNonNull(remote);
  }

  /** Serves a disk of this node under its volume's policy; owns it from now on. */
  public void serve(UUID volume, Disk disk) {
    synchronized (targets) {
      targets.computeIfAbsent(volume, key -> new DiskTarget(key.toString())).add(disk);
    }
  }

  /** Stops serving the disk of that name, making it durable first. */
  public void stop(String name) throws IOException {
    synchronized (targets) {
      for (DiskTarget target : targets.values()) {
        target.remove(name);
      }
    }
  }

  /** True if the disk is served here now. */
  public boolean serves(String name) {
    synchronized (targets) {
      return targets.values().stream().anyMatch(target -> target.serves(name));
    }
  }

  /** The disks of a volume that are here: what lanes of other nodes are served from. */
  public Optional<ShareBackend> local(UUID volume) {
    synchronized (targets) {
      return Optional.ofNullable(targets.get(volume));
    }
  }

  /** Opens a disk for reading and writing. The caller closes the open. */
  public ShareOpen open(String name, ShareBackend.Caller caller) throws ShareException {
    DiskDirectory.Location location =
        directory
            .find(name)
            .orElseThrow(() ->
                new ShareException(NtStatus.OBJECT_NAME_NOT_FOUND, "there is no disk " + name));
    CreateParameters parameters =
        new CreateParameters(
            SharePath.ofWire(name),
            AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA,
            0,
            CreateParameters.SHARE_ALL,
            CreateDisposition.OPEN,
            0);
    return share(name, location).create(parameters, caller);
  }

  private ShareBackend share(String name, DiskDirectory.Location location) throws ShareException {
    if (!location.node().equals(self)) {
      return remote.on(location.node(), location.volume());
    }
    return local(location.volume())
        .orElseThrow(() ->
            new ShareException(
                NtStatus.FILE_NOT_AVAILABLE, "disk " + name + " is being brought up here"));
  }

  /** Makes every local disk durable and lets go of it. Idempotent. */
  @Override
  public void close() {
    synchronized (targets) {
      targets.values().forEach(DiskTarget::close);
      targets.clear();
    }
  }
}
