package org.sealane.smb.encryption.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class HeapBytesTest {
  private static final byte[] BYTES = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

  @Test
  void shouldFindTheArrayWhenSegmentIsASliceOfASlice() {
    MemorySegment slice = MemorySegment.ofArray(BYTES).asSlice(2, 7).asSlice(1, 3);

    HeapBytes found = HeapBytes.of(slice);

    assertThat(found.array()).isSameAs(BYTES);
    assertThat(found.offset()).isEqualTo(3);
    assertThat(found.length()).isEqualTo(3);
  }

  @Test
  void shouldRefuseWhenSegmentIsNotAWritableByteArray() {
    try (Arena arena = Arena.ofConfined()) {
      for (MemorySegment other :
          new MemorySegment[] {
            arena.allocate(8),
            MemorySegment.ofArray(BYTES).asReadOnly(),
            MemorySegment.ofArray(new long[1])
          }) {
        assertThat(HeapBytes.backs(other)).isFalse();
        assertThatThrownBy(() -> HeapBytes.of(other)).isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void shouldFeedAllBytesInOrderWhenSegmentIsNative() throws Exception {
    ByteArrayOutputStream fed = new ByteArrayOutputStream();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(BYTES.length).copyFrom(MemorySegment.ofArray(BYTES));

      HeapBytes.feed(segment, new byte[4], fed::write);
    }

    assertThat(fed.toByteArray()).isEqualTo(BYTES);
  }
}
