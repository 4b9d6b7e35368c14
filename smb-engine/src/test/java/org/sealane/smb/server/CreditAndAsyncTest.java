package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.io.FileId;
import org.sealane.smb.lane.Level;
import org.sealane.smb.server.ScriptedPeer.Reply;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.FixedBody;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.NtStatus;

/** Credits, message ids, interim responses, CANCEL and bounds of work. */
class CreditAndAsyncTest {
  private static final Duration INTERIM = Duration.ofSeconds(1);

  private final ServerHarness server = ServerHarness.open();
  private final PeerFiles files = PeerFiles.of(server);

  private PeerRequest echo() {
    return files.peer.request(Command.ECHO).body(FixedBody::encode);
  }

  private PeerRequest cancel(Reply pending) {
    return files
        .peer
        .request(Command.CANCEL)
        .body(FixedBody::encode)
        .messageId(pending.header().messageId())
        .asyncId(pending.header().asyncOrTreeId());
  }

  @Nested
  class MessageIds {
    @Test
    void shouldDisconnectWhenAnIdIsUsedTwice() {
      echo().ask();

      echo().messageId(files.peer.nextMessageId - 1).assertDisconnects();
    }

    @Test
    void shouldDisconnectWhenAnIdWasNotGranted() {
      echo().messageId(files.peer.granted + 5).assertDisconnects();
    }

    @Test
    void shouldNotGrantBeforeTheResponseLeaves() {
      FileId fileId = files.open("f");
      server.workersPaused = true;
      server.deliver(files.flush(fileId).credits(10).bytes());

      echo().messageId(files.peer.granted).assertDisconnectsAfter(server::resumeWorkers);
    }

    @Test
    void shouldAcceptIdsInAnyOrder() {
      long first = files.peer.nextMessageId;

      assertThat(echo().messageId(first + 3).ask().status()).isEqualTo(NtStatus.SUCCESS);
      assertThat(echo().messageId(first).ask().status()).isEqualTo(NtStatus.SUCCESS);
    }
  }

  @Nested
  class Charges {
    @Test
    void shouldRefuseWhenTheChargeIsTooSmallForTheRead() {
      FileId fileId = files.open("f");
      files.write(fileId, 0, new byte[10]).ask();

      assertThat(files.read(fileId, 0, 65_536).charge(1).ask().status())
          .isEqualTo(NtStatus.SUCCESS);
      assertThat(files.read(fileId, 0, 65_537).charge(1).ask().status())
          .isEqualTo(NtStatus.INVALID_PARAMETER);
      assertThat(files.read(fileId, 0, 65_537).charge(2).ask().status())
          .isEqualTo(NtStatus.SUCCESS);
    }

    @Test
    void shouldRefuseWhenTheChargeIsTooSmallForTheWrite() {
      FileId fileId = files.open("f");

      assertThat(files.write(fileId, 0, new byte[65_537]).charge(1).ask().status())
          .isEqualTo(NtStatus.INVALID_PARAMETER);
      assertThat(server.share.calls).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Level.class)
    void shouldServeTheLargestPayloadAndRefuseMore(Level level) {
      FileId fileId = files.open("f");
      echo().credits(1000).ask();
      byte[] bytes = PeerFiles.pattern(8 << 20);
      files.at(level);

      assertThat(files.write(fileId, 0, bytes).ask().status()).isEqualTo(NtStatus.SUCCESS);
      assertThat(PeerFiles.payload(files.read(fileId, 0, bytes.length).ask())).isEqualTo(bytes);
      assertThat(files.read(fileId, 0, bytes.length + 1).ask().status())
          .isEqualTo(NtStatus.INVALID_PARAMETER);
      server.assertNothingLeaks();
    }
  }

  @Nested
  class Granting {
    @Test
    void shouldNeverLetAClientHoldMoreThanTheLimit() {
      echo().credits(60_000).ask();

      assertThat(files.peer.granted - files.peer.nextMessageId)
          .isEqualTo(Limit.CREDITS.defaultValue());
    }

    @Test
    void shouldGrantOneWhenTheClientHoldsNoneAndAsksForNone() {
      while (files.peer.granted - files.peer.nextMessageId > 1) {
        assertThat(echo().credits(0).ask().header().credits()).isZero();
      }

      assertThat(echo().credits(0).ask().header().credits()).isEqualTo(1);
    }
  }

  @Nested
  class Interim {
    private FileId fileId;

    private Reply pendingRead(Level level) {
      fileId = files.open("f");
      files.write(fileId, 0, PeerFiles.pattern(50)).ask();
      server.workersPaused = true;
      files.at(level);
      server.deliver(files.read(fileId, 0, 50).bytes());
      server.advance(INTERIM.minusNanos(1));
      assertThat(files.peer.hasNext()).isFalse();
      server.advance(Duration.ofNanos(1));
      return files.peer.next().getFirst();
    }

