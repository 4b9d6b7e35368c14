package org.sealane.smb.share;

import java.time.Instant;

/**
 * What is known of a file, the sum of the classes that [MS-FSCC] 2.4 splits it into.
 *
 * @param name the last component of its path, as stored
 * @param fileId 64 bits that identify the file on its volume
 * @param creationTime 100 ns resolution on the wire
 * @param lastAccessTime see {@code creationTime}
 * @param lastWriteTime see {@code creationTime}
 * @param changeTime see {@code creationTime}
 * @param endOfFile size in bytes
 * @param allocationBytes storage in use
 * @param attributes bits of {@link FileAttributes}
 * @param links hard links to it
 */
public record FileInformation(
    String name,
    long fileId,
    Instant creationTime,
    Instant lastAccessTime,
    Instant lastWriteTime,
    Instant changeTime,
    long endOfFile,
    long allocationBytes,
    int attributes,
    int links) {

  public boolean isDirectory() {
    return (attributes & FileAttributes.DIRECTORY) != 0;
  }
}
