package org.sealane.cluster.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class AuditProperty {
  private static Path directory;
  private static LogOnDisk log;
  private static byte[] content;
  private static byte[] head;

  @BeforeContainer
  static void write() throws IOException {
    directory = Files.createTempDirectory("audit");
    log = new LogOnDisk(directory.resolve("audit")).written(12);
    content = Files.readAllBytes(log.segments().getFirst());
    head = Files.readAllBytes(log.head());
  }

  @AfterContainer
  static void delete() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** The record whose line holds that byte, its line feed included. */
  private static long recordAt(int offset) {
    long record = 1;
    for (int i = 0; i < offset; i++) {
      record += content[i] == '\n' ? 1 : 0;
    }
    return record;
  }

  @Property(tries = 600)
  void shouldNameTheRecordOfWhicheverBitIsFlipped(
      @ForAll @IntRange(max = 1_000_000) int position, @ForAll @IntRange(max = 7) int bit)
      throws IOException {
    int offset = position % content.length;
    byte[] touched = content.clone();
    touched[offset] ^= (byte) (1 << bit);
    Files.write(log.segments().getFirst(), touched);
    Files.write(log.head(), head);

    List<AuditFinding> findings = log.verify(AuditVerifier.Ending.SIGNED).findings();

    long record = recordAt(offset);
    assertThat(findings)
        .as("byte %d bit %d", offset, bit)
        .anySatisfy(finding -> assertThat(record).isBetween(finding.from(), finding.to()));
    assertThat(findings)
        .allSatisfy(finding -> assertThat(finding.from()).isBetween(record - 1, record + 1));
  }

  @Property(tries = 200)
  void shouldFindWhateverIsCutOutOfTheFile(
      @ForAll @IntRange(max = 1_000_000) int from,
      @ForAll @IntRange(min = 1, max = 5000) int length)
      throws IOException {
    int start = from % content.length;
    int end = Math.min(content.length, start + length);
    byte[] cut = new byte[content.length - (end - start)];
    System.arraycopy(content, 0, cut, 0, start);
    System.arraycopy(content, end, cut, start, content.length - end);
    Files.write(log.segments().getFirst(), cut);
    Files.write(log.head(), head);

    assertThat(log.verify(AuditVerifier.Ending.CRASHED).findings()).isNotEmpty();
  }

  @Property(tries = 200)
  void shouldFindAnyFlippedBitOfTheHead(
      @ForAll @IntRange(max = 10_000) int position, @ForAll @IntRange(max = 7) int bit)
      throws IOException {
    byte[] touched = head.clone();
    touched[position % head.length] ^= (byte) (1 << bit);
    Files.write(log.segments().getFirst(), content);
    Files.write(log.head(), touched);

    assertThat(log.verify(AuditVerifier.Ending.SIGNED).findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).isEqualTo(AuditFinding.What.HEAD_FORGED));
  }

  /** A log of anything at all gives a report, of bounded size. */
  @Property(tries = 200)
  void shouldReportOnBytesOfAnyKind(@ForAll @Size(max = 4000) byte[] anything) throws IOException {
    Files.write(log.segments().getFirst(), anything);
    Files.write(log.head(), head);

    assertThat(log.verify(AuditVerifier.Ending.CRASHED).findings())
        .hasSizeBetween(1, AuditChain.FINDINGS_MAX);
  }
}
