package org.sealane.deploy.bench;

/**
 * What a load reached.
 *
 * @param bytes payload bytes moved while it was measured
 * @param elapsedNanos for how long it was measured
 * @param firstSecondBytesPerSecond the rate of the first second of the load, before it was warm
 * @param operations completed while it was measured
 * @param failed operations that failed, warm-up included
 * @param latencyMicros of the measured operations
 */
public record Measurement(
    long bytes,
    long elapsedNanos,
    double firstSecondBytesPerSecond,
    long operations,
    long failed,
    LatencyMicros latencyMicros) {

  public double bytesPerSecond() {
    return bytes * 1e9 / elapsedNanos;
  }

  public double operationsPerSecond() {
    return operations * 1e9 / elapsedNanos;
  }

  /** Percentiles of latency in microseconds. */
  public record LatencyMicros(double p50, double p99, double max) {}
}
