package org.sealane.smb.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.tcp.FrameDecoder.Decoded;

class FrameDecoderTest {
  private final FramePool pool =
      new FramePool(2L * (FramePool.FRAME_BYTES_MAX + FramePool.TAIL_BYTES), 1 << 20);
  private final AtomicInteger memoryReturned = new AtomicInteger();
  private final FrameDecoder decoder = new FrameDecoder(pool, memoryReturned::incrementAndGet);

  @AfterEach
  void everythingIsGivenBack() {
    decoder.close();
    assertThat(pool.outstandingBytes()).isZero();
  }

  @Test
  void shouldFindEachFrameWhenBytesComeOneAtATime() {
    byte[] stream = stream(content(1), content(300), content(7));
    List<byte[]> frames = new ArrayList<>();
    for (byte b : stream) {
      frames.addAll(decodeAll(new byte[] {b}));
    }
    assertThat(frames).containsExactly(content(1), content(300), content(7));
  }

  @Test
  void shouldFindEachFrameWhenTheyComeTogether() {
    assertThat(decodeAll(stream(content(1), content(300), content(7))))
        .containsExactly(content(1), content(300), content(7));
    assertThat(decoder.isWithinFrame()).isFalse();
  }

  @Test
  void shouldFindLargeFramesWhateverTheChunks() {
    decoder.limit(FramePool.FRAME_BYTES_MAX);
    byte[] large = content(1_000_000);
    byte[] stream = stream(large, content(5), large);
    for (int chunk : new int[] {1_000, 65_535, 65_536, 65_540, 300_000, 3_000_000}) {
      List<byte[]> frames = new ArrayList<>();
      for (int from = 0; from < stream.length; from += chunk) {
        int to = Math.min(stream.length, from + chunk);
        frames.addAll(decodeAll(Arrays.copyOfRange(stream, from, to)));
      }
      assertThat(frames).containsExactly(large, content(5), large);
    }
  }

  @Test
  void shouldRefuseFirstByteThatIsNotZero() {
    assertThat(violation(new byte[] {1})).contains("first byte of a frame is 1");
  }

  @Test
  void shouldAcceptTheLimitAndRefuseOneByteMore() {
    decoder.limit(300);
    assertThat(decodeAll(stream(content(299), content(300)))).hasSize(2);
    assertThat(violation(new byte[] {0, 0, 1, 45})).contains("301").contains("300");
  }

  @Test
  void shouldRefuseEmptyFrame() {
    assertThat(violation(new byte[] {0, 0, 0, 0})).contains("frame of 0 bytes");
  }

  @Test
  void shouldHoldOnlyTheFirstStageWhenALongFrameIsAnnounced() {
    decoder.limit(FramePool.FRAME_BYTES_MAX);
    assertThat(decodeAll(new byte[] {0, (byte) 0x80, 0, 0, 1, 2, 3})).isEmpty();
    assertThat(decoder.isWithinFrame()).isTrue();
    assertThat(pool.outstandingBytes()).isBetween(65_536L, 70_000L);
    assertThat(decodeAll(new byte[FrameDecoder.FIRST_STAGE_BYTES])).isEmpty();
    assertThat(pool.outstandingBytes()).isGreaterThanOrEqualTo(FramePool.FRAME_BYTES_MAX);
  }

  @Test
  void shouldWaitAndThenGoOnWhenMemoryIsLentOut() {
    decoder.limit(FramePool.FRAME_BYTES_MAX);
    FramePool.Buffer other = pool.borrow(FramePool.FRAME_BYTES_MAX);
    FramePool.Buffer another = pool.borrow(FramePool.FRAME_BYTES_MAX);
    ByteBuf in = Unpooled.wrappedBuffer(stream(content(500)));
    assertThat(decoder.decode(in)).isInstanceOf(Decoded.NeedMemory.class);
    other.close();
    another.close();
    assertThat(memoryReturned).hasValue(1);
    assertThat(frame(decoder.decode(in))).isEqualTo(content(500));
  }

  @Test
  void shouldWaitAndThenGoOnWhenTheLargerArrayIsNotLent() {
    decoder.limit(FramePool.FRAME_BYTES_MAX);
    FramePool.Buffer other = pool.borrow(FramePool.FRAME_BYTES_MAX);
    FramePool.Buffer another = pool.borrow(FramePool.PAYLOAD_BYTES_MAX / 4);
    byte[] large = content(6 << 20);
    byte[] stream = stream(large);
    assertThat(decodeAll(Arrays.copyOf(stream, 1_000))).isEmpty();
    ByteBuf rest = Unpooled.wrappedBuffer(stream, 1_000, stream.length - 1_000);
    assertThat(decoder.decode(rest)).isInstanceOf(Decoded.NeedMemory.class);
    other.close();
    assertThat(frame(decoder.decode(rest))).isEqualTo(large);
    another.close();
  }

  private List<byte[]> decodeAll(byte[] bytes) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    List<byte[]> frames = new ArrayList<>();
    while (decoder.decode(in) instanceof Decoded.Frame(FramePool.Buffer buffer)) {
      frames.add(frame(new Decoded.Frame(buffer)));
    }
    assertThat(in.isReadable()).isFalse();
    return frames;
  }

  private String violation(byte[] bytes) {
    Decoded decoded = decoder.decode(Unpooled.wrappedBuffer(bytes));
    assertThat(decoded).isInstanceOf(Decoded.Violation.class);
    return ((Decoded.Violation) decoded).reason();
  }

  private static byte[] frame(Decoded decoded) {
    try (FramePool.Buffer buffer = ((Decoded.Frame) decoded).buffer()) {
      return Arrays.copyOf(buffer.array(), buffer.lengthBytes());
    }
  }

  private static byte[] content(int length) {
    byte[] content = new byte[length];
    for (int i = 0; i < length; i++) {
      content[i] = (byte) (i * 31 + length);
    }
    return content;
  }

  private static byte[] stream(byte[]... frames) {
    ByteBuf stream = Unpooled.buffer();
    for (byte[] frame : frames) {
      stream.writeInt(frame.length).writeBytes(frame);
    }
    byte[] bytes = new byte[stream.readableBytes()];
    stream.readBytes(bytes);
    return bytes;
  }
}
