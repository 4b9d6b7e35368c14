package org.sealane.deploy.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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

  private static final Duration ZOMBIE_CHECK_EVERY = Duration.ofMillis(50);

  /** What {@code process}, which must be alive, is remembered as. */
  static ProcessRecord of(ProcessHandle process) {
    return new ProcessRecord(process.pid(), process.info().startInstant().orElse(Instant.now()));
  }

  /** The process, if it still runs. One that was ended and only waits to be reaped does not. */
  public Optional<ProcessHandle> find() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(this::isSame)
        .filter(_ -> !isZombie());
  }

  public boolean isAlive() {
    return find().isPresent();
  }

  /** Blocks until the process has ended, for {@code limit} at most. Returns whether it has. */
  boolean awaitExit(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    Optional<ProcessHandle> process = find();
    while (process.isPresent()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      try {
        process.get().onExit().get(ZOMBIE_CHECK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        // Its parent may never reap it, so onExit alone does not tell.
      } catch (ExecutionException e) {
        throw new IllegalStateException("a process's end can not fail", e);
      }
      process = find();
    }
    return true;
  }

  /**
   * A node outlives the command that started it, so it is reaped by whatever runs as the first
   * process: late, or in some containers never. {@link ProcessHandle#isAlive} counts it until then.
   */
  private boolean isZombie() {
    Path stat = Path.of("/proc", Long.toString(pid), "stat");
    try {
      String line = Files.readString(stat, StandardCharsets.ISO_8859_1);
      // proc(5): "pid (command) state ..."; the command may hold spaces and brackets.
      int state = line.lastIndexOf(')') + 2;
      return state < line.length() && "ZX".indexOf(line.charAt(state)) >= 0;
    } catch (IOException _) {
      // No such system, or the process is gone by now, which the next look finds.
      return false;
    }
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
