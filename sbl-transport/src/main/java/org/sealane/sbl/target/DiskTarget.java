package org.sealane.sbl.target;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateOptions;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.NtStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disks of one volume that this node serves, as the share {@code SBL$}: one file per disk, of
 * fixed size, opened but never created, renamed or deleted over a lane.
 *
 * <p>Any thread may call. The target owns the disks it was given.
 */
public final class DiskTarget implements ShareBackend {
  private static final Logger LOG = LoggerFactory.getLogger(DiskTarget.class);

  private final String label;
  private final Map<String, Disk> disks = new ConcurrentHashMap<>();

  /**
   * @param label names the volume in what clients are told
   */
  public DiskTarget(String label) {
    this.label = label;
  }

  /** Starts to serve {@code disk}, which the target owns from here on. */
  public void add(Disk disk) {
    if (disks.putIfAbsent(disk.name(), disk) != null) {
      throw new IllegalStateException("disk " + disk.name() + " is already served");
    }
  }

  /** Stops serving the disk, making it durable first; opens of it fail from then on. */
  public void remove(String name) throws IOException {
    Disk disk = disks.remove(name);
    if (disk != null) {
      disk.close();
    }
  }

  /** True if the disk is served here now. */
  public boolean serves(String name) {
    return disks.containsKey(name);
  }

  @Override
  public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
    if (parameters.path().components().size() != 1) {
      throw new ShareException(NtStatus.OBJECT_NAME_NOT_FOUND, "only disks are served here");
    }
    Disk disk = disks.get(parameters.path().name());
    if (disk == null) {
      throw new ShareException(
          NtStatus.OBJECT_NAME_NOT_FOUND, "disk " + parameters.path().name() + " is not here");
    }
    if (parameters.disposition() != CreateDisposition.OPEN
        && parameters.disposition() != CreateDisposition.OPEN_IF) {
      throw new ShareException(NtStatus.ACCESS_DENIED, "a disk is only opened over a lane");
    }
    if (parameters.has(CreateOptions.DIRECTORY_FILE)) {
      throw new ShareException(NtStatus.NOT_A_DIRECTORY, "disk " + disk.name());
    }
    if (parameters.has(CreateOptions.DELETE_ON_CLOSE)) {
      throw new ShareException(NtStatus.CANNOT_DELETE, "disk " + disk.name());
    }
    return new DiskOpen(
        this,
        disk,
        parameters.wants(AccessMask.READS),
        parameters.wants(AccessMask.WRITES),
        parameters.has(CreateOptions.WRITE_THROUGH));
  }

  /** What an open asks before each operation, so that a removed disk is not touched. */
  void requireServed(Disk disk) throws ShareException {
    if (disks.get(disk.name()) != disk) {
      throw new ShareException(NtStatus.FILE_CLOSED, "disk " + disk.name() + " was removed");
    }
  }

  @Override
  public VolumeInformation volumeInformation() {
    long total = disks.values().stream().mapToLong(Disk::sizeBytes).sum();
    return new VolumeInformation(label, label.hashCode(), total, 0, 4096);
  }

  @Override
  public void close() {
    for (String name : disks.keySet()) {
      try {
        remove(name);
      } catch (IOException e) {
        LOG.error("disk={} could not be made durable on close", name, e);
      }
    }
  }
}
