package org.sealane.smb.client;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.lane.LaneKind;

/**
 * A mechanism that proves nothing: the initiator says {@code hello} and {@code more}, the acceptor
 * {@code go on} and {@code welcome}; the key is fixed. A token {@code no} refuses.
 */
final class FakeContext implements SecurityContext {
  static final Principal.Node SERVER =
      new Principal.Node(
          "server",
          new LaneBinding(new UUID(1, 1), "client", "server", new UUID(2, 2), LaneKind.CSV, 1),
          "none");

  private static final int KEY_BYTES = 32;

  private int step;
  private boolean closed;

  static SessionSecret secret() {
    byte[] key = new byte[KEY_BYTES];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (i * 7);
    }
    return new SessionSecret(key);
  }

  static byte[] token(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public Step next(byte[] token) {
    String said = new String(token, StandardCharsets.US_ASCII);
    step++;
    if (said.equals("no")) {
      return new Step.Refused(new byte[0], "the peer said no");
    }
    if (said.equals("not you")) {
      return new Step.Refused(token("alert"), "it is not the peer that was meant");
    }
    return switch (step) {
      case 1 -> new Step.Continue(token("hello"));
      case 2 -> new Step.Continue(token("more"));
      default -> new Step.Complete(new byte[0], secret(), SERVER);
    };
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
  }
}
