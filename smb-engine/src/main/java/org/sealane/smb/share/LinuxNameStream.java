package org.sealane.smb.share;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/** Names by getdents64(2): holds one buffer's worth, however many there are. Owns a descriptor. */
final class LinuxNameStream implements NameStream {
  /** A thousand short names to a system call. */
  private static final int BUFFER_BYTES = 32 << 10;

  // struct linux_dirent64, getdents(2).
  private static final int RECLEN_OFFSET = 16;
  private static final int NAME_OFFSET = 19;

  private final int descriptor;
  private final Queue<String> pending = new ArrayDeque<>();
  private boolean ended;

  LinuxNameStream(int descriptor) {
    this.descriptor = descriptor;
  }

  @Override
  public Optional<String> next() throws IOException {
    while (pending.isEmpty() && !ended) {
      fill();
    }
    return Optional.ofNullable(pending.poll());
  }

  private void fill() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(BUFFER_BYTES, Long.BYTES);
      int length = PosixFile.directoryEntries(descriptor, buffer);
      ended = length == 0;
      int start = 0;
      while (start < length) {
        int recordBytes =
            Short.toUnsignedInt(buffer.get(ValueLayout.JAVA_SHORT, start + RECLEN_OFFSET));
        add(buffer.asSlice(start + NAME_OFFSET, recordBytes - NAME_OFFSET));
        start += recordBytes;
      }
    }
  }

  /** Drops a name that is no UTF-8: no client could ask for it. */
  private void add(MemorySegment paddedName) {
    ByteBuffer bytes = paddedName.asByteBuffer();
    int length = 0;
    while (length < bytes.limit() && bytes.get(length) != 0) {
      length++;
    }
    try {
      String name = StandardCharsets.UTF_8.newDecoder().decode(bytes.slice(0, length)).toString();
      if (!name.equals(".") && !name.equals("..")) {
        pending.add(name);
      }
    } catch (CharacterCodingException _) {
      return;
    }
  }

  @Override
  public void close() {
    PosixFile.close(descriptor);
  }
}
