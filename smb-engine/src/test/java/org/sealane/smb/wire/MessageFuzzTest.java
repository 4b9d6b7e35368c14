package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Fuzz targets of the header, of compounds and of the messages in no other package; the seeds in
 * {@code MessageFuzzTestInputs} are always replayed.
 */
class MessageFuzzTest {
  @FuzzTest
  void header(byte[] message) {
    try {
      byte[] encoded = Smb2HeaderCodecTest.encode(Smb2HeaderCodecTest.decode(message));
      assertThat(encoded).startsWith(Arrays.copyOf(message, Smb2Header.SIGNATURE_OFFSET));
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @FuzzTest
  void compound(byte[] frame) {
    MemorySegment segment = MemorySegment.ofArray(frame);
    try {
      List<CompoundReader.Message> messages = CompoundReader.split(segment);
      assertThat(messages).hasSizeBetween(1, CompoundReader.MESSAGES_MAX);
      assertThat(messages.stream().mapToLong(message -> message.bytes().byteSize()).sum())
          .isEqualTo(frame.length);
      assertThat(ProtocolId.of(segment)).isEqualTo(ProtocolId.SMB2);
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @FuzzTest
  void error(byte[] message) {
    CodecFuzz.check(ErrorResponseCodecTest.CODEC, message);
  }

  @FuzzTest
  void echoRequest(byte[] message) {
    CodecFuzz.check(FixedBodyCodecTest.ECHO_REQUEST, message);
  }

  @FuzzTest
  void echoResponse(byte[] message) {
    CodecFuzz.check(FixedBodyCodecTest.ECHO_RESPONSE, message);
  }

  @FuzzTest
  void cancel(byte[] message) {
    CodecFuzz.check(FixedBodyCodecTest.CANCEL_REQUEST, message);
  }
}
