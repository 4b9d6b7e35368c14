package org.sealane.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ProcessRecordTest {
  private static final Duration WAIT_MAX = Duration.ofSeconds(30);

  @TempDir private Path directory;

  @Test
  void shouldFindAProcessUntilItIsKilled() throws Exception {
    Process process = new ProcessBuilder("sleep", "600").start();
    try {
      ProcessRecord record = ProcessRecord.of(process.toHandle());

      assertThat(record.isAlive()).isTrue();
      assertThat(record.awaitExit(Duration.ofMillis(1))).isFalse();
      process.destroyForcibly();
      assertThat(record.awaitExit(WAIT_MAX)).isTrue();
      assertThat(record.isAlive()).isFalse();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldCountAsEndedWhenNobodyReapsIt() throws Exception {
    Path pid = directory.resolve("pid");
    // The shell's child ends at once, and what the shell becomes never waits for a child.
    Process parent =
        new ProcessBuilder("sh", "-c", "true & echo $! > " + pid + "; exec sleep 600").start();
    try {
      await().atMost(WAIT_MAX).until(() -> Files.exists(pid) && Files.size(pid) > 0);
      long child = Long.parseLong(Files.readString(pid).strip());
      await().atMost(WAIT_MAX).until(() -> parent.info().command().orElse("").endsWith("sleep"));
      ProcessHandle zombie = ProcessHandle.of(child).orElseThrow();
      Instant startedAt = zombie.info().startInstant().orElseThrow();
      ProcessRecord record = new ProcessRecord(child, startedAt);

      await().atMost(WAIT_MAX).until(() -> record.find().isEmpty());
      assertThat(zombie.isAlive()).as("still in the table of processes").isTrue();
      assertThat(record.awaitExit(Duration.ZERO)).isTrue();
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void shouldNotTakeAnotherProcessForThePidsFormerOwner() throws IOException {
    ProcessHandle self = ProcessHandle.current();
    Instant startedAt = self.info().startInstant().orElseThrow();

    assertThat(new ProcessRecord(self.pid(), startedAt).isAlive()).isTrue();
    assertThat(new ProcessRecord(self.pid(), startedAt.minusSeconds(60)).isAlive()).isFalse();
  }
}
