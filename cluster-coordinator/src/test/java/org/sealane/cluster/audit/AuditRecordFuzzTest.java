package org.sealane.cluster.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.sealane.cluster.json.MalformedJsonException;

/** Fuzz target of what another node's audit log may hold. */
class AuditRecordFuzzTest {
  @FuzzTest
  void record(byte[] line) throws MalformedJsonException {
    AuditRecord decoded;
    try {
      decoded = AuditRecord.decode(line);
    } catch (MalformedJsonException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThat(AuditRecord.decode(decoded.encode())).isEqualTo(decoded);
  }
}
