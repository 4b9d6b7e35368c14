package org.sealane.smb.negotiate;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import org.sealane.smb.wire.CodecFuzz;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;

/** Fuzz targets of NEGOTIATE; the seeds in {@code NegotiateFuzzTestInputs} are always replayed. */
class NegotiateFuzzTest {
  @FuzzTest
  void request(byte[] message) {
    CodecFuzz.check(NegotiateRequestCodecTest.CODEC, message);
  }

  @FuzzTest
  void response(byte[] message) {
    CodecFuzz.check(NegotiateResponseCodecTest.CODEC, message);
  }

  @FuzzTest
  void multiProtocolRequest(byte[] message) throws MalformedMessageException {
    MultiProtocolRequest decoded;
    try {
      decoded = MultiProtocolRequestCodec.decode(reader(message));
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    byte[] canonical = OlderDialectMessagesTest.bytes(MultiProtocolRequestCodec::encode, decoded);
    assertThat(MultiProtocolRequestCodec.decode(reader(canonical))).isEqualTo(decoded);
  }

  @FuzzTest
  void infoRequest(byte[] buffer) throws MalformedMessageException {
    NegotiateInfoRequest decoded;
    try {
      decoded = NegotiateInfoRequestCodec.decode(reader(buffer));
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    byte[] canonical = OlderDialectMessagesTest.bytes(NegotiateInfoRequestCodec::encode, decoded);
    assertThat(NegotiateInfoRequestCodec.decode(reader(canonical))).isEqualTo(decoded);
  }

  @FuzzTest
  void infoResponse(byte[] buffer) throws MalformedMessageException {
    NegotiateInfoResponse decoded;
    try {
      decoded = NegotiateInfoResponseCodec.decode(reader(buffer));
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    byte[] canonical = OlderDialectMessagesTest.bytes(NegotiateInfoResponseCodec::encode, decoded);
    assertThat(NegotiateInfoResponseCodec.decode(reader(canonical))).isEqualTo(decoded);
  }

  private static MessageReader reader(byte[] bytes) {
    return new MessageReader(MemorySegment.ofArray(bytes));
  }
}
