package org.sealane.cluster.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Turns of a whole cluster under load and faults. {@code -Dsealane.simulation.seeds=N} runs N
 * seeds, from {@code -Dsealane.simulation.first=F} on, in {@code -Dsealane.simulation.threads=T}
 * threads; {@code -Dsealane.simulation.seed=S} only S; {@code -Dsealane.simulation.record=N} shows
 * the last N events of one that fails.
 */
class TurnSimulationTest {
  private static final long SEEDS = Long.getLong("sealane.simulation.seeds", 160);
  private static final long FIRST = Long.getLong("sealane.simulation.first", 0);
  private static final int THREADS = Integer.getInteger("sealane.simulation.threads", 1);
  private static final Long SEED = Long.getLong("sealane.simulation.seed");

  /** A cluster that does wrong is noticed within so many seeds, or its invariant is blind. */
  private static final long SABOTAGED_SEEDS_MAX = 120;

  private static final KnownSignatures SIGNATURES = new KnownSignatures();

  @BeforeAll
  static void rememberSignatures() {
    Security.insertProviderAt(SIGNATURES, 1);
  }

  @AfterAll
  static void forgetSignatures() {
    Security.removeProvider(SIGNATURES.getName());
  }

  @Test
  void shouldMakeEveryTurnWhenNothingGoesWrong() {
    for (long seed = 0; seed < 9; seed++) {
      TurnSimulation.Outcome outcome = new TurnSimulation(seed, Dials.calm()).run();

      assertThat(outcome.commits()).as("seed %s", seed).isEqualTo(4);
      assertThat(outcome.accepted()).as("seed %s", seed).isGreaterThan(100);
      assertThat(outcome.lanes()).as("seed %s", seed).isGreaterThan(10);
    }
  }

  @Test
  void shouldMakeEveryTurnWhenWhoeverIsElectedDoesNothing() {
    for (long seed = 0; seed < 3; seed++) {
      Dials dials = Dials.calm();
      dials.strangerElected = true;

      assertThat(new TurnSimulation(seed, dials).run().commits()).as("seed %s", seed).isEqualTo(4);
    }
  }

  @Test
  void shouldRunTheSameWhenTheSeedIsTheSame() {
    TurnSimulation.Outcome first = new TurnSimulation(17, Dials.drawn(17)).run();

    assertThat(new TurnSimulation(17, Dials.drawn(17)).run()).isEqualTo(first);
  }

  @Test
  void shouldHoldEveryInvariantWhenASeedHasFailedOnce() throws Exception {
    runAll(failedOnce());
  }

  @Test
  void shouldHoldEveryInvariantWhenThingsGoWrong() throws Exception {
    runAll(SEED != null ? List.of(SEED) : LongStream.range(FIRST, FIRST + SEEDS).boxed().toList());
  }

  /** Without these, a judge that sees nothing would pass for a cluster that does nothing wrong. */
  @ParameterizedTest
  @EnumSource
  void shouldNoticeWhenSomethingIsDoneWrong(Sabotage sabotage) {
    Set<Invariant> broken = EnumSet.noneOf(Invariant.class);
    for (long seed = 0;
        seed < SABOTAGED_SEEDS_MAX && !broken.contains(sabotage.noticed());
        seed++) {
      try {
        new TurnSimulation(seed, sabotage.dials(seed), Optional.of(sabotage)).run();
      } catch (AssertionError e) {
        if (e.getCause() instanceof Invariant.Broken found) {
          broken.add(found.which());
        }
      }
    }

    assertThat(broken).contains(sabotage.noticed());
  }

  private static void runAll(List<Long> seeds) throws InterruptedException {
    Map<Long, Throwable> failed = new TreeMap<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      Map<Long, Future<TurnSimulation.Outcome>> runs = new TreeMap<>();
      for (long seed : seeds) {
        runs.put(seed, threads.submit(() -> new TurnSimulation(seed, Dials.drawn(seed)).run()));
      }
      for (Map.Entry<Long, Future<TurnSimulation.Outcome>> run : runs.entrySet()) {
        try {
          assertThat(run.getValue().get().commits()).as("seed %s", run.getKey()).isPositive();
        } catch (ExecutionException e) {
          failed.put(run.getKey(), e.getCause());
        }
      }
    }

    List<Throwable> causes = new ArrayList<>(failed.values());
    if (!causes.isEmpty()) {
      throw new AssertionError("these seeds failed:" + findings(failed), causes.getFirst());
    }
  }

  /** A line for each seed; the events of the first are in the cause. */
  private static String findings(Map<Long, Throwable> failed) {
    StringBuilder lines = new StringBuilder();
    failed
        .values()
        .forEach(
            cause -> lines.append("\n  ").append(cause.toString().lines().findFirst().orElse("")));
    return lines.toString();
  }

  private static List<Long> failedOnce() throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                TurnSimulationTest.class.getResourceAsStream("/simulation/failing-seeds.txt"),
                StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(line -> line.replaceFirst("#.*", "").strip())
          .filter(line -> !line.isEmpty())
          .map(Long::valueOf)
          .toList();
    }
  }
}
