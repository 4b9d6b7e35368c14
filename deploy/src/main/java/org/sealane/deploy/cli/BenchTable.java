package org.sealane.deploy.cli;

import java.util.Locale;
import org.sealane.deploy.bench.BenchResult;

/** A benchmark's result as a table, with the limits it is measured against. */
final class BenchTable {
  private BenchTable() {}

  static String render(BenchResult result) {
    Table table =
        new Table(
            "KIND",
            "LANE",
            "LEVEL",
            "ALGORITHM",
            "OP",
            "KIB",
            "DEPTH",
            "GB/S",
            "OF RAW TCP",
            "P50 US",
            "P99 US",
            "CPU S/GB",
            "FAILED");
    double tcp = result.limits().tcpBytesPerSecond();
    for (BenchResult.Run run : result.runs()) {
      table.row(
          run.kind(),
          run.transport() + ":" + run.provider(),
          run.level(),
          run.cipher() == null ? run.signing() : run.cipher(),
          run.op(),
          run.blockBytes() >> 10,
          run.queueDepth(),
          number("%.3f", run.bytesPerSecond() / 1e9),
          number("%.2f", run.bytesPerSecond() / tcp),
          number("%.0f", run.latencyMicros().p50()),
          number("%.0f", run.latencyMicros().p99()),
          number("%.2f", run.cpuSecondsPerGigabyte()),
          run.failed());
    }
    return """
    %s, %d cores, JDK %s
    limits: AES-128-GCM %s GB/s, memory copy %s GB/s, raw TCP %s GB/s
    %s%s\
    """
        .formatted(
            result.machine().cpu(),
            result.machine().cores(),
            result.machine().jdk(),
            number("%.2f", result.limits().aesGcmBytesPerSecond() / 1e9),
            number("%.2f", result.limits().memoryCopyBytesPerSecond() / 1e9),
            number("%.2f", tcp / 1e9),
            table.render(),
            emulation(result));
  }

  /** Said with the numbers wherever no adapter carried them. */
  private static String emulation(BenchResult result) {
    return result.runs().stream().anyMatch(run -> run.provider().equals("software"))
        ? "rdma:software is an emulation by shared memory of one host, no measure of an adapter\n"
        : "";
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
