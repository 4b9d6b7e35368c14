package org.sealane.smb.io;

import java.util.List;

/**
 * SRV_COPYCHUNK_COPY, [MS-SMB2] 2.2.31.1: the input of FSCTL_SRV_COPYCHUNK and
 * FSCTL_SRV_COPYCHUNK_WRITE.
 *
 * @param source the open that is copied from; the server's resume key is its FileId and zeros
 * @param chunkCount what the request says, which may be more than {@link #CHUNKS_MAX}
 * @param chunks as many; none if they are too many
 */
public record CopyChunkRequest(FileId source, long chunkCount, List<Chunk> chunks) {
  /** ServerSideCopyMaxNumberofChunks, [MS-SMB2] 3.3.3. */
  public static final int CHUNKS_MAX = 256;

  /** ServerSideCopyMaxChunkSize. */
  public static final int CHUNK_BYTES_MAX = 1 << 20;

  /** ServerSideCopyMaxDataSize. */
  public static final int BYTES_MAX = 16 << 20;

  public CopyChunkRequest {
    chunks = List.copyOf(chunks);
  }

  /**
   * SRV_COPYCHUNK, [MS-SMB2] 2.2.31.1.1. Neither checked here.
   *
   * @param lengthBytes unsigned 32 bits
   */
  public record Chunk(long sourceOffset, long targetOffset, long lengthBytes) {}

  /** Whether it keeps to the three limits, and each chunk has bytes. */
  public boolean isWithinLimits() {
    return chunkCount <= CHUNKS_MAX
        && chunks.stream()
            .allMatch(chunk -> chunk.lengthBytes() > 0 && chunk.lengthBytes() <= CHUNK_BYTES_MAX)
        && chunks.stream().mapToLong(Chunk::lengthBytes).sum() <= BYTES_MAX;
  }
}
