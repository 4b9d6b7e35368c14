package org.sealane.smb.server;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.io.CopyChunkRequest;
import org.sealane.smb.io.CopyChunkRequestCodec;
import org.sealane.smb.io.CopyChunkResponse;
import org.sealane.smb.io.CopyChunkResponseCodec;
import org.sealane.smb.io.IoctlRequest;
import org.sealane.smb.io.ResumeKeyResponse;
import org.sealane.smb.io.ResumeKeyResponseCodec;
import org.sealane.smb.server.Dispatcher.Call;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/**
 * Server-side copy, [MS-SMB2] 3.3.5.15.5 and 3.3.5.15.6: bytes go from one open of a session to
 * another without passing its client. On a node that does not own the volume they do pass the lane.
 */
final class CopyCommands {
  private CopyCommands() {}

  static Operation resumeKey(IoctlRequest asked, Open open) throws Refusal {
    if (asked.maxOutputResponse() < ResumeKeyResponse.LENGTH) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    MessageWriter output = new MessageWriter();
    ResumeKeyResponseCodec.encode(new ResumeKeyResponse(open.id()), output);
    return Operation.of(
        0, () -> ControlCommands.answered(NtStatus.SUCCESS, asked, output.written()));
  }

  /**
   * @param target what is copied to; its access was checked
   */
  static Operation copy(Call call, IoctlRequest asked, Open target)
      throws MalformedMessageException, Refusal {
    if (asked.maxOutputResponse() < CopyChunkResponse.LENGTH) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
    CopyChunkRequest copy = CopyChunkRequestCodec.decode(new MessageReader(asked.input()));
    if (!copy.isWithinLimits()) {
      return Operation.of(
          0, () -> answered(NtStatus.INVALID_PARAMETER, asked, CopyChunkResponse.LIMITS));
    }
    Open source =
        call.session().opens().stream()
            .filter(open -> open.id().equals(copy.source()))
            .findFirst()
            .orElseThrow(() -> new Refusal(NtStatus.OBJECT_NAME_NOT_FOUND));
    if (!source.allows(AccessMask.FILE_READ_DATA | AccessMask.FILE_EXECUTE)) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    for (CopyChunkRequest.Chunk chunk : copy.chunks()) {
      if (passes63Bits(chunk.sourceOffset(), chunk) || passes63Bits(chunk.targetOffset(), chunk)) {
        throw new Refusal(NtStatus.INVALID_PARAMETER);
      }
    }
    call.request().use(source.uses());
    int bufferBytes =
        (int) copy.chunks().stream().mapToLong(CopyChunkRequest.Chunk::lengthBytes).max().orElse(0);
    return Operation.of(
        bufferBytes, () -> copied(source.share(), target.share(), copy, asked, bufferBytes));
  }

  private static boolean passes63Bits(long offset, CopyChunkRequest.Chunk chunk) {
    return offset < 0 || offset > Long.MAX_VALUE - chunk.lengthBytes();
  }

  /** On a worker. What was copied before a failure stays, and is told. */
  private static Outcome copied(
      ShareOpen source,
      ShareOpen target,
      CopyChunkRequest copy,
      IoctlRequest asked,
      int bufferBytes) {
    MemorySegment buffer = MemorySegment.ofArray(new byte[bufferBytes]);
    long total = 0;
    int chunks = 0;
    try {
      for (CopyChunkRequest.Chunk chunk : copy.chunks()) {
        MemorySegment bytes = buffer.asSlice(0, chunk.lengthBytes());
        readFully(source, chunk.sourceOffset(), bytes);
        target.write(chunk.targetOffset(), bytes, false);
        total += chunk.lengthBytes();
        chunks++;
      }
    } catch (ShareException e) {
      NtStatus status =
          e.status().equals(NtStatus.END_OF_FILE) ? NtStatus.INVALID_VIEW_SIZE : e.status();
      return answered(status, asked, new CopyChunkResponse(chunks, 0, total));
    }
    return answered(NtStatus.SUCCESS, asked, new CopyChunkResponse(chunks, 0, total));
  }

  private static void readFully(ShareOpen source, long offset, MemorySegment into)
      throws ShareException {
    long count = 0;
    while (count < into.byteSize()) {
      count += source.read(offset + count, into.asSlice(count));
    }
  }

  private static Outcome answered(NtStatus status, IoctlRequest asked, CopyChunkResponse response) {
    MessageWriter output = new MessageWriter();
    CopyChunkResponseCodec.encode(response, output);
    return ControlCommands.answered(status, asked, output.written());
  }
}
