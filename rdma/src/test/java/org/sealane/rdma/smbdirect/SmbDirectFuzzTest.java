package org.sealane.rdma.smbdirect;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import org.sealane.rdma.smbdirect.SmbDirectConnection.Received;
import org.sealane.rdma.smbdirect.SmbDirectConnection.Role;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * Fuzz targets of SMB Direct: a codec throws nothing but a malformed message and gives back what it
 * read; a connection takes any messages, and hands out no more than its limit.
 */
class SmbDirectFuzzTest {
  private static final int FRAME_BYTES = 200_000;

  @FuzzTest
  void negotiateRequest(byte[] bytes) {
    try {
      NegotiateRequest read = NegotiateRequestCodec.decode(MemorySegment.ofArray(bytes));
      require(NegotiateRequestCodec.decode(NegotiateRequestCodec.encode(read)).equals(read));
    } catch (MalformedMessageException e) {
      require(bytes.length < NegotiateRequest.LENGTH);
    }
  }

  @FuzzTest
  void negotiateResponse(byte[] bytes) {
    try {
      NegotiateResponse read = NegotiateResponseCodec.decode(MemorySegment.ofArray(bytes));
      require(NegotiateResponseCodec.decode(NegotiateResponseCodec.encode(read)).equals(read));
    } catch (MalformedMessageException e) {
      require(bytes.length < NegotiateResponse.LENGTH);
    }
  }

  @FuzzTest
  void dataTransfer(byte[] bytes) {
    MemorySegment message = MemorySegment.ofArray(bytes);
    try {
      DataTransfer read = DataTransferCodec.decode(message);
      require(read.dataLength() == 0 || read.dataOffset() >= DataTransfer.LENGTH);
      require(read.dataOffset() % 8 == 0);
      require(read.dataLength() == 0 || read.dataOffset() + read.dataLength() <= bytes.length);
    } catch (MalformedMessageException e) {
      require(e.getMessage() != null);
    }
  }

  /** Messages to an acceptor: a byte with each one's length, then its bytes. */
  @FuzzTest
  void conversation(byte[] bytes) {
    SmbDirectConnection core = new SmbDirectConnection(Role.ACCEPTOR, SmbDirectPair.limits(8), 0);
    core.frameLimit(FRAME_BYTES);
    long assembled = 0;
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(Byte.toUnsignedInt(bytes[at]), bytes.length - at - 1);
      MemorySegment message = MemorySegment.ofArray(bytes).asSlice(at + 1, length);
      at += 1 + length;
      switch (core.onReceived(message, 0)) {
        case Received.Fragment(MemorySegment data, long rest, boolean isFirst) -> {
          assembled = isFirst ? data.byteSize() : assembled + data.byteSize();
          require(assembled + rest <= FRAME_BYTES);
        }
        case Received.Answer answer -> require(answer.response().negotiatedVersion() == 0x100);
        case Received.Established established -> require(false);
        case Received.Nothing nothing -> require(core.sendCredits() <= 0xFFFF);
        case Received.Violation violation ->
            require(core.state() == SmbDirectConnection.State.CLOSED);
      }
      core.onPosted(core.receivesWanted());
      core.poll();
      require(core.receiveCredits() <= 8);
    }
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new AssertionError("broken");
    }
  }
}
