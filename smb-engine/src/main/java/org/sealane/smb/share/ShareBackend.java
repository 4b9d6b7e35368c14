package org.sealane.smb.share;

import java.util.Optional;
import org.sealane.smb.tree.ShareType;

/**
 * A tree of files. Methods block, may be called by many threads at once, and fail only with a
 * {@link ShareException} that carries the status for the client.
 */
public interface ShareBackend extends AutoCloseable {

  /**
   * Opens or creates a file or directory, [MS-SMB2] 3.3.5.9. The caller closes the result. Fails
   * with STATUS_OPLOCK_BREAK_IN_PROGRESS, as changes of names and deletions may, while a client has
   * to write back what it has cached: then whoever wants that tries again. {@link PatientShare}
   * does.
   *
   * @param caller on whose behalf, for audit
   */
  ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException;

  /** What kind of share it is. */
  default ShareType type() {
    return ShareType.DISK;
  }

  /** What is known of the file system under the tree, told truly. */
  VolumeInformation volumeInformation() throws ShareException;

  /** Closes every open and lets go of the storage. Idempotent. */
  @Override
  void close();

  /**
   * Who asks.
   *
   * @param node the node whose lane or process it came through
   * @param user the user it acts for; the node's own name for the node itself
   * @param leaseKey the key of the lease that the open shall be of, which it does not break
   */
  record Caller(String node, String user, Optional<Object> leaseKey) {
    public Caller(String node, String user) {
      this(node, user, Optional.empty());
    }
  }

  /**
   * FileFsFullSizeInformation and FileFsVolumeInformation, [MS-FSCC] 2.5.
   *
   * @param label the volume's label
   * @param serialNumber 32 bits that tell volumes apart
   * @param totalBytes size of the file system
   * @param availableBytes what the server may still write
   * @param blockBytes the allocation unit
   */
  record VolumeInformation(
      String label, int serialNumber, long totalBytes, long availableBytes, int blockBytes) {}
}