    @ParameterizedTest
    @EnumSource(Level.class)
    void shouldSendPendingThenTheAnswerWhenAnOperationTakesLong(Level level) {
      Reply pending = pendingRead(level);
      assertThat(pending.status()).isEqualTo(NtStatus.PENDING);
      assertThat(pending.header().has(HeaderFlags.ASYNC_COMMAND)).isTrue();
      assertThat(pending.level())
          .as("an interim response is never signed")
          .isEqualTo(level == Level.ENCRYPT ? Level.ENCRYPT : Level.CLEAR);
      assertThat(pending.header().credits()).isEqualTo(32);
      assertThat(server.connection.status().requestsUnderWay()).isEqualTo(1);

      server.advance(INTERIM);
      assertThat(files.peer.hasNext()).as("a second interim response").isFalse();
      server.resumeWorkers();

      Reply answer = files.peer.next().getFirst();
      assertThat(PeerFiles.payload(answer)).hasSize(50);
      assertThat(answer.level()).isEqualTo(level);
      assertThat(answer.header().has(HeaderFlags.ASYNC_COMMAND)).isTrue();
      assertThat(answer.header().asyncOrTreeId()).isEqualTo(pending.header().asyncOrTreeId());
      assertThat(answer.header().messageId()).isEqualTo(pending.header().messageId());
      assertThat(answer.header().credits()).isZero();
      server.assertNothingLeaks();
    }

    @Test
    void shouldCancelByAsyncIdWhenNoWorkerHasBegun() {
      Reply pending = pendingRead(Level.SIGN);

      server.deliver(cancel(pending).level(Level.SIGN).bytes());
      server.resumeWorkers();

      assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.CANCELLED);
      assertThat(files.peer.hasNext()).as("an answer to CANCEL").isFalse();
      server.assertNothingLeaks();
    }

    @Test
    void shouldCancelByMessageIdWhenNoWorkerHasBegun() {
      FileId other = files.open("f");
      server.workersPaused = true;
      server.deliver(files.flush(other).bytes());
      server.deliver(
          files
              .peer
              .request(Command.CANCEL)
              .body(FixedBody::encode)
              .messageId(files.peer.nextMessageId - 1)
              .bytes());

      server.resumeWorkers();

      assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.CANCELLED);
      assertThat(server.share.calls).doesNotContain("flush");
    }

    @Test
    void shouldIgnoreACancelOfWhatIsNotThereOrIsForged() {
      Reply pending = pendingRead(Level.SIGN);
      byte[] forged = cancel(pending).level(Level.SIGN).bytes();
      forged[50] ^= 1;

      server.deliver(forged);
      server.deliver(
          files.peer.request(Command.CANCEL).body(FixedBody::encode).asyncId(999).bytes());
      server.resumeWorkers();

      assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.SUCCESS);
      assertThat(server.events(ServerEvent.TamperingSuspected.class)).hasSize(1);
    }

    @Test
    void shouldCloseAllTheSameWhenACloseIsCancelled() {
      FileId other = files.open("f");
      server.workersPaused = true;
      server.deliver(files.close(other).bytes());
      server.deliver(
          files
              .peer
              .request(Command.CANCEL)
              .body(FixedBody::encode)
              .messageId(files.peer.nextMessageId - 1)
              .bytes());

      server.resumeWorkers();

      assertThat(files.peer.next().getFirst().status()).isEqualTo(NtStatus.SUCCESS);
      assertThat(server.share.openNow()).isZero();
    }

    @Test
    void shouldSendNoInterimResponseForACompound() {
      server.workersPaused = true;
      server.deliver(
          PeerRequest.chain(
              files.create("f").followed().message(),
              files.close(FileId.NONE).related().message()));

      server.advance(INTERIM.multipliedBy(3));

      assertThat(files.peer.hasNext()).isFalse();
      server.resumeWorkers();
      assertThat(files.peer.next()).hasSize(2);
    }
  }

  @Nested
  class Work {
    @Test
    void shouldMakeOperationsWaitThenTurnAwayWhenTooManyAreUnderWay() {
      ServerHarness busy =
          ServerHarness.of(
              ServerSettings.defaults(ServerHarness.SERVER_GUID)
                  .with(Limit.OPERATIONS, 1)
                  .with(Limit.WAITING_OPERATIONS, 2));
      PeerFiles client = PeerFiles.of(busy);
      FileId fileId = client.open("f");
      busy.workersPaused = true;
      for (int i = 0; i < 3; i++) {
        busy.deliver(client.flush(fileId).bytes());
      }
      assertThat(busy.workers).as("run at once").hasSize(1);

      assertThat(client.flush(fileId).ask().status()).isEqualTo(NtStatus.INSUFFICIENT_RESOURCES);
      assertThat(client.close(fileId).bytes()).satisfies(busy::deliver);
      busy.resumeWorkers();

      List<NtStatus> statuses = new ArrayList<>();
      while (client.peer.hasNext()) {
        statuses.add(client.peer.next().getFirst().status());
      }
      assertThat(statuses).hasSize(4).containsOnly(NtStatus.SUCCESS);
      busy.assertNothingLeaks();
    }

    @Test
    void shouldStopReadingWhileThePeerDoesNotTakeItsResponses() {
      server.connection.onWritable(false);
      assertThat(server.transport.reading).isFalse();

      server.connection.onWritable(true);
      assertThat(server.transport.reading).isTrue();
    }
  }
}
