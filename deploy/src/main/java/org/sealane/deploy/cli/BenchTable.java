package org.sealane.deploy.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sealane.deploy.bench.BenchResult;
import org.sealane.deploy.bench.LinkCost;

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
    %s
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
            links(result),
            result.hasEmulation() ? BenchResult.EMULATION + "\n" : "");
  }

  /** What it takes to fill links, by what was measured. */
  private static String links(BenchResult result) {
    List<String> head = new ArrayList<>(List.of("KIND", "LANE", "LEVEL", "OP", "KIB", "CPU S/GB"));
    LinkCost.GIGABITS.forEach(gigabits -> head.add("CORES AT " + gigabits + " Gb/s"));
    Table table = new Table(head.toArray(String[]::new));
    for (LinkCost cost : LinkCost.of(result)) {
      BenchResult.Run run = cost.run();
      List<Object> row =
          new ArrayList<>(
              List.of(
                  run.kind(),
                  run.transport() + ":" + run.provider(),
                  run.level(),
                  run.op(),
                  run.blockBytes() >> 10,
                  number("%.2f", run.cpuSecondsPerGigabyte())));
      cost.cores().forEach(cores -> row.add(number("%.1f", cores)));
      table.row(row.toArray());
    }
    return LinkCost.EXPLAINED + "\n" + table.render();
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
