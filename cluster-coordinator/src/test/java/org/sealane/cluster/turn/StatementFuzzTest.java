package org.sealane.cluster.turn;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.UUID;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.json.StrictJson;
import org.sealane.cluster.member.TestKeys;

/**
 * Fuzz targets of nodes' statements: of the envelope that anybody may write, and of what a node
 * that was broken into may sign.
 */
class StatementFuzzTest {
  static final UUID CLUSTER = new UUID(1, 2);
  static final String NODE = "node1";
  private static final TestKeys KEYS = TestKeys.generate();

  /** Reads one kind of statement. */
  private interface Decoder {
    Object decode(byte[] sealed) throws MalformedJsonException;
  }

  private static void check(Decoder decoder, byte[] sealed) {
    try {
      assertThat(decoder.decode(sealed)).isNotNull();
    } catch (MalformedJsonException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static byte[] sealed(byte[] payload) {
    var envelope = StrictJson.object();
    envelope.put("payload", payload);
    envelope.put("signature", KEYS.sign(payload));
    return StrictJson.bytes(envelope);
  }

  @FuzzTest
  void envelope(byte[] bytes) {
    check(of -> Statement.decodeLease(of, CLUSTER, NODE, KEYS.pair().getPublic()), bytes);
  }

  @FuzzTest
  void lease(byte[] payload) {
    check(of -> Statement.decodeLease(of, CLUSTER, NODE, KEYS.pair().getPublic()), sealed(payload));
  }

  @FuzzTest
  void entry(byte[] payload) {
    check(of -> Statement.decodeEntry(of, CLUSTER, NODE, KEYS.pair().getPublic()), sealed(payload));
  }

  @FuzzTest
  void fence(byte[] payload) {
    check(of -> Statement.decodeFence(of, CLUSTER, NODE, KEYS.pair().getPublic()), sealed(payload));
  }
}
