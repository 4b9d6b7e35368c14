package org.sealane.smb.io;

import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link CopyChunkRequest}, [MS-SMB2] 2.2.31.1; it is a whole IOCTL input. */
public final class CopyChunkRequestCodec {
  private static final int CHUNK_COUNT_OFFSET = 24;
  private static final int CHUNKS_OFFSET = 32;
  private static final int CHUNK_LENGTH = 24;
  private static final int TARGET_OFFSET_OFFSET = 8;
  private static final int LENGTH_OFFSET = 16;

  private CopyChunkRequestCodec() {}

  public static CopyChunkRequest decode(MessageReader in) throws MalformedMessageException {
    in.require("SRV_COPYCHUNK_COPY", 0, CHUNKS_OFFSET);
    long count = in.u32("ChunkCount", CHUNK_COUNT_OFFSET);
    FileId source = FileId.decode(in, 0);
    if (count > CopyChunkRequest.CHUNKS_MAX) {
      return new CopyChunkRequest(source, count, List.of());
    }
    in.require("Chunks", CHUNKS_OFFSET, count * CHUNK_LENGTH);
    List<CopyChunkRequest.Chunk> chunks = new ArrayList<>((int) count);
    for (int i = 0; i < count; i++) {
      int offset = CHUNKS_OFFSET + i * CHUNK_LENGTH;
      chunks.add(
          new CopyChunkRequest.Chunk(
              in.i64("SourceOffset", offset),
              in.i64("TargetOffset", offset + TARGET_OFFSET_OFFSET),
              in.u32("Length", offset + LENGTH_OFFSET)));
    }
    return new CopyChunkRequest(source, count, chunks);
  }

  public static void encode(CopyChunkRequest request, MessageWriter out) {
    out.padTo(CHUNKS_OFFSET + request.chunks().size() * CHUNK_LENGTH)
        .u32(CHUNK_COUNT_OFFSET, request.chunkCount());
    request.source().encode(out, 0);
    for (int i = 0; i < request.chunks().size(); i++) {
      CopyChunkRequest.Chunk chunk = request.chunks().get(i);
      int offset = CHUNKS_OFFSET + i * CHUNK_LENGTH;
      out.i64(offset, chunk.sourceOffset())
          .i64(offset + TARGET_OFFSET_OFFSET, chunk.targetOffset())
          .u32(offset + LENGTH_OFFSET, chunk.lengthBytes());
    }
  }
}
