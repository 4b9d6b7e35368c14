package org.sealane.smb.wire;

import static org.assertj.core.api.Assertions.assertThat;

/** The body of every decoder's fuzz target. */
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
