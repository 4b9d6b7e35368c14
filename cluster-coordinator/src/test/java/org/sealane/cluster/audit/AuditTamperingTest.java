package org.sealane.cluster.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.audit.AuditFinding.What;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.json.MalformedJsonException;

/** Every way to touch a log of ten records that was closed in order. */
class AuditTamperingTest {
  private static final int RECORDS = 10;

  @TempDir Path directory;
  private LogOnDisk log;

  @BeforeEach
  void write() throws IOException {
    log = new LogOnDisk(directory.resolve("audit")).written(RECORDS - 2);
    assertThat(log.lines()).hasSize(RECORDS);
    assertThat(log.verify(AuditVerifier.Ending.SIGNED).isWhole()).isTrue();
  }

  private void assertFound(What what, long from, long to) throws IOException {
    for (AuditVerifier.Ending ending : AuditVerifier.Ending.values()) {
      AuditReport report = log.verify(ending);
      assertThat(report.findings())
          .as(ending + " " + report)
          .anySatisfy(finding -> {
            assertThat(finding.what()).isEqualTo(what);
            assertThat(finding.from()).isEqualTo(from);
            assertThat(finding.to()).isEqualTo(to);
          });
    }
  }

  private void assertOnly(What what, long from, long to) throws IOException {
    assertFound(what, from, to);
    assertThat(log.verify().findings()).hasSize(1);
  }

  @Test
  void shouldNameTheRecordWhoseTextWasChanged() throws Exception {
    List<String> written = log.lines();
    for (int record = 2; record < RECORDS; record++) {
      List<String> lines = new ArrayList<>(written);
      lines.set(record - 1, lines.get(record - 1).replace("\"epoch\":\"", "\"epoch\":\"1"));
      log.write(lines);

      assertOnly(What.CHANGED, record, record);
    }
  }

  @Test
  void shouldNameTheRecordWhosePredecessorWasChanged() throws Exception {
    List<String> lines = log.lines();
    String digest = AuditRecord.decode(bytes(lines.get(4))).predecessor().hex();
    lines.set(4, lines.get(4).replace(digest, "0".repeat(64)));
    log.write(lines);

    assertOnly(What.CHANGED, 5, 5);
  }

  @Test
  void shouldNameTheFirstRecordAndTheLastWhenTheyWereChanged() throws Exception {
    List<String> lines = log.lines();
    lines.set(0, lines.getFirst().replace("\"nothing\"", "\"a crash\""));
    lines.set(RECORDS - 1, lines.getLast().replace("1970-01-01", "1970-01-02"));
    log.write(lines);

    assertFound(What.CHANGED, 1, 1);
    assertFound(What.CHANGED, RECORDS, RECORDS);
    assertThat(log.verify().findings()).hasSize(2);
  }

  @Test
  void shouldNameTheRecordThatIsNoRecordAnyMore() throws Exception {
    List<String> lines = log.lines();
    lines.set(3, "?" + lines.get(3));
    log.write(lines);

    assertOnly(What.CHANGED, 4, 4);
  }

  @Test
  void shouldNameBothRecordsWhenTheLineFeedBetweenThemIsGone() throws Exception {
    List<String> lines = log.lines();
    lines.set(3, lines.get(3) + " " + lines.remove(4));
    log.write(lines);

    assertFound(What.CHANGED, 4, 4);
    assertFound(What.MISSING, 5, 5);
  }

  @Test
  void shouldNameTheRecordWhoseNumberWasChanged() throws Exception {
    List<String> written = log.lines();
    for (int record = 1; record < RECORDS; record++) {
      for (int other : new int[] {7, 10, 5000}) {
        List<String> lines = new ArrayList<>(written);
        lines.set(
            record - 1,
            lines.get(record - 1).replace("\"sequence\":" + record, "\"sequence\":" + other));
        log.write(lines);
        if (other > record) {
          assertOnly(What.CHANGED, record, record);
        }
      }
    }
  }

  @Test
  void shouldNameTheRecordThatIsMissing() throws Exception {
    List<String> lines = log.lines();
    lines.remove(6);
    log.write(lines);

    assertOnly(What.MISSING, 7, 7);
  }

  @Test
  void shouldNameTheRecordsThatAreMissingAtTheBeginning() throws Exception {
    log.write(log.lines().subList(3, RECORDS));

    assertOnly(What.MISSING, 1, 3);
  }

  @Test
  void shouldNameTheRecordsThatWereCutOffAtTheEnd() throws Exception {
    log.write(log.lines().subList(0, 7));

    assertOnly(What.CUT, 8, RECORDS);
  }

  @Test
  void shouldNameTheRecordThatWasCutInHalf() throws Exception {
    Path segment = log.segments().getFirst();
    byte[] content = Files.readAllBytes(segment);
    Files.write(segment, java.util.Arrays.copyOf(content, content.length - 20));

    assertOnly(What.CUT, RECORDS, RECORDS);
  }

  @Test
  void shouldNameAllRecordsWhenTheFileIsGone() throws Exception {
    Files.delete(log.segments().getFirst());

    assertOnly(What.CUT, 1, RECORDS);
  }

  @Test
  void shouldNameRecordsThatStandWhereTheyWereNotWritten() throws Exception {
    List<String> lines = log.lines();
    lines.add(6, lines.get(2));
    log.write(lines);
    assertOnly(What.MISPLACED, 3, 3);

    lines = log.lines();
    lines.remove(6);
    lines.add(4, "{\"something\":\"else\"}");
    log.write(lines);
    assertOnly(What.MISPLACED, 5, 5);
  }

