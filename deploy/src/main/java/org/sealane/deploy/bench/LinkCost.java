package org.sealane.deploy.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sealane.deploy.bench.BenchResult.Run;

/**
 * What it takes to fill links, by the processor seconds a gigabyte that a run measured: a link of
 * 100 Gb/s moves 12.5 GB/s, and each of them costs those seconds every second. That holds as far as
 * cost grows with bytes: cores are of the machine measured, both ends together.
 *
 * @param run what was measured
 * @param cores busy at both ends together, for each of {@link #GIGABITS}
 */
public record LinkCost(Run run, List<Double> cores) {
  /** Links, in Gb/s. */
  public static final List<Integer> GIGABITS = List.of(25, 100, 200);

  /** What the figures mean, for whoever reads them. */
  public static final String EXPLAINED =
      "Cores busy at both ends together to fill a link, from the CPU seconds a gigabyte measured at"
          + " the largest block: a link of 25 Gb/s moves 3.1 GB/s, 100 Gb/s 12.5, 200 Gb/s 25. They"
          + " are cores of the machine measured, as far as cost grows with bytes.";

  private static final int BITS_A_BYTE = 8;

  public LinkCost {
    cores = List.copyOf(cores);
  }

  /** For the cell of each lane, level and operation with the largest block, deepest queue. */
  public static List<LinkCost> of(BenchResult result) {
    record Key(String kind, String lane, String level, String cipher, String op) {}
    Comparator<Run> size = Comparator.comparingInt(Run::blockBytes).thenComparing(Run::queueDepth);
    Map<Key, Run> largest = new LinkedHashMap<>();
    for (Run run : result.runs()) {
      if (run.bytesPerSecond() > 0) {
        largest.merge(
            new Key(
                run.kind(),
                run.transport() + ":" + run.provider(),
                run.level(),
                run.cipher(),
                run.op()),
            run,
            (known, other) -> size.compare(other, known) > 0 ? other : known);
      }
    }
    List<LinkCost> costs = new ArrayList<>();
    largest
        .values()
        .forEach(run ->
            costs.add(
                new LinkCost(
                    run,
                    GIGABITS.stream()
                        .map(gigabits ->
                            gigabits / (double) BITS_A_BYTE * run.cpuSecondsPerGigabyte())
                        .toList())));
    return costs;
  }
}
