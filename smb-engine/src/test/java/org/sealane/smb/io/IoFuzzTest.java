package org.sealane.smb.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sealane.smb.wire.CodecFuzz;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Fuzz targets of the messages on opens; the seeds in {@code IoFuzzTestInputs} are replayed. */
class IoFuzzTest {
  @FuzzTest
  void createRequest(byte[] message) {
    CodecFuzz.check(Specimen.CREATE_REQUEST, message);
  }

  @FuzzTest
  void createResponse(byte[] message) {
    CodecFuzz.check(Specimen.CREATE_RESPONSE, message);
  }

  @FuzzTest
  void closeRequest(byte[] message) {
    CodecFuzz.check(Specimen.CLOSE_REQUEST, message);
  }

  @FuzzTest
  void closeResponse(byte[] message) {
    CodecFuzz.check(Specimen.CLOSE_RESPONSE, message);
  }

  @FuzzTest
  void flushRequest(byte[] message) {
    CodecFuzz.check(Specimen.FLUSH_REQUEST, message);
  }

  @FuzzTest
  void flushResponse(byte[] message) {
    CodecFuzz.check(Specimen.FLUSH_RESPONSE, message);
  }

  @FuzzTest
  void readRequest(byte[] message) {
    CodecFuzz.check(Specimen.READ_REQUEST, message);
  }

  @FuzzTest
  void readResponse(byte[] message) {
    CodecFuzz.check(Specimen.READ_RESPONSE, message);
  }

  @FuzzTest
  void writeRequest(byte[] message) {
    CodecFuzz.check(Specimen.WRITE_REQUEST, message);
  }

  @FuzzTest
  void writeResponse(byte[] message) {
    CodecFuzz.check(Specimen.WRITE_RESPONSE, message);
  }

  @FuzzTest
  void ioctlRequest(byte[] message) {
    CodecFuzz.check(Specimen.IOCTL_REQUEST, message);
  }

  @FuzzTest
  void ioctlResponse(byte[] message) {
    CodecFuzz.check(Specimen.IOCTL_RESPONSE, message);
  }

  @FuzzTest
  void lockRequest(byte[] message) {
    CodecFuzz.check(Specimen.LOCK_REQUEST, message);
  }

  @FuzzTest
  void lockResponse(byte[] message) {
    CodecFuzz.check(Specimen.LOCK_RESPONSE, message);
  }

  @FuzzTest
  void oplockBreakNotification(byte[] message) {
    CodecFuzz.check(Specimen.OPLOCK_BREAK_NOTIFICATION, message);
  }

  @FuzzTest
  void oplockBreakAcknowledgment(byte[] message) {
    CodecFuzz.check(Specimen.OPLOCK_BREAK_ACKNOWLEDGMENT, message);
  }

  @FuzzTest
  void oplockBreakResponse(byte[] message) {
    CodecFuzz.check(Specimen.OPLOCK_BREAK_RESPONSE, message);
  }

  @FuzzTest
  void leaseBreakNotification(byte[] message) {
    CodecFuzz.check(Specimen.LEASE_BREAK_NOTIFICATION, message);
  }

  @FuzzTest
  void leaseBreakAcknowledgment(byte[] message) {
    CodecFuzz.check(Specimen.LEASE_BREAK_ACKNOWLEDGMENT, message);
  }

  @FuzzTest
  void leaseBreakResponse(byte[] message) {
    CodecFuzz.check(Specimen.LEASE_BREAK_RESPONSE, message);
  }

  @FuzzTest
  void changeNotifyRequest(byte[] message) {
    CodecFuzz.check(Specimen.CHANGE_NOTIFY_REQUEST, message);
  }

  @FuzzTest
  void changeNotifyResponse(byte[] message) {
    CodecFuzz.check(Specimen.CHANGE_NOTIFY_RESPONSE, message);
  }

  @FuzzTest
  void copyChunkRequest(byte[] input) {
    try {
      CopyChunkRequest request =
          CopyChunkRequestCodec.decode(new MessageReader(MemorySegment.ofArray(input)));
      if (request.isWithinLimits()) {
        assertThat(request.chunks()).hasSize((int) request.chunkCount());
        MessageWriter out = new MessageWriter();
        CopyChunkRequestCodec.encode(request, out);
        assertThat(CopyChunkRequestCodec.decode(new MessageReader(out.written())))
            .isEqualTo(request);
      }
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @FuzzTest
  void queryDirectoryRequest(byte[] message) {
    CodecFuzz.check(Specimen.QUERY_DIRECTORY_REQUEST, message);
  }

  @FuzzTest
  void queryDirectoryResponse(byte[] message) {
    CodecFuzz.check(Specimen.QUERY_DIRECTORY_RESPONSE, message);
  }

  @FuzzTest
  void queryInfoRequest(byte[] message) {
    CodecFuzz.check(Specimen.QUERY_INFO_REQUEST, message);
  }

  @FuzzTest
  void queryInfoResponse(byte[] message) {
    CodecFuzz.check(Specimen.QUERY_INFO_RESPONSE, message);
  }

  @FuzzTest
  void setInfoRequest(byte[] message) {
    CodecFuzz.check(Specimen.SET_INFO_REQUEST, message);
  }

  @FuzzTest
  void setInfoResponse(byte[] message) {
    CodecFuzz.check(Specimen.SET_INFO_RESPONSE, message);
  }

  @FuzzTest
  void bufferDescriptorV1(byte[] message) {
    CodecFuzz.check(TransformedPayloadTest.DESCRIPTORS, message);
  }

  @FuzzTest
  void rdmaTransform(byte[] message) {
    CodecFuzz.check(TransformedPayloadTest.TRANSFORM, message);
  }

  @FuzzTest
  void rdmaCryptoTransform(byte[] message) {
    CodecFuzz.check(TransformedPayloadTest.CRYPTO, message);
  }

  @FuzzTest
  void transformedPayload(byte[] message) {
    CodecFuzz.check(TransformedPayloadTest.PAYLOAD, message);
  }

  @FuzzTest
  void networkInterfaceInfo(byte[] buffer) throws MalformedMessageException {
    List<NetworkInterfaceInfo> decoded;
    try {
      decoded = NetworkInterfaceInfoTest.decode(buffer);
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThat(NetworkInterfaceInfoTest.decode(NetworkInterfaceInfoTest.encode(decoded)))
        .isEqualTo(decoded);
  }
}
