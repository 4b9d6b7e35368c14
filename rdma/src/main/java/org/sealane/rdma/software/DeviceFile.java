package org.sealane.rdma.software;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The device file of a process: what it shares with all its peers. */
final class DeviceFile {
  /** Its name in the process's directory. */
  static final String NAME = "device";

  private static final int MAGIC = 0x5EA1_A4E1;
  private static final int MAGIC_OFFSET = 0;
  private static final int KEYS_COUNT_OFFSET = 4;
  private static final int DOORBELLS_OFFSET = 64;
  private static final int KEYS_OFFSET =
      DOORBELLS_OFFSET + SoftwareSettings.COMPLETION_QUEUES_MAX * Doorbells.BYTES;

  private final MemorySegment area;
  private final KeyTable keys;

  private DeviceFile(MemorySegment area, int keysMax) {
    this.area = area;
    this.keys = new KeyTable(area.asSlice(KEYS_OFFSET, (long) keysMax * KeyTable.ENTRY_BYTES));
  }

  /** Makes this process's own. */
  static DeviceFile create(Path directory, int keysMax, Arena arena) throws IOException {
    MemorySegment area =
        Shared.create(
            directory.resolve(NAME), KEYS_OFFSET + (long) keysMax * KeyTable.ENTRY_BYTES, arena);
    Shared.setInt(area, KEYS_COUNT_OFFSET, keysMax);
    Shared.setInt(area, MAGIC_OFFSET, MAGIC);
    return new DeviceFile(area, keysMax);
  }

  /** Opens a peer's. */
  static DeviceFile open(Path directory, Arena arena) throws IOException {
    MemorySegment area = Shared.open(directory.resolve(NAME), arena);
    if (area.byteSize() < KEYS_OFFSET || Shared.getInt(area, MAGIC_OFFSET) != MAGIC) {
      throw new IOException("the peer's device file is of another version");
    }
    int keysMax = Shared.getInt(area, KEYS_COUNT_OFFSET);
    if (keysMax < 1 || KEYS_OFFSET + (long) keysMax * KeyTable.ENTRY_BYTES != area.byteSize()) {
      throw new IOException("the peer's device file has " + area.byteSize() + " bytes");
    }
    return new DeviceFile(area, keysMax);
  }

  KeyTable keys() {
    return keys;
  }

  Doorbells doorbells(int completionQueue) {
    return new Doorbells(area.asSlice(DOORBELLS_OFFSET + (long) completionQueue * Doorbells.BYTES));
  }
}
