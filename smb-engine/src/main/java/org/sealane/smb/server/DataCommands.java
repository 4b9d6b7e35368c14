package org.sealane.smb.server;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.io.Channel;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.ReadRequest;
import org.sealane.smb.io.ReadRequestCodec;
import org.sealane.smb.io.ReadResponse;
import org.sealane.smb.io.ReadResponseCodec;
import org.sealane.smb.io.WriteRequest;
import org.sealane.smb.io.WriteRequestCodec;
import org.sealane.smb.io.WriteResponse;
import org.sealane.smb.io.WriteResponseCodec;
import org.sealane.smb.server.Dispatcher.Call;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.NtStatus;

/**
 * READ and WRITE, [MS-SMB2] 3.3.5.12 and 3.3.5.13. A READ's data is read into the array that is
 * sealed and sent; a WRITE's is written from where it arrived or was decrypted.
 */
final class DataCommands {
  /** FILE_EXECUTE, which lets data be read too, [MS-SMB2] 3.3.5.12. */
  private static final int FILE_EXECUTE = 0x0000_0020;

  private final ConnectionEnvironment environment;
  private final PlacedCommands placed;

  DataCommands(ConnectionEnvironment environment, PlacedCommands placed) {
    this.environment = environment;
    this.placed = placed;
  }

  Step read(Call call) throws MalformedMessageException, Refusal {
    ReadRequest asked = ReadRequestCodec.decode(call.request().reader());
    requireRange(asked.offset(), asked.lengthBytes());
    if (asked.channel() != Channel.NONE) {
      return placed.read(call, asked);
    }
    call.requirePayload(0, asked.lengthBytes(), environment.limit(Limit.PAYLOAD_BYTES));
    Open open = openToRead(call, asked.fileId());
    FramePool pool = environment.pool();
    return new Step.Run(
        Operation.lending(
            asked.lengthBytes(), () -> new Outcome.Answered(read(open.share(), asked, pool))));
  }

  /** The open of a READ, held until it is answered. */
  static Open openToRead(Call call, FileId fileId) throws Refusal {
    Open open = call.open(fileId);
    if (!open.allows(AccessMask.FILE_READ_DATA | FILE_EXECUTE)) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    call.use(open);
    return open;
  }

  /** The open of a WRITE, held until it is answered. */
  static Open openToWrite(Call call, FileId fileId) throws Refusal {
    Open open = call.open(fileId);
    if (!open.allows(AccessMask.FILE_WRITE_DATA | AccessMask.FILE_APPEND_DATA)) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    call.use(open);
    return open;
  }

  private static Response read(ShareOpen share, ReadRequest asked, FramePool pool)
      throws ShareException {
    FramePool.Buffer buffer = Payload.borrow(pool, (int) asked.lengthBytes());
    try {
      int count = readFully(share, asked, buffer.segment().asSlice(Payload.OFFSET));
      return Response.success(out -> ReadResponseCodec.encode(ReadResponse.inline(count), out))
          .withPayload(new Payload(buffer, count));
    } catch (ShareException | RuntimeException | Error e) {
      buffer.close();
      throw e;
    }
  }

  /**
   * A short READ means the end of the file to a client, so a short read of the share goes on. Fails
   * with STATUS_END_OF_FILE below the minimum that was asked for.
   */
  static int readFully(ShareOpen share, ReadRequest asked, MemorySegment into)
      throws ShareException {
    int length = (int) asked.lengthBytes();
    int count = 0;
    // Once also for no bytes at all: the share refuses what can not be read.
    do {
      try {
        count += share.read(asked.offset() + count, into.asSlice(count, length - count));
      } catch (ShareException e) {
        if (e.status().equals(NtStatus.END_OF_FILE) && count > 0) {
          break;
        }
        throw e;
      }
    } while (count < length);
    if (count < asked.minimumCount()) {
      throw new ShareException(
          NtStatus.END_OF_FILE, count + " bytes, fewer than the minimum asked for");
    }
    return count;
  }

  Step write(Call call) throws MalformedMessageException, Refusal {
    WriteRequest asked = WriteRequestCodec.decode(call.request().reader());
    if (asked.channel() != Channel.NONE) {
      requireRange(asked.offset(), asked.remainingBytes());
      return placed.write(call, asked);
    }
    requireRange(asked.offset(), asked.lengthBytes());
    call.requirePayload(asked.lengthBytes(), 0, environment.limit(Limit.PAYLOAD_BYTES));
    Open open = openToWrite(call, asked.fileId());
    MemorySegment payload = WriteRequestCodec.payload(call.request().reader(), asked);
    call.tree().received().add(call.request().level(), asked.lengthBytes());
    return new Step.Run(
        Operation.of(
            asked.lengthBytes(),
            () -> {
              if (payload.byteSize() > 0) {
                open.share().write(asked.offset(), payload, asked.writeThrough());
              }
              WriteResponse response = new WriteResponse(payload.byteSize());
              return new Outcome.Answered(
                  Response.success(out -> WriteResponseCodec.encode(response, out)));
            }));
  }

  private static void requireRange(long offset, long lengthBytes) throws Refusal {
    if (offset < 0 || lengthBytes > Long.MAX_VALUE - offset) {
      throw new Refusal(NtStatus.INVALID_PARAMETER);
    }
  }
}
