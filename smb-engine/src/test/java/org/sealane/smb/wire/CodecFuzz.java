package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The body of every decoder's fuzz target. A target is a {@code @FuzzTest} method of a class {@code
 * XFuzzTest}; the build replays the seeds in {@code XFuzzTestInputs/<method>} among the test
 * resources: golden messages, one input for each outcome that a long run found, and whatever once
 * failed. To fuzz one target:
 *
 * <pre>
 * JAZZER_FUZZ=1 mvn -pl smb-engine -am -Djazzer.hooks=true -Djazzer.max_duration=60s \
 *     -Dtest=NegotiateFuzzTest#request -Dsurefire.failIfNoSpecifiedTests=false test
 * </pre>
 */
public final class CodecFuzz {
  private CodecFuzz() {}

  /**
   * Decodes bytes from a hostile peer: they are malformed, or a message that survives a round trip.
   * Anything else is thrown.
   */
  public static <T> void check(TestedCodec<T> codec, byte[] bytes) {
    T message;
    try {
      message = codec.decode(bytes);
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    byte[] canonical = codec.encode(message);
    try {
      assertThat(codec.encode(codec.decode(canonical))).isEqualTo(canonical);
    } catch (MalformedMessageException e) {
      throw new AssertionError("what was decoded does not survive a round trip", e);
    }
  }
}
