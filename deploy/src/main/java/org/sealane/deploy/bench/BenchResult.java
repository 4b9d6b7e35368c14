package org.sealane.deploy.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/**
 * What {@code bench --output json} prints and a report is drawn from.
 *
 * @param machine where it ran
 * @param limits what the machine does without Sealane, measured in the same run
 * @param runs one per cell of the matrix
 */
public record BenchResult(Machine machine, Limits limits, List<Run> runs) {
  /** Said with the numbers wherever no adapter carried them. */
  public static final String EMULATION =
      "rdma:software is an emulation by shared memory of one host, no measure of an adapter";

  public BenchResult {
    runs = List.copyOf(runs);
  }

  /**
   * @param cpu the processor's model
   * @param cores processors available to the JVM
   * @param jdk its version
   */
  public record Machine(String cpu, int cores, String jdk) {}

  /** One thread's AES-128-GCM and memory copy, and one stream of raw TCP between the two places. */
  public record Limits(
      double aesGcmBytesPerSecond, double memoryCopyBytesPerSecond, double tcpBytesPerSecond) {
    /** Of each the larger: a limit is what was reached at best. */
    Limits orMore(Limits other) {
      return new Limits(
          Math.max(aesGcmBytesPerSecond, other.aesGcmBytesPerSecond),
          Math.max(memoryCopyBytesPerSecond, other.memoryCopyBytesPerSecond),
          Math.max(tcpBytesPerSecond, other.tcpBytesPerSecond));
    }
  }

  /**
   * One cell.
   *
   * @param provider what carries the transport; an emulation is named as such
   * @param cipher null where nothing is encrypted
   * @param signing null where nothing is signed
   * @param cpuSecondsPerGigabyte of both sides together, for 10^9 payload bytes
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Run(
      String kind,
      String transport,
      String provider,
      String level,
      String cipher,
      String signing,
      String op,
      int blockBytes,
      int queueDepth,
      double bytesPerSecond,
      double firstSecondBytesPerSecond,
      double iops,
      Measurement.LatencyMicros latencyMicros,
      double cpuSecondsPerGigabyte,
      long failed) {
    /** Whether shared memory of one host stood in for an adapter. */
    boolean isEmulated() {
      return provider.equals("software");
    }
  }

  /** Whether an emulation carried any of it. */
  public boolean hasEmulation() {
    return runs.stream().anyMatch(Run::isEmulated);
  }

  /** The run of these coordinates, for ratios; the first if the matrix has several ciphers. */
  public Optional<Run> find(String kind, String level, String op, int blockBytes, int queueDepth) {
    return runs.stream()
        .filter(run -> run.kind().equals(kind) && run.level().equals(level))
        .filter(run -> run.op().equals(op) && run.blockBytes() == blockBytes)
        .filter(run -> run.queueDepth() == queueDepth)
        .findFirst();
  }
}
