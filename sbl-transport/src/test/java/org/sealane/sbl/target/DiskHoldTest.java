package org.sealane.sbl.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That no second process serves a disk, as one tries to. */
class DiskHoldTest {
  private static final int SIZE_BYTES = 1 << 20;
  private static final int IN_USE = 3;

  @TempDir private Path directory;

  /** The second process: opens the disk that its argument names. */
  static final class Second {
    public static void main(String[] arguments) {
      try (Disk disk = Disk.open("d1", Path.of(arguments[0]))) {
        System.exit(disk.sizeBytes() == SIZE_BYTES ? 0 : 1);
      } catch (IOException e) {
        System.exit(e.getMessage().contains("in use by another process") ? IN_USE : 2);
      }
    }
  }

  private static int second(Path path) throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Second.class.getName(),
                    path.toString()))
            .inheritIO()
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Test
  void shouldStayTheFirstProcesssWhateverIsDoneWithIt() throws Exception {
    Path path = directory.resolve("d1.disk");
    Disk.create(path, SIZE_BYTES);
    try (Disk disk = Disk.open("d1", path)) {
      assertThat(second(path)).isEqualTo(IN_USE);
      disk.zero(0, 4096);
      assertThat(disk.dataExtents(0, SIZE_BYTES)).isNotNull();

      assertThat(second(path)).as("after its file was opened and closed here").isEqualTo(IN_USE);
    }
    assertThat(second(path)).as("once it was let go").isZero();
  }
}
