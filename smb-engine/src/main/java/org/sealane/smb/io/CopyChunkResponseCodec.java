package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link CopyChunkResponse}, [MS-SMB2] 2.2.32.1; it is a whole IOCTL output. */
public final class CopyChunkResponseCodec {
  private static final int CHUNK_BYTES_OFFSET = 4;
  private static final int TOTAL_BYTES_OFFSET = 8;

  private CopyChunkResponseCodec() {}

  public static CopyChunkResponse decode(MessageReader in) throws MalformedMessageException {
    return new CopyChunkResponse(
        in.u32("ChunksWritten", 0),
        in.u32("ChunkBytesWritten", CHUNK_BYTES_OFFSET),
        in.u32("TotalBytesWritten", TOTAL_BYTES_OFFSET));
  }

  public static void encode(CopyChunkResponse response, MessageWriter out) {
    out.u32(0, response.chunksWritten())
        .u32(CHUNK_BYTES_OFFSET, response.chunkBytesWritten())
        .u32(TOTAL_BYTES_OFFSET, response.totalBytesWritten());
  }
}
