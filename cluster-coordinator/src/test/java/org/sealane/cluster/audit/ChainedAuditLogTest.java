package org.sealane.cluster.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainedAuditLogTest {
  @TempDir Path directory;

  private LogOnDisk log() {
    return new LogOnDisk(directory.resolve("audit"));
  }

  @Test
  void shouldGiveEachKindAnIdAndATextOfItsOwn() {
    assertThat(Arrays.stream(AuditKind.values()).mapToInt(AuditKind::id).distinct().count())
        .isEqualTo(AuditKind.values().length);
    assertThat(Arrays.stream(AuditKind.values()).map(AuditKind::text).distinct().count())
        .isEqualTo(AuditKind.values().length);
  }

  @Test
  void shouldWriteOneLineAnEvent() throws Exception {
    LogOnDisk log = log();
    try (ChainedAuditLog open = log.open()) {
      open.record(
          new AuditEvent(AuditKind.NEGOTIATION_TAMPERED, Map.of("peer", "a\nb", "connection", "")));
    }

    assertThat(log.lines().get(1))
        .startsWith(
            "{\"sequence\":2,\"time\":\"1970-01-01T00:00:00Z\",\"node\":\"node1\",\"id\":1005,"
                + "\"kind\":\"negotiation-tampered\",\"text\":\"a negotiation was changed in"
                + " flight, or a downgrade was tried\",\"fields\":{\"connection\":\"-\","
                + "\"peer\":\"a\\nb\"},\"predecessor\":\"");
  }

  @Test
  void shouldGoOnWhereItEnded() throws Exception {
    LogOnDisk log = log().written(3).written(2);

    AuditReport report = log.verify(AuditVerifier.Ending.SIGNED);
    assertThat(report.isWhole()).as(report.toString()).isTrue();
    assertThat(report.records()).isEqualTo(9);
    assertThat(log.segments()).hasSize(1);
    assertThat(log.records().get(5).fields()).containsEntry("after", "closed in order");
    assertThat(log.records().stream().mapToLong(AuditRecord::sequence))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 9).boxed().toList());
  }

  @Test
  void shouldNeverFailItsCallerWhenClosed() throws Exception {
    ChainedAuditLog log = log().open();
    log.close();
    log.record(LogOnDisk.event(1));
    log.close();
    assertThat(log().records()).hasSize(2);
  }

  @Test
  void shouldBeOfOneProcessAtATime() throws Exception {
    try (ChainedAuditLog first = log().open()) {
      assertThatThrownBy(() -> log().open())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by another process");
      first.record(LogOnDisk.event(1));
    }
    assertThat(log().verify(AuditVerifier.Ending.SIGNED).isWhole()).isTrue();
  }

  /** What a killed process leaves: the files as they are at some moment. */
  private LogOnDisk crashed(ChainedAuditLog running, int unsigned) throws IOException {
    Path copy = directory.resolve("crashed");
    Files.createDirectories(copy);
    Files.copy(log().head(), copy.resolve("head.json"), StandardCopyOption.REPLACE_EXISTING);
    for (int i = 0; i < unsigned; i++) {
      running.record(LogOnDisk.event(i));
    }
    for (Path segment : log().segments()) {
      Files.copy(segment, copy.resolve(segment.getFileName()));
    }
    return new LogOnDisk(copy);
  }

  @Test
  void shouldTakeRecordsThatACrashLeftUnsigned() throws Exception {
    LogOnDisk crashed;
    try (ChainedAuditLog running = log().open()) {
      crashed = crashed(running, 5);
    }
    AuditReport left = crashed.verify();
    assertThat(left.isWhole()).as(left.toString()).isTrue();
    assertThat(left.unsigned()).isEqualTo(5);

    crashed.written(1);

    AuditReport report = crashed.verify(AuditVerifier.Ending.SIGNED);
    assertThat(report.isWhole()).as(report.toString()).isTrue();
    assertThat(crashed.records().get(6).fields())
        .containsEntry("after", "a crash")
        .containsEntry("unsigned", "5");
  }

  @Test
  void shouldKnowATornRecordFromATouchedOne() throws Exception {
    LogOnDisk crashed;
    try (ChainedAuditLog running = log().open()) {
      crashed = crashed(running, 3);
    }
    Path segment = crashed.segments().getFirst();
    Files.writeString(segment, "{\"sequence\":5,\"ti", StandardOpenOption.APPEND);
    assertThat(crashed.verify().isWhole()).isTrue();
    assertThat(crashed.verify().torn()).isPresent();

    crashed.written(1);

    assertThat(crashed.verify(AuditVerifier.Ending.SIGNED).isWhole()).isTrue();
    assertThat(crashed.records().stream().map(AuditRecord::kind))
        .containsExactly(
            "log-opened",
            "turn-step",
            "turn-step",
            "turn-step",
            "log-opened",
            "log-torn",
            "turn-step",
            "log-closed");
    assertThat(crashed.records().get(5).fields()).containsEntry("bytes", "17");
  }

  @Test
  void shouldSignTheEndWithoutBeingAsked() throws Exception {
    try (ChainedAuditLog running = log().open()) {
      byte[] before = Files.readAllBytes(log().head());
      running.record(LogOnDisk.event(1));
      await().until(() -> !Arrays.equals(before, Files.readAllBytes(log().head())));
      LogOnDisk crashed = crashed(running, 0);
      assertThat(crashed.verify(AuditVerifier.Ending.SIGNED).isWhole()).isTrue();
    }
  }

  @Test
  void shouldStayBoundedAndVerifiableWhenItIsRotated() throws Exception {
    LogOnDisk log = log().written(200, 1024);

    AuditReport report = log.verify(AuditVerifier.Ending.SIGNED);
    assertThat(report.isWhole()).as(report.toString()).isTrue();
    assertThat(report.last()).isEqualTo(202);
    assertThat(report.first()).isGreaterThan(100);
    assertThat(report.records()).isEqualTo(203 - report.first());
    assertThat(log.segments()).hasSize(ChainedAuditLog.SEGMENTS_MAX);
    for (Path segment : log.segments()) {
      assertThat(Files.size(segment)).isLessThanOrEqualTo(1024);
    }
    assertThat(log.written(3, 1024).verify(AuditVerifier.Ending.SIGNED).isWhole()).isTrue();
  }

  @Test
  void shouldFindThatTheOldestOfSeveralSegmentsIsGone() throws Exception {
    LogOnDisk log = log().written(30, 1024);
    long first = log.verify().first();
    Files.delete(log.segments().getFirst());

    assertThat(log.verify(AuditVerifier.Ending.SIGNED).findings())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.what()).isEqualTo(AuditFinding.What.MISSING);
          assertThat(finding.from()).isEqualTo(first);
        });
  }

  @Test
  void shouldDropASegmentThatACrashKeptFromBeingDeleted() throws Exception {
    LogOnDisk log = log().written(4, 1024);
    Path oldest = log.segments().getFirst();
    byte[] content = Files.readAllBytes(oldest);
    log.written(200, 1024);
    assertThat(oldest).doesNotExist();
    Files.write(oldest, content);

    log.written(1, 1024);

    assertThat(oldest).doesNotExist();
    assertThat(log.verify(AuditVerifier.Ending.SIGNED).isWhole()).isTrue();
  }

  @Test
  void shouldBeVerifiableWhileItIsWritten() throws Exception {
    try (ChainedAuditLog running = log().open(16 << 10)) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 500; i++) {
                  running.record(LogOnDisk.event(i));
                }
              });
      while (writer.isAlive()) {
        AuditReport report = running.verify();
        assertThat(report.findings().stream().map(AuditFinding::text)).isEmpty();
      }
      assertThat(running.verify().last()).isEqualTo(501);
    }
  }

  @Test
  void shouldFindWhatIsChangedUnderARunningNode() throws Exception {
    try (ChainedAuditLog running = log().open()) {
      running.record(LogOnDisk.event(1));
      running.record(LogOnDisk.event(2));
      Path segment = log().segments().getFirst();
      List<String> lines = Files.readAllLines(segment);
      Files.writeString(segment, lines.get(0) + "\n" + lines.get(2) + "\n");

      assertThat(running.verify().findings())
          .singleElement()
          .satisfies(finding -> assertThat(finding.text()).isEqualTo("record 2 is missing"));
    }
  }

  @Test
  void shouldSayWhenTheWholeLogIsGoneThoughTheNodeHasRun() throws Exception {
    Path gone = directory.resolve("gone");
    try (ChainedAuditLog log =
        ChainedAuditLog.open(gone, LogOnDisk.signer(), InstantSource.fixed(Instant.EPOCH), false)) {
      assertThat(log.verify().findings())
          .singleElement()
          .satisfies(finding -> assertThat(finding.text()).contains("its log is gone"));
    }
  }

  @Test
  void shouldRecordNamesThatAreNoText() throws Exception {
    LogOnDisk log = log();
    try (ChainedAuditLog open = log.open()) {
      open.record(
          new AuditEvent(AuditKind.TREE_REFUSED, Map.of("tree", "a\ud800b", "other", "\udc00")));
    }
    assertThat(log.records().get(1).fields()).containsEntry("tree", "a?b");
    assertThat(log.verify(AuditVerifier.Ending.SIGNED).isWhole()).isTrue();
  }

  @Test
  void shouldCutWhatIsTooLongForARecord() throws Exception {
    LogOnDisk log = log();
    String endless = "\u0001".repeat(100_000);
    try (ChainedAuditLog open = log.open()) {
      open.record(
          new AuditEvent(
              AuditKind.TREE_REFUSED,
              Stream.iterate(0, i -> i < 30, i -> i + 1)
                  .collect(java.util.stream.Collectors.toMap(i -> "field" + i, _ -> endless))));
    }
    AuditRecord record = log.records().get(1);
    assertThat(record.fields()).hasSize(AuditRecord.FIELDS_MAX);
    assertThat(record.fields().values())
        .allSatisfy(value -> assertThat(value).hasSize(AuditRecord.VALUE_CHARS_MAX));
    assertThat(record.encode()).hasSizeLessThan(AuditRecord.LINE_BYTES_MAX);
    assertThat(log.verify(AuditVerifier.Ending.SIGNED).isWhole()).isTrue();
  }
}
