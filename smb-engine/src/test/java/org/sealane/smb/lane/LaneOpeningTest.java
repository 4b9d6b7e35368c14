package org.sealane.smb.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.share.ShareException;

/** What the first opening of a lane does when an attempt fails. */
class LaneOpeningTest {
  private static final LaneKey KEY = new LaneKey("node1", new UUID(1, 0), LaneKind.CSV);

  private final AtomicInteger dials = new AtomicInteger();
  private final List<LaneEvent> events = new CopyOnWriteArrayList<>();
  private final AtomicLong nanos = new AtomicLong();

  /** Epochs that the node comes to know while it dials, one a dial; the last one stays. */
  private final Queue<Long> epochs = new ArrayDeque<>();

  private final List<Long> dialed = new CopyOnWriteArrayList<>();
  private volatile long epoch;

  private Lane lane(long nanosOfAnAttempt, List<? extends Throwable> failures) {
    Queue<Throwable> next = new ArrayDeque<>(failures);
    LaneHost host =
        new LaneHost() {
          @Override
          public LanePolicy policy(LaneKey key) {
            LanePolicy first = new LaneRules().rule(key.volume(), key.kind()).send();
            return new LanePolicy(
                first.volume(),
                first.kind(),
                epoch,
                first.level(),
                first.ciphers(),
                first.signing(),
                first.transport(),
                first.rekey());
          }

          @Override
          public ClientTree dial(LaneKey key, LanePolicy policy, long previousSessionId)
              throws ShareException {
            dials.incrementAndGet();
            dialed.add(policy.epoch());
            epoch = epochs.isEmpty() ? epoch : epochs.remove();
            nanos.addAndGet(nanosOfAnAttempt);
            throw LaneFailure.of("lane", next.size() > 1 ? next.remove() : next.element());
          }

          @Override
          public void lost(LaneKey key, LaneSession session, String why) {
            throw new AssertionError("there was no session");
          }

          @Override
          public void happened(LaneEvent event) {
            events.add(event);
          }
        };
    return new Lane(KEY, host, LaneLimits.DEFAULT, nanos::get);
  }

  @Test
  void shouldTryAgainWhenTheOtherNodeDoesNotAnswerInTime() {
    Lane lane =
        lane(
            0, List.of(new TimeoutException(), new TimeoutException(), new IOException("refused")));

    assertThatThrownBy(lane::enter).hasMessageContaining("refused");

    assertThat(dials).hasValue(3);
  }

  @Test
  void shouldFailWhenItDoesNotAnswerWithinTheLimit() {
    Lane lane =
        lane(LaneLimits.DEFAULT.open().dividedBy(2).toNanos(), List.of(new TimeoutException()));

    assertThatThrownBy(lane::enter).hasMessageContaining("did not open in time");

    assertThat(dials).hasValue(2);
    assertThat(lane.isAlive()).isFalse();
  }

  /** A node that was out of contact dials with what it knew, and is refused as it comes back. */
  @Test
  void shouldTryAgainWhenThePolicyHasChangedSinceItDialed() {
    epochs.addAll(List.of(2L, 2L, 3L));
    Lane lane = lane(0, List.of(new IOException("cipher not in the policy")));

    assertThatThrownBy(lane::enter).hasMessageContaining("not in the policy");

    assertThat(dialed).containsExactly(0L, 2L);
  }

  @Test
  void shouldFailWithinTheLimitHoweverOftenThePolicyChanges() {
    epochs.addAll(LongStream.range(1, 1000).boxed().toList());
    Lane lane =
        lane(
            LaneLimits.DEFAULT.open().dividedBy(4).toNanos(),
            List.of(new IOException("cipher not in the policy")));

    assertThatThrownBy(lane::enter).hasMessageContaining("not in the policy");

    assertThat(dials).hasValue(4);
  }

  @Test
  void shouldFailAtOnceWhenTheOtherNodeRefuses() {
    Lane lane = lane(0, List.of(new IOException("refused")));

    assertThatThrownBy(lane::enter).hasMessageContaining("refused");

    assertThat(dials).hasValue(1);
    await()
        .untilAsserted(
            () -> assertThat(events).singleElement().isInstanceOf(LaneEvent.Failed.class));
  }
}
