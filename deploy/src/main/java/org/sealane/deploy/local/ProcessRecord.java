package org.sealane.deploy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One started process, as a pid file remembers it. A pid alone may have been given to another
 * process since; with the time it was started it names this one only.
 *
 * @param pid process id
 * @param startedAt when the operating system says it started
 */
public record ProcessRecord(long pid, Instant startedAt) {

  /** The operating system's clock of process starts has ticks, and its boot time whole seconds. */
  private static final Duration START_TOLERANCE = Duration.ofSeconds(2);

  /** What {@code process}, which must be alive, is remembered as. */
  static ProcessRecord of(ProcessHandle process) {
    return new ProcessRecord(process.pid(), process.info().startInstant().orElse(Instant.now()));
  }

  /** The process, if it still runs. */
  public Optional<ProcessHandle> find() {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(this::isSame);
  }

  public boolean isAlive() {
    return find().isPresent();
  }

  private boolean isSame(ProcessHandle process) {
    return process
        .info()
        .startInstant()
        .map(start -> Duration.between(start, startedAt).abs().compareTo(START_TOLERANCE) <= 0)
        .orElse(false);
  }

  void write(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, pid + " " + startedAt + "\n");
  }

  /** The record in {@code file}; empty if there is no such file or nothing readable in it. */
  static Optional<ProcessRecord> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String[] words = Files.readString(file).strip().split(" ");
    try {
      return words.length == 2
          ? Optional.of(new ProcessRecord(Long.parseLong(words[0]), Instant.parse(words[1])))
          : Optional.empty();
    } catch (NumberFormatException | java.time.format.DateTimeParseException _) {
      // A pid file that was cut short names no process.
      return Optional.empty();
    }
  }
}
