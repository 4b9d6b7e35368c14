package org.sealane.cluster.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Turns of a whole cluster under load and faults. {@code -Dsealane.simulation.seeds=N} runs N
 * seeds, {@code -Dsealane.simulation.seed=S} only S; {@code -Dsealane.simulation.record=N} shows
 * the last N events of one that fails.
 */
class TurnSimulationTest {
  private static final long SEEDS = Long.getLong("sealane.simulation.seeds", 120);
  private static final Long SEED = Long.getLong("sealane.simulation.seed");
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
    }
  }

  @Test
  void shouldRunTheSameWhenTheSeedIsTheSame() {
    TurnSimulation.Outcome first = new TurnSimulation(17, Dials.drawn(17)).run();

    assertThat(new TurnSimulation(17, Dials.drawn(17)).run()).isEqualTo(first);
  }

  @Test
  void shouldHoldEveryInvariantWhenASeedHasFailedOnce() throws IOException {
    for (long seed : failedOnce()) {
      run(seed);
    }
  }

  @Test
  void shouldHoldEveryInvariantWhenThingsGoWrong() {
    if (SEED != null) {
      run(SEED);
      return;
    }
    for (long seed = 0; seed < SEEDS; seed++) {
      run(seed);
    }
  }

  private static void run(long seed) {
    TurnSimulation.Outcome outcome = new TurnSimulation(seed, Dials.drawn(seed)).run();

    assertThat(outcome.commits()).as("seed %s", seed).isPositive();
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
