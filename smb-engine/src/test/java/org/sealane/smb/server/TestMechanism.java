package org.sealane.smb.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SecurityMechanism;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.lane.LaneKind;

/**
 * Authentication by one word: {@code more} asks for another token, {@code bad} is refused with a
 * token, {@code silent} without, {@code fault} is a bug; {@code user-} begins a user's name;
 * anything else is the node's.
 */
final class TestMechanism implements SecurityMechanism {
  static final UUID CLUSTER = new UUID(1, 1);
  static final UUID VOLUME = new UUID(2, 2);

  final List<Context> contexts = new ArrayList<>();

  static byte[] secretBytes() {
    byte[] secret = new byte[32];
    for (int i = 0; i < secret.length; i++) {
      secret[i] = (byte) (i * 7 + 3);
    }
    return secret;
  }

  static byte[] token(String word) {
    return word.getBytes(StandardCharsets.US_ASCII);
  }

  static Principal.Node node(String name) {
    return new Principal.Node(
        name, new LaneBinding(CLUSTER, name, "server", VOLUME, LaneKind.CSV, 1), "X25519MLKEM768");
  }

  @Override
  public synchronized SecurityContext acceptor() {
    Context context = new Context();
    contexts.add(context);
    return context;
  }

  synchronized long openContexts() {
    return contexts.stream().filter(context -> !context.closed).count();
  }

  static final class Context implements SecurityContext {
    volatile boolean closed;

    @Override
    public Step next(byte[] token) {
      if (closed) {
        throw new IllegalStateException("the context is closed");
      }
      return switch (new String(token, StandardCharsets.US_ASCII)) {
        case "more" -> new Step.Continue(token("go on"));
        case "bad" -> new Step.Refused(token("alert"), "the test says so");
        case "silent" -> new Step.Refused(new byte[0], "the test says so");
        case "fault" -> throw new IllegalArgumentException("a fault of the mechanism");
        case String name ->
            new Step.Complete(
                token("welcome"),
                new SessionSecret(secretBytes()),
                name.startsWith("user-") ? new Principal.User(name) : node(name));
      };
    }

    @Override
    public void close() {
      if (closed) {
        throw new IllegalStateException("closed twice");
      }
      closed = true;
    }
  }
}
