package org.sealane.smb.io;

/**
 * SRV_COPYCHUNK_RESPONSE, [MS-SMB2] 2.2.32.1: what was copied; with STATUS_INVALID_PARAMETER the
 * limits that the request did not keep to.
 *
 * @param chunksWritten whole chunks
 * @param chunkBytesWritten bytes of one that was written in part
 * @param totalBytesWritten bytes of all
 */
public record CopyChunkResponse(
    long chunksWritten, long chunkBytesWritten, long totalBytesWritten) {
  /** Bytes on the wire. */
  public static final int LENGTH = 12;

  /** What a request must keep to. */
  public static final CopyChunkResponse LIMITS =
      new CopyChunkResponse(
          CopyChunkRequest.CHUNKS_MAX,
          CopyChunkRequest.CHUNK_BYTES_MAX,
          CopyChunkRequest.BYTES_MAX);
}
