package org.sealane.smb.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * Fuzz targets of TRANSFORM_HEADER and of opening sealed messages; the seeds in {@code
 * EncryptionFuzzTestInputs} are always replayed.
 */
class EncryptionFuzzTest {
  private static final long SESSION = 0x1000_0000_0025L;
  private static final SessionKeys CLIENT =
      SealedMessageTest.keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION);
  private static final SessionKeys SERVER =
      SealedMessageTest.keys(CipherId.AES_128_GCM, Role.SERVER, SESSION);

  @FuzzTest
  void transformHeader(byte[] message) {
    TransformHeader header;
    try {
      header = TransformHeaderCodec.decode(new MessageReader(MemorySegment.ofArray(message)));
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    MessageWriter out = new MessageWriter();
    TransformHeaderCodec.encode(header, out);
    byte[] canonical = Arrays.copyOf(message, TransformHeader.LENGTH);
    // Reserved is ignored on receipt and sent as zero.
    Arrays.fill(canonical, 40, 42, (byte) 0);
    assertThat(out.written().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(canonical);
  }

  /** A frame from anybody: it is refused and nothing of it is left, or it is the seed. */
  @FuzzTest
  void open(byte[] frame) throws KeyUnavailableException {
    MemorySegment bytes = MemorySegment.ofArray(frame);
    byte[] opened = new byte[0];
    try {
      long length = MessageOpener.plaintextLength(bytes);
      assertThat(length).isEqualTo(frame.length - TransformHeader.LENGTH);
      assertThat(MessageOpener.isSealed(bytes)).isTrue();
      opened = new byte[(int) length];
      SERVER.opener().open(bytes, 0, MemorySegment.ofArray(opened));
      assertThat(frame).isEqualTo(PublishedVectors.bytes("smb311.sealedRequest"));
    } catch (RejectedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
      assertThat(opened).isEqualTo(new byte[opened.length]);
    }
  }

  /** What the peer seals is opened as it was, or refused for being sealed already. */
  @FuzzTest
  void sealThenOpen(byte[] message) throws KeyUnavailableException {
    if (message.length == 0) {
      return;
    }
    MemorySegment whole = MemorySegment.ofArray(message);
    int cut = Byte.toUnsignedInt(message[0]) % message.length;
    byte[] sealed = new byte[message.length + TransformHeader.LENGTH];
    byte[] opened = new byte[message.length];
    CLIENT
        .sealer()
        .seal(List.of(whole.asSlice(0, cut), whole.asSlice(cut)), MemorySegment.ofArray(sealed));
    try {
      SERVER.opener().open(MemorySegment.ofArray(sealed), 0, MemorySegment.ofArray(opened));
      assertThat(Arrays.equals(opened, message)).isTrue();
    } catch (RejectedMessageException e) {
      assertThat(e.reason()).isEqualTo(RejectedMessageException.Reason.NESTED);
      assertThat(MessageOpener.isSealed(whole)).isTrue();
    }
  }
}
