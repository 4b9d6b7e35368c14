package org.sealane.cluster.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesAuditLogTest {
  @TempDir Path directory;

  @Test
  void shouldAppendOneLineAnEventWhenOpenedAgain() throws Exception {
    Path file = directory.resolve("audit.jsonl");
    for (int run = 0; run < 2; run++) {
      try (AuditLog log =
          new JsonLinesAuditLog(file, "node1", InstantSource.fixed(Instant.EPOCH))) {
        log.record(
            new AuditEvent(AuditKind.NEGOTIATION_TAMPERED, Map.of("peer", "a\nb", "conn", "7")));
      }
    }
    String line =
        "{\"sequence\":1,\"time\":\"1970-01-01T00:00:00Z\",\"node\":\"node1\",\"id\":1005,"
            + "\"kind\":\"negotiation-tampered\",\"fields\":{\"conn\":\"7\",\"peer\":\"a\\nb\"}}";
    assertThat(Files.readAllLines(file)).containsExactly(line, line);
  }

  @Test
  void shouldNeverFailItsCallerWhenClosed() throws Exception {
    AuditLog log =
        new JsonLinesAuditLog(directory.resolve("audit.jsonl"), "node1", InstantSource.system());
    log.close();
    log.record(new AuditEvent(AuditKind.TURN_STEP, Map.of()));
    assertThat(Files.size(directory.resolve("audit.jsonl"))).isZero();
  }

  @Test
  void shouldGiveEachKindAnIdOfItsOwn() {
    assertThat(Arrays.stream(AuditKind.values()).mapToInt(AuditKind::id).distinct().count())
        .isEqualTo(AuditKind.values().length);
  }
}
