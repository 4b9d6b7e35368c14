package org.sealane.sbl.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.sbl.target.Disk;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.NtStatus;

class DisksTest {
  private static final UUID VOLUME = new UUID(1, 2);
  private static final UUID OTHER = new UUID(3, 4);
  private static final Caller CALLER = new Caller("node2", "node2");

  @TempDir Path directory;
  private final Map<String, DiskDirectory.Location> locations = new HashMap<>();
  private Disks holder;
  private Disks user;

  @BeforeEach
  void twoNodes() throws IOException {
    DiskDirectory where = name -> Optional.ofNullable(locations.get(name));
    holder = new Disks("node1", where, (node, volume) -> refuse());
    user = new Disks("node2", where, (node, volume) -> holder.local(volume).orElseThrow());
    Path path = directory.resolve("d1");
    Disk.create(path, 1 << 16);
    holder.serve(VOLUME, Disk.open("d1", path));
    locations.put("d1", new DiskDirectory.Location("node1", VOLUME));
  }

  private static ShareBackend refuse() {
    throw new AssertionError("the holder needs no lane");
  }

  @AfterEach
  void close() {
    user.close();
    holder.close();
  }

  private static void assertStatus(
      NtStatus status, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ShareException.class, e -> assertThat(e.status()).isEqualTo(status));
  }

  @Test
  void shouldReachOneDiskFromItsNodeAndFromAnother() throws ShareException {
    byte[] written = {1, 2, 3};
    try (ShareOpen open = user.open("d1", CALLER)) {
      open.write(100, MemorySegment.ofArray(written), true);
    }
    MemorySegment read = MemorySegment.ofArray(new byte[3]);
    try (ShareOpen open = holder.open("d1", CALLER)) {
      open.read(100, read);
    }
    assertThat(read.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(written);
  }

  @Test
  void shouldNotShowADiskUnderAnotherVolume() {
    assertThat(holder.local(OTHER)).isEmpty();
  }

  @Test
  void shouldSayWhyADiskCanNotBeOpened() throws IOException {
    assertStatus(NtStatus.OBJECT_NAME_NOT_FOUND, () -> user.open("d2", CALLER));
    locations.put("d3", new DiskDirectory.Location("node1", OTHER));
    assertStatus(NtStatus.FILE_NOT_AVAILABLE, () -> holder.open("d3", CALLER));
    holder.stop("d1");
    assertThat(holder.serves("d1")).isFalse();
    assertStatus(NtStatus.OBJECT_NAME_NOT_FOUND, () -> user.open("d1", CALLER));
  }
}
