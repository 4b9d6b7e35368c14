package org.sealane.rdma.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.sealane.rdma.verbs.ConnectParameters;
import org.sealane.rdma.verbs.QueuePair;
import org.sealane.rdma.verbs.RemoteKey;
import org.sealane.rdma.verbs.Slice;
import org.sealane.rdma.verbs.WorkRequest;
import org.sealane.smb.transport.OutboundFrame.Permit;

class PostQueueTest {
  private static final long LATER = Duration.ofSeconds(5).toNanos();

  private final List<Long> posted = new ArrayList<>();
  private final AtomicInteger withheld = new AtomicInteger();
  private final PostQueue queue =
      new PostQueue(
          2,
          failure -> {
            throw new AssertionError(failure);
          },
          withheld::incrementAndGet);

  PostQueueTest() {
    queue.open(new Device());
  }

  private static WorkRequest request(long workId) {
    return new WorkRequest.LocalInvalidate(workId, new RemoteKey(1));
  }

  private final class Device implements QueuePair {
    @Override
    public int number() {
      return 1;
    }

    @Override
    public InetSocketAddress local() {
      throw new UnsupportedOperationException();
    }

    @Override
    public InetSocketAddress peer() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ConnectParameters negotiated() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void postReceive(long workId, Slice into) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void post(WorkRequest request) {
      posted.add(request.workId());
    }

    @Override
    public void disconnect() {}

    @Override
    public void close() {}
  }

  @Test
  void shouldAskForThePermitWhenTheRequestGoesToTheDevice() {
    AtomicBoolean permitted = new AtomicBoolean(true);
    queue.post(request(1), Permit.ALWAYS);
    queue.post(request(2), permitted::get);
    queue.post(request(3), permitted::get);
    assertThat(posted).as("room for two").containsExactly(1L, 2L);

    permitted.set(false);
    queue.onCompleted();
    queue.onCompleted();
    queue.post(request(4), Permit.ALWAYS);

    assertThat(posted).containsExactly(1L, 2L);
    assertThat(withheld).hasValue(1);
  }

  @Test
  void shouldKnowHowLongTheDeviceHasCompletedNothing() {
    assertThat(queue.silentNanos(System.nanoTime() + LATER)).as("nothing posted").isZero();

    queue.post(request(1), Permit.ALWAYS);
    queue.post(request(2), Permit.ALWAYS);
    queue.post(request(3), Permit.ALWAYS);
    assertThat(queue.silentNanos(System.nanoTime() + LATER)).isGreaterThanOrEqualTo(LATER);

    queue.onCompleted();
    queue.onCompleted();
    assertThat(queue.silentNanos(System.nanoTime() + LATER)).as("one left").isPositive();
    queue.onCompleted();
    assertThat(queue.silentNanos(System.nanoTime() + LATER)).isZero();
  }

  @Test
  void shouldWaitForABindAsForAnyRequest() {
    queue.bind(new WorkRequest.BindWindow(7, null, null, java.util.Set.of()));
    assertThat(queue.silentNanos(System.nanoTime() + LATER)).isGreaterThanOrEqualTo(LATER);

    queue.onBound();
    assertThat(queue.silentNanos(System.nanoTime() + LATER)).isZero();
  }
}
