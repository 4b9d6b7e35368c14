package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class MessageIdWindowProperty {
  private enum Action {
    GRANT,
    PROMISE,
    KEEP,
    CONSUME
  }

  /** Credits of {@code amount}, or a request with that charge at an id relative to the lowest. */
  record Step(Action action, int amount, int distance) {}

  /** The window as the specification words it: a set of ids. */
  private static final class Model {
    private final TreeSet<Long> valid = new TreeSet<>(List.of(0L));
    private long end = 1;

    boolean consume(long messageId, int charge) {
      TreeSet<Long> wanted = new TreeSet<>();
      for (long id = messageId; id < messageId + Math.max(1, charge); id++) {
        wanted.add(id);
      }
      return valid.containsAll(wanted) && valid.removeAll(wanted);
    }

    void grant(int credits) {
      for (int i = 0; i < credits; i++) {
        valid.add(end++);
      }
    }
  }

  @Property(tries = 500)
  void shouldAgreeWithASetOfIdsWhenStepsAreArbitrary(
      @ForAll @IntRange(min = 1, max = 70) int creditsMax, @ForAll("steps") List<Step> steps) {
    MessageIdWindow window = new MessageIdWindow(creditsMax);
    Model model = new Model();
    Queue<Integer> promises = new ArrayDeque<>();
    for (Step step : steps) {
      switch (step.action()) {
        case GRANT -> model.grant(window.grant(step.amount()));
        case PROMISE -> promises.add(window.promise(step.amount(), creditsMax));
        case KEEP -> {
          if (!promises.isEmpty()) {
            int promise = promises.remove();
            window.keep(promise);
            model.grant(promise);
          }
        }
        case CONSUME -> {
          long lowest = model.valid.isEmpty() ? model.end : model.valid.first();
          long messageId = Math.max(0, lowest + step.distance());
          boolean accepted =
              window.consume(messageId, step.amount()) == MessageIdWindow.Verdict.ACCEPTED;
          assertThat(accepted).isEqualTo(model.consume(messageId, step.amount()));
        }
      }
      int promised = promises.stream().mapToInt(Integer::intValue).sum();
      assertThat(window.available()).isEqualTo(model.valid.size());
      assertThat(window.available() + promised).isBetween(0, creditsMax);
      if (!model.valid.isEmpty()) {
        assertThat(model.end - model.valid.first())
            .isLessThanOrEqualTo((long) creditsMax * MessageIdWindow.SPAN_FACTOR);
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(Action.class),
            Arbitraries.integers().between(0, 20),
            Arbitraries.integers().between(-3, 20))
        .as(Step::new)
        .list()
        .ofMaxSize(200);
  }
}
