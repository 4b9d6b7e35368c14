package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link CompoundWriter} and {@link CompoundReader}. */
class CompoundTest {
  @Test
  void shouldSplitIntoTheSameMessagesWhenJoined() throws Exception {
    byte[] frame = frame(message(1, 64), message(2, 65), message(3, 72), message(4, 71));
    List<CompoundReader.Message> messages = split(frame);

    assertThat(messages).extracting(m -> m.header().messageId()).containsExactly(1L, 2L, 3L, 4L);
    assertThat(messages).extracting(m -> m.bytes().byteSize()).containsExactly(64L, 72L, 72L, 71L);
    assertThat(messages)
        .extracting(m -> m.header().nextCommand())
        .containsExactly(64L, 72L, 72L, 0L);
  }

  @Test
  void shouldCoverTheFrameWithoutGapsWhenSplit() throws Exception {
    byte[] frame = frame(message(1, 67), message(2, 100));
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (CompoundReader.Message message : split(frame)) {
      joined.writeBytes(Bytes.of(message.bytes()));
    }

    assertThat(joined.toByteArray()).isEqualTo(frame);
  }

  @Test
  void shouldPadWithZerosWhenAnotherMessageFollows() {
    byte[] frame = frame(message(1, 67), message(2, 64));

    assertThat(frame).hasSize(72 + 64);
    assertThat(Arrays.copyOfRange(frame, 67, 72)).containsOnly(0);
    assertThat(frame[66]).isEqualTo((byte) 0x7E);
  }

  @Test
  void shouldLeaveTheMessageAloneWhenItIsTheOnlyOne() throws Exception {
    byte[] frame = frame(message(1, 67));

    assertThat(frame).hasSize(67);
    assertThat(split(frame)).hasSize(1);
  }

  /** The first of two messages of 72 bytes each announces the second elsewhere. */
  @ParameterizedTest
  @ValueSource(longs = {1, 8, 56, 63, 65, 68, 73, 76, 81, 88, 136, 144, 0x7FFF_FFF8L, 0xFFFF_FFF8L})
  void shouldRefuseWhenNextCommandIsUnalignedOrOutside(long nextCommand) {
    byte[] frame = frame(message(1, 72), message(2, 72));
    setNextCommand(frame, 0, nextCommand);

    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> split(frame))
        .satisfies(e -> assertThat(e.field()).isIn("NextCommand", "ProtocolId"));
  }

  /** A whole message does stand where NextCommand points to. */
  @ParameterizedTest
  @ValueSource(ints = {65, 66, 68, 71, 76})
  void shouldRefuseWhenTheNextMessageIsNotAligned(int start) {
    byte[] frame = new byte[start + 64];
    System.arraycopy(Bytes.of(message(1, start).written()), 0, frame, 0, start);
    System.arraycopy(Bytes.of(message(2, 64).written()), 0, frame, start, 64);
    setNextCommand(frame, 0, start);

    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> split(frame))
        .satisfies(e -> assertThat(e.field()).isEqualTo("NextCommand"));
  }

  @Test
  void shouldAcceptWhenTheLastMessageIsABareHeader() throws Exception {
    byte[] frame = frame(message(1, 72), message(2, 64));

    assertThat(split(frame)).hasSize(2);
  }

  @Test
  void shouldRefuseWhenTheLastHeaderIsCutOff() {
    byte[] frame = frame(message(1, 72), message(2, 64));
    byte[] cut = Arrays.copyOf(frame, frame.length - 1);

    assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> split(cut));
  }

  @Test
  void shouldRefuseWhenALaterMessageHasAnotherProtocolId() {
    byte[] frame = frame(message(1, 72), message(2, 72));
    frame[72] = (byte) 0xFD;

    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> split(frame))
        .satisfies(e -> assertThat(e.field()).isEqualTo("ProtocolId"));
  }

  @Test
  void shouldRefuseEveryPrefixWhenAHeaderIsCutOff() {
    byte[] frame = frame(message(1, 72), message(2, 64));
    for (int length = 0; length < frame.length; length++) {
      byte[] prefix = Arrays.copyOf(frame, length);
      assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> split(prefix));
    }
  }

  @Test
  void shouldAcceptAsManyMessagesAsTheLimitButNotOneMore() throws Exception {
    byte[] most = chain(CompoundReader.MESSAGES_MAX);
    byte[] tooMany = chain(CompoundReader.MESSAGES_MAX + 1);

    assertThat(split(most)).hasSize(CompoundReader.MESSAGES_MAX);
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> split(tooMany))
        .satisfies(e -> assertThat(e.field()).isEqualTo("compound"));
  }

  @Test
  void shouldRefuseToJoinWhenThereAreNoneOrTooMany() {
    List<MessageWriter> tooMany = new ArrayList<>();
    for (int i = 0; i <= CompoundReader.MESSAGES_MAX; i++) {
      tooMany.add(message(i, 64));
    }

    assertThatIllegalArgumentException().isThrownBy(() -> CompoundWriter.link(tooMany));
    assertThatIllegalArgumentException().isThrownBy(() -> CompoundWriter.link(List.of()));
  }

  @ParameterizedTest
  @CsvSource({"64, 0", "65, 7", "71, 1", "72, 0", "4294967297, 7"})
  void shouldPadToEightWhenMessageEndsAnywhere(long length, int padding) {
    assertThat(CompoundWriter.paddingBytes(length)).isEqualTo(padding);
  }

  private static List<CompoundReader.Message> split(byte[] frame) throws MalformedMessageException {
    return CompoundReader.split(MemorySegment.ofArray(frame));
  }

  /** A header and filler up to {@code length}. */
  private static MessageWriter message(long messageId, int length) {
    MessageWriter out = new MessageWriter();
    Smb2HeaderCodec.encode(
        new Smb2Header(1, NtStatus.SUCCESS, Command.ECHO.code(), 1, 0, 0, messageId, 0, 0), out);
    for (int i = Smb2Header.LENGTH; i < length; i++) {
      out.u8(i, 0x7E);
    }
    return out;
  }

  private static byte[] frame(MessageWriter... messages) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    for (MemorySegment segment : CompoundWriter.link(List.of(messages))) {
      frame.writeBytes(Bytes.of(segment));
    }
    return frame.toByteArray();
  }

  private static byte[] chain(int count) {
    byte[] frame = new byte[count * Smb2Header.LENGTH];
    for (int i = 0; i < count; i++) {
      byte[] header = Bytes.of(message(i, Smb2Header.LENGTH).written());
      System.arraycopy(header, 0, frame, i * Smb2Header.LENGTH, Smb2Header.LENGTH);
      setNextCommand(frame, i * Smb2Header.LENGTH, i < count - 1 ? Smb2Header.LENGTH : 0);
    }
    return frame;
  }

  private static void setNextCommand(byte[] frame, int start, long nextCommand) {
    for (int i = 0; i < 4; i++) {
      frame[start + Smb2HeaderCodec.NEXT_COMMAND_OFFSET + i] = (byte) (nextCommand >>> 8 * i);
    }
  }
}
