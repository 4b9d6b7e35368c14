package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.Smb2Header;

class RequestFlowTest {
  private static final long TIMEOUT = 1_000;

  private final RequestFlow flow = new RequestFlow(100, 3, TIMEOUT);

  private static Request request(int charge) {
    return new Request(
        RequestScope.unprotected(0),
        new Request.Content(Command.ECHO, charge, Level.CLEAR, out -> {}, Optional.empty(), 0),
        new ResponseHandler() {
          @Override
          public void onResponse(Smb2Header header, MessageReader message, Level level) {}

          @Override
          public void onFailure(ClientException failure) {}
        });
  }

  @Test
  void shouldSendWhileThereAreCreditsThenWaitThenRefuse() {
    assertThat(flow.offer(request(1), 0)).isEqualTo(RequestFlow.Admission.SEND);
    assertThat(flow.offer(request(1), 0)).isEqualTo(RequestFlow.Admission.WAIT);
    assertThat(flow.offer(request(1), 0)).isEqualTo(RequestFlow.Admission.WAIT);
    assertThat(flow.offer(request(1), 0)).isEqualTo(RequestFlow.Admission.WAIT);
    assertThat(flow.offer(request(1), 0)).isEqualTo(RequestFlow.Admission.FULL);
    assertThat(flow.underWay()).isEqualTo(1);
    assertThat(flow.waiting()).isEqualTo(3);
  }

  @Test
  void shouldAdmitWaitingRequestsInOrderAndNeverOvertakeALargeOne() {
    Request first = request(1);
    Request large = request(8);
    Request small = request(1);
    flow.offer(first, 0);
    flow.offer(large, 0);
    flow.offer(small, 0);
    flow.pending(first, 1, 4, 0);
    assertThat(flow.advance(0).toSend()).isEmpty();
    flow.answered(first, 5);
    assertThat(flow.advance(0).toSend()).containsExactly(large, small);
    assertThat(large.messageId).isEqualTo(1);
    assertThat(small.messageId).isEqualTo(9);
  }

  @Test
  void shouldDropARequestThatCostsMoreThanThereWillEverBe() {
    Request first = request(1);
    Request large = request(8);
    Request small = request(1);
    flow.offer(first, 0);
    flow.offer(large, 0);
    flow.offer(small, 0);
    assertThat(flow.advance(0).unaffordable()).isEmpty();
    flow.answered(first, 4);
    RequestFlow.Advance advance = flow.advance(0);
    assertThat(advance.unaffordable()).containsExactly(large);
    assertThat(advance.toSend()).containsExactly(small);
    assertThat(flow.waiting()).isZero();
    flow.answered(small, 0);
    assertThat(flow.offer(request(4), 0)).isEqualTo(RequestFlow.Admission.UNAFFORDABLE);
  }

  @Test
  void shouldGivePendingRequestsFourTimesTheTime() {
    Request request = request(1);
    flow.offer(request, 0);
    assertThat(flow.pending(request, 77, 1, 10)).isTrue();
    assertThat(request.state).isEqualTo(Request.State.PENDING);
    assertThat(flow.pending(request, 77, 1, 20)).isTrue();
    assertThat(flow.pending(request, 78, 1, 20)).isFalse();
    assertThat(flow.expire(4 * TIMEOUT + 9).toCancel()).isEmpty();
    assertThat(flow.expire(4 * TIMEOUT + 10).toCancel()).containsExactly(request);
  }

  @Test
  void shouldCancelWhatIsNotAnsweredInTimeAndThenGiveUp() {
    Request sent = request(1);
    Request waiting = request(1);
    flow.offer(sent, 0);
    flow.offer(waiting, 1);
    assertThat(flow.expire(TIMEOUT - 1)).isEqualTo(nothing());
    RequestFlow.Expiry first = flow.expire(TIMEOUT);
    assertThat(first.toCancel()).containsExactly(sent);
    assertThat(first.unsent()).isEmpty();
    assertThat(first.unansweredForGood()).isEmpty();
    RequestFlow.Expiry second = flow.expire(TIMEOUT + 1);
    assertThat(second.unsent()).containsExactly(waiting);
    assertThat(flow.expire(2 * TIMEOUT).unansweredForGood()).contains(sent);
  }

  @Test
  void shouldKeepTheIdOfAnAbandonedRequestUntilItsAnswer() {
    Request request = request(1);
    flow.offer(request, 0);
    assertThat(flow.abandon(request, 5)).isTrue();
    assertThat(flow.abandon(request, 6)).isFalse();
    assertThat(flow.find(0)).contains(request);
    flow.answered(request, 1);
    assertThat(flow.find(0)).isEmpty();
    assertThat(request.state).isEqualTo(Request.State.DONE);
    assertThat(flow.expire(10 * TIMEOUT)).isEqualTo(nothing());
  }

  @Test
  void shouldForgetAWaitingRequestThatIsAbandoned() {
    flow.offer(request(1), 0);
    Request waiting = request(1);
    flow.offer(waiting, 0);
    assertThat(flow.abandon(waiting, 0)).isFalse();
    assertThat(flow.waiting()).isZero();
  }

  @Test
  void shouldHandOutEverythingOnceWhenDrained() {
    Request sent = request(1);
    Request waiting = request(1);
    flow.offer(sent, 0);
    flow.offer(waiting, 0);
    assertThat(flow.drain()).containsExactly(sent, waiting);
    assertThat(flow.drain()).isEmpty();
  }

  private static RequestFlow.Expiry nothing() {
    return new RequestFlow.Expiry(java.util.List.of(), java.util.List.of(), Optional.empty());
  }
}