  @Test
  void shouldSayThatTwoRecordsChangedPlaces() throws Exception {
    List<String> lines = log.lines();
    lines.add(4, lines.remove(5));
    log.write(lines);

    assertFound(What.MISPLACED, 5, 5);
    assertFound(What.MISSING, 6, 6);
    assertThat(log.verify().findings()).hasSize(2);
  }

  /** Whoever may write the files can compute every digest, but can not sign the end. */
  @Test
  void shouldFindAChainThatWasRewrittenToTheEnd() throws Exception {
    List<String> lines = log.lines();
    lines.set(3, lines.get(3).replace("\"epoch\":\"", "\"epoch\":\"1"));
    rechain(lines, 4);
    log.write(lines);

    assertOnly(What.CHANGED, RECORDS, RECORDS);
    assertThat(log.verify().findings().getFirst().text()).contains("rewritten");
  }

  @Test
  void shouldFindAChainThatWasRewrittenWithoutItsLastRecord() throws Exception {
    List<String> lines = log.lines();
    lines.remove(3);
    for (int i = 3; i < lines.size(); i++) {
      lines.set(i, lines.get(i).replace("\"sequence\":" + (i + 2), "\"sequence\":" + (i + 1)));
    }
    rechain(lines, 3);
    log.write(lines);

    assertOnly(What.CUT, RECORDS, RECORDS);
  }

  private static void rechain(List<String> lines, int from) throws MalformedJsonException {
    for (int i = from; i < lines.size(); i++) {
      String old = AuditRecord.decode(bytes(lines.get(i))).predecessor().hex();
      String now = DocumentDigest.of(bytes(lines.get(i - 1))).hex();
      lines.set(i, lines.get(i).replace(old, now));
    }
  }

  private static byte[] bytes(String line) {
    return line.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldFindThatTheHeadIsMissing() throws Exception {
    Files.delete(log.head());

    assertOnly(What.HEAD_MISSING, 0, 0);
  }

  @Test
  void shouldFindAHeadThatTheNodeHasNotSigned() throws Exception {
    AuditRecord last = AuditRecord.decode(bytes(log.lines().get(6)));
    AuditHead shorter =
        new AuditHead(
            1,
            AuditRecord.NO_PREDECESSOR,
            7,
            DocumentDigest.of(bytes(log.lines().get(6))),
            Instant.EPOCH);
    assertThat(last.sequence()).isEqualTo(7);
    log.write(log.lines().subList(0, 7));
    Files.write(log.head(), LogOnDisk.signer(LogOnDisk.keys()).seal(shorter));
    assertOnly(What.HEAD_FORGED, 0, 0);

    Files.write(log.head(), shorter.seal(LogOnDisk.CLUSTER, "node2", LogOnDisk.signer().signer()));
    assertOnly(What.HEAD_FORGED, 0, 0);
    Files.writeString(log.head(), "{");
    assertOnly(What.HEAD_FORGED, 0, 0);
  }

  @Test
  void shouldFindAlsoChangesWhereNoHeadIsKnown() throws Exception {
    Files.delete(log.head());
    List<String> lines = log.lines();
    lines.remove(6);
    lines.set(2, lines.get(2).replace("\"epoch\":\"", "\"epoch\":\"1"));
    log.write(lines);

    assertFound(What.HEAD_MISSING, 0, 0);
    assertFound(What.MISSING, 7, 7);
    assertFound(What.CHANGED, 3, 3);
  }

  @Test
  void shouldFindWhatWasAppended() throws Exception {
    AuditRecord forged =
        new AuditRecord(
            RECORDS + 1L,
            Instant.EPOCH,
            "node1",
            5201,
            "turn-step",
            "text",
            java.util.Map.of(),
            DocumentDigest.of(bytes(log.lines().getLast())));
    Files.writeString(
        log.segments().getFirst(),
        new String(forged.encode(), StandardCharsets.UTF_8) + "\n",
        StandardOpenOption.APPEND);

    assertThat(log.verify(AuditVerifier.Ending.SIGNED).findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).isEqualTo(What.APPENDED));
  }

  @Test
  void shouldCountWhatIsMoreThanAReportHolds() throws Exception {
    List<String> lines = log.lines();
    for (int i = 0; i < 2 * AuditChain.FINDINGS_MAX; i++) {
      lines.add(5, lines.getFirst());
    }
    log.write(lines);

    AuditReport report = log.verify();
    assertThat(report.findings()).hasSize(AuditChain.FINDINGS_MAX);
    assertThat(report.moreFindings()).isEqualTo(AuditChain.FINDINGS_MAX);
  }

  @Test
  void shouldKeepTheEvidenceOverARestart() throws Exception {
    log.write(log.lines().subList(0, 7));
    log.written(1);

    assertThat(log.records())
        .anySatisfy(record -> {
          assertThat(record.kind()).isEqualTo("log-damaged");
          assertThat(record.sequence()).isEqualTo(RECORDS + 2);
          assertThat(record.fields().get("finding")).contains("8 to 10 are missing");
        });
    assertFound(What.MISSING, 8, RECORDS);
    assertFound(What.FOUND_BY_NODE, RECORDS + 2, RECORDS + 2);
    assertThat(log.verify(AuditVerifier.Ending.SIGNED).findings()).hasSize(2);
  }

  @Test
  void shouldNotSignARewrittenChainWithoutSayingSoWhenTheHeadIsGone() throws Exception {
    Files.delete(log.head());
    log.written(1);

    assertOnly(What.FOUND_BY_NODE, RECORDS + 2, RECORDS + 2);
  }
}
