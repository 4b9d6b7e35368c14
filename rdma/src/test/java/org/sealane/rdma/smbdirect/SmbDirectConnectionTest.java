package org.sealane.rdma.smbdirect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.rdma.smbdirect.SmbDirectConnection.Received;
import org.sealane.rdma.smbdirect.SmbDirectConnection.Role;
import org.sealane.rdma.smbdirect.SmbDirectConnection.State;

class SmbDirectConnectionTest {
  private static final int NOT_SUPPORTED = 0xC00000BB;

  private static byte[] message(int bytes) {
    byte[] message = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      message[i] = (byte) (i * 7 + bytes);
    }
    return message;
  }

  @Nested
  class Negotiation {
    private final SmbDirectConnection acceptor =
        new SmbDirectConnection(Role.ACCEPTOR, SmbDirectPair.limits(32), 0);
    private final SmbDirectConnection initiator =
        new SmbDirectConnection(Role.INITIATOR, SmbDirectPair.limits(32), 0);

    private Received accept(int min, int max, int credits, int send, int receive, int fragmented) {
      return acceptor.onReceived(
          NegotiateRequestCodec.encode(
              new NegotiateRequest(min, max, credits, send, receive, fragmented)),
          0);
    }

    private Received respond(
        int version, int requested, int granted, int status, int send, int receive, int frag) {
      return initiator.onReceived(
          NegotiateResponseCodec.encode(
              new NegotiateResponse(
                  0x100, 0x100, version, requested, granted, status, 4 << 20, send, receive, frag)),
          0);
    }

    @Test
    void shouldSettleOnTheSmallerSizesWhenBothSidesNameTheirs() {
      Received received = accept(0x100, 0x100, 10, 1000, 700, 200_000);

      NegotiateResponse response = ((Received.Answer) received).response();
      assertThat(response.status()).isZero();
      assertThat(response.negotiatedVersion()).isEqualTo(0x100);
      assertThat(response.creditsGranted()).isEqualTo(10);
      assertThat(response.preferredSendSize()).isEqualTo(700);
      assertThat(response.maxReceiveSize()).isEqualTo(1000);
      assertThat(acceptor.maxSendSize()).isEqualTo(700);
      assertThat(acceptor.maxReceiveSize()).isEqualTo(1000);
      assertThat(acceptor.maxFragmentedSendSize()).isEqualTo(200_000);
      assertThat(acceptor.state()).isEqualTo(State.ESTABLISHED);
    }

    @Test
    void shouldReceiveAtLeastTheFloorWhenThePeerPrefersLess() {
      accept(0x100, 0x100, 10, 16, 700, 200_000);
      assertThat(acceptor.maxReceiveSize()).isEqualTo(128);
    }

    @Test
    void shouldGrantNoMoreThanItsOwnMaximum() {
      Received received = accept(0x100, 0x100, 65535, 1000, 700, 200_000);
      assertThat(((Received.Answer) received).response().creditsGranted()).isEqualTo(32);
    }

    @ParameterizedTest
    @CsvSource({"0x0101, 0x0200", "0x0001, 0x00FF"})
    void shouldAnswerNotSupportedWhenTheVersionIsOutOfRange(String min, String max) {
      Received received = accept(Integer.decode(min), Integer.decode(max), 10, 1000, 700, 200_000);

      assertThat(((Received.Answer) received).response().status()).isEqualTo(NOT_SUPPORTED);
      assertThat(acceptor.state()).isEqualTo(State.CLOSED);
    }

    @ParameterizedTest
    @CsvSource({
      "0, 1000, 700, 200000, CreditsRequested",
      "10, 1000, 127, 200000, MaxReceiveSize",
      "10, 1000, 700, 131071, MaxFragmentedSize",
    })
    void shouldDropTheInitiatorWhenItIsBelowAFloor(
        int credits, int send, int receive, int fragmented, String field) {
      assertViolation(accept(0x100, 0x100, credits, send, receive, fragmented), field);
      assertThat(acceptor.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void shouldDropTheInitiatorWhenItsRequestIsShort() {
      assertViolation(
          acceptor.onReceived(MemorySegment.ofArray(new byte[19]), 0), "NegotiateRequest");
    }

    @Test
    void shouldTakeWhatTheAcceptorGrants() {
      assertThat(respond(0x100, 20, 7, 0, 1000, 700, 200_000))
          .isInstanceOf(Received.Established.class);
      assertThat(initiator.sendCredits()).isEqualTo(7);
      assertThat(initiator.maxReadWriteSize()).isEqualTo(4 << 20);
      assertThat(initiator.maxSendSize()).isEqualTo(700);
      assertThat(initiator.receivesWanted()).isEqualTo(20);
    }

    @ParameterizedTest
    @CsvSource({
      "0x100, 20, 7, -1073741637, 1000, 700, 200000, acceptor answered",
      "0x101, 20, 7, 0, 1000, 700, 200000, version",
      "0x100, 0, 7, 0, 1000, 700, 200000, CreditsRequested",
      "0x100, 20, 0, 0, 1000, 700, 200000, CreditsGranted",
      "0x100, 20, 7, 0, 8193, 700, 200000, PreferredSendSize",
      "0x100, 20, 7, 0, 1000, 127, 200000, MaxReceiveSize",
      "0x100, 20, 7, 0, 1000, 700, 131071, MaxFragmentedSize",
    })
    void shouldCloseWhenTheAcceptorsAnswerBreaksARule(
        String version,
        int requested,
        int granted,
        int status,
        int send,
        int receive,
        int frag,
        String why) {
      assertViolation(
          respond(Integer.decode(version), requested, granted, status, send, receive, frag), why);
      assertThat(initiator.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void shouldCloseWhenTheAnswerIsShort() {
      assertViolation(
          initiator.onReceived(MemorySegment.ofArray(new byte[31]), 0), "NegotiateResponse");
    }

    @Test
    void shouldCloseWhenNothingIsNegotiatedInTime() {
      long late = Duration.ofSeconds(5).toNanos();
      assertThat(acceptor.onTimeout(late - 1)).isEmpty();
      assertThat(acceptor.onTimeout(late)).isPresent();
      assertThat(acceptor.state()).isEqualTo(State.CLOSED);
    }
  }

  @Nested
  class Credits {
    @Test
    void shouldKeepTheLastCreditForAMessageThatGrants() {
      SmbDirectConnection core = establishedInitiator(2, 4);
      core.queue(10);
      core.queue(10);
      assertThat(core.poll()).isPresent();
      assertThat(core.sendCredits()).isEqualTo(1);
      assertThat(core.poll()).isEmpty();

      core.onPosted(1);
      assertThat(core.poll().orElseThrow().header().creditsGranted()).isEqualTo(1);
      assertThat(core.sendCredits()).isZero();
      core.queue(10);
      core.onPosted(1);
      assertThat(core.poll()).isEmpty();
    }

    @Test
    void shouldBreakOffWhenAMessageComesWithoutACredit() {
      SmbDirectConnection core = establishedInitiator(2, 4);
      assertThat(core.receiveCredits()).isZero();
      assertViolation(core.onReceived(data(1, 0, 0, 3, 27), 0), "without a credit");
    }

    @Test
    void shouldBreakOffWhenCreditsOverflow() {
      SmbDirectConnection core = establishedInitiator(60_000, 4);
      core.queue(10);
      core.onPosted(4);
      core.poll();
      assertViolation(core.onReceived(data(1, 10_000, 0, 3, 27), 0), "more credits");
    }

    @Test
    void shouldNotAnswerCreditsWithCreditsForEver() {
      SmbDirectPair pair = SmbDirectPair.established(32);
      pair.initiator.send(message(100_000));
      pair.settle(0);
      assertThat(pair.acceptor.delivered).hasSize(1);
      // 75 fragments; the acceptor has nothing to send but credits, for every 16 of them or more.
      assertThat(pair.initiator.messagesSent).isBetween(75, 80);
      assertThat(pair.acceptor.messagesSent).isBetween(2, 6);
    }

    @ParameterizedTest
    @CsvSource({"4, 4", "4, 255", "255, 4", "5, 7"})
    void shouldDeliverBothWaysWhenThereAreFewCredits(int ofInitiator, int ofAcceptor) {
      SmbDirectPair pair =
          new SmbDirectPair(SmbDirectPair.limits(ofInitiator), SmbDirectPair.limits(ofAcceptor));
      pair.negotiate();
      for (int i = 1; i <= 20; i++) {
        pair.initiator.send(message(i * 997));
        pair.acceptor.send(message(i * 1009));
      }
      pair.settle(0);
      for (int i = 1; i <= 20; i++) {
        assertThat(pair.acceptor.delivered.get(i - 1)).isEqualTo(message(i * 997));
        assertThat(pair.initiator.delivered.get(i - 1)).isEqualTo(message(i * 1009));
      }
    }

    @Test
    void shouldFollowTheTargetThatThePeerAsksFor() {
      SmbDirectConnection core = establishedInitiator(2, 20);
      core.onPosted(core.receivesWanted());
      core.queue(10);
      core.poll();
      assertThat(core.receiveCredits()).isEqualTo(20);
      core.onReceived(data(8, 0, 0, 3, 27), 0);
      assertThat(core.receivesWanted()).isZero();
      core.onReceived(data(30, 0, 0, 3, 27), 0);
      assertThat(core.receivesWanted()).isEqualTo(30 - 18);
    }
  }

  @Nested
  class Fragments {
    private final SmbDirectConnection core = establishedWithReceives();

    @Test
    void shouldRefuseToQueueWhatThePeerDoesNotTake() {
      assertThatThrownBy(() -> core.queue((1 << 20) + 1))
          .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldBreakOffWhenAMessageIsLongerThanTheLimit() {
      assertViolation(core.onReceived(data(1, 0, 1 << 20, 1, 25), 0), "at most");
    }

    @Test
    void shouldBreakOffWhenLengthsOverflow() {
      assertViolation(core.onReceived(data(1, 0, 0xFFFF_FFFFL, 1, 25), 0), "at most");
    }

    @Test
    void shouldHoldThePeerToTheFrameLimitInForce() {
      core.frameLimit(1000);
      assertThat(core.onReceived(data(1, 0, 999, 1, 25), 0)).isInstanceOf(Received.Fragment.class);
      SmbDirectConnection other = establishedWithReceives();
      other.frameLimit(1000);
      assertViolation(other.onReceived(data(1, 0, 1000, 1, 25), 0), "at most");
    }

    @Test
    void shouldBreakOffWhenTheLastFragmentComesTooEarly() {
      core.onReceived(data(1, 0, 10, 4, 28), 0);
      assertViolation(core.onReceived(data(1, 0, 0, 4, 28), 0), "expected");
    }

    @Test
    void shouldBreakOffWhenAFragmentIsLeftOut() {
      core.onReceived(data(1, 0, 10, 4, 28), 0);
      assertViolation(core.onReceived(data(1, 0, 2, 4, 28), 0), "expected");
    }

    @Test
    void shouldBreakOffWhenAMessageGrowsOnItsWay() {
      core.onReceived(data(1, 0, 10, 4, 28), 0);
      assertViolation(core.onReceived(data(1, 0, 10, 4, 28), 0), "expected");
    }

    @Test
    void shouldBreakOffWhenAMessageIsLongerThanAReceive() {
      assertViolation(core.onReceived(data(1, 0, 0, 8200, 8224), 0), "bytes");
    }

    @Test
    void shouldTakeCreditsBetweenFragments() {
      core.onReceived(data(1, 0, 4, 4, 28), 0);
      assertThat(core.onReceived(data(1, 1, 0, 0, 20), 0)).isInstanceOf(Received.Nothing.class);
      assertThat(core.onReceived(data(1, 0, 0, 4, 28), 0)).isInstanceOf(Received.Fragment.class);
    }
  }

  @Nested
  class Keepalive {
    private static final long IDLE = Duration.ofSeconds(120).toNanos();
    private static final long ANSWER = Duration.ofSeconds(5).toNanos();

    @Test
    void shouldAskAndBeAnsweredWhenNothingIsHeard() {
      SmbDirectPair pair = SmbDirectPair.established(32);
      pair.initiator.send(message(10));
      pair.acceptor.send(message(10));
      pair.settle(0);
      assertThat(pair.initiator.core.deadlineNanos()).isEqualTo(IDLE);
      assertThat(pair.initiator.core.onTimeout(IDLE)).isEmpty();
      assertThat(pair.initiator.core.deadlineNanos()).isEqualTo(IDLE + ANSWER);
      pair.settle(IDLE + 1);

      assertThat(pair.initiator.core.deadlineNanos()).isEqualTo(2 * IDLE + 1);
      assertThat(pair.initiator.core.onTimeout(IDLE + ANSWER)).isEmpty();
      assertThat(pair.initiator.core.state()).isEqualTo(State.ESTABLISHED);
    }

    @Test
    void shouldCloseWhenThePeerDoesNotAnswer() {
      SmbDirectPair pair = SmbDirectPair.established(32);
      SmbDirectConnection core = pair.initiator.core;
      core.onTimeout(IDLE);
      assertThat(core.poll().orElseThrow().header().responseRequested()).isTrue();
      assertThat(core.onTimeout(IDLE + ANSWER - 1)).isEmpty();
      assertThat(core.onTimeout(IDLE + ANSWER)).isPresent();
      assertThat(core.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void shouldAnswerAtOnceWhenAsked() {
      SmbDirectConnection core = establishedWithReceives();
      MemorySegment asking = MemorySegment.ofArray(new byte[20]);
      DataTransferCodec.encode(new DataTransfer(1, 1, true, 0, 0, 0), asking);
      core.onReceived(asking, 0);
      Optional<SmbDirectConnection.Outgoing> answer = core.poll();
      assertThat(answer).isPresent();
      assertThat(answer.get().header().dataLength()).isZero();
      assertThat(core.poll()).isEmpty();
    }
  }

  /** A data message; bytes that do not fit the 20 of the header are cut. */
  private static MemorySegment data(
      int requested, int granted, long remaining, long length, int messageBytes) {
    MemorySegment message = MemorySegment.ofArray(new byte[Math.max(messageBytes, 24)]);
    DataTransferCodec.encode(
        new DataTransfer(requested, granted, false, remaining, length == 0 ? 0 : 24, length),
        message);
    return message.asSlice(0, messageBytes);
  }

  private static SmbDirectConnection establishedInitiator(int granted, int requested) {
    SmbDirectConnection core = new SmbDirectConnection(Role.INITIATOR, SmbDirectPair.limits(32), 0);
    core.onReceived(
        NegotiateResponseCodec.encode(
            new NegotiateResponse(
                0x100, 0x100, 0x100, requested, granted, 0, 8 << 20, 1364, 8192, 1 << 20)),
        0);
    return core;
  }

  private static SmbDirectConnection establishedWithReceives() {
    SmbDirectConnection core = establishedInitiator(30, 20);
    core.onPosted(core.receivesWanted());
    core.queue(10);
    core.poll();
    return core;
  }

  private static void assertViolation(Received received, String why) {
    assertThat(received).isInstanceOf(Received.Violation.class);
    assertThat(((Received.Violation) received).reason()).contains(why);
  }
}
