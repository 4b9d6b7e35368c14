package org.sealane.smb.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.SecurityContext.Step;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * Fuzz targets of SPNEGO and of both ends of the node mechanism; the seeds in {@code
 * AuthFuzzTestInputs} are always replayed.
 *
 * <p>An input of the two ends is a list of tokens, each behind its length (2 bytes, big-endian).
 * Keys and randomness of this side are the same in each run, so a recorded handshake goes all the
 * way to its end, and what a fuzzer makes of it goes as far as it is right.
 */
class AuthFuzzTest {
  private static final UUID CLUSTER = UUID.fromString("a38d1d9e-6c39-4bb1-9a0b-5d0f0f0f9d11");
  private static final LaneBinding LANE =
      new LaneBinding(CLUSTER, "node1", "node2", CLUSTER, LaneKind.SBL, 42);
  private static final TestAuthority AUTHORITY = new TestAuthority(CLUSTER, repeatable(1));
  private static final NodeCredentials NODE1 = AUTHORITY.credentials("node1");
  private static final NodeCredentials NODE2 = AUTHORITY.credentials("node2");

  /** The same numbers each time. */
  private static SecureRandom repeatable(long seed) {
    try {
      SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
      random.setSeed(seed);
      return random;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static NodeMechanism mechanism(NodeCredentials credentials, long seed) {
    return new NodeMechanism(
        () -> credentials,
        certificate -> Enrollment.Verdict.ACCEPTED,
        List.of(KeyAgreement.X25519_MLKEM768),
        InstantSource.fixed(TestAuthority.NOW),
        repeatable(seed));
  }

  private static SecurityContext initiator() {
    return mechanism(NODE1, 2).initiator(LANE);
  }

  private static SecurityContext acceptor() {
    return mechanism(NODE2, 3).acceptor();
  }

  private static List<byte[]> tokens(byte[] input) {
    List<byte[]> tokens = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(input);
    while (in.remaining() >= Short.BYTES) {
      byte[] token = new byte[Math.min(in.getShort() & 0xFFFF, in.remaining())];
      in.get(token);
      tokens.add(token);
    }
    return tokens;
  }

  /** True if it completed; anything but a step is thrown. */
  private static boolean feed(SecurityContext context, byte[] input) {
    boolean completed = false;
    for (byte[] token : tokens(input)) {
      switch (context.next(token)) {
        case Step.Continue go -> assertThat(go.token()).isNotEmpty();
        case Step.Refused refused -> assertThat(refused.reason()).isNotBlank();
        case Step.Complete complete -> {
          complete.sessionKey().close();
          completed = true;
        }
      }
    }
    return completed;
  }

  @FuzzTest
  void spnego(byte[] token) throws MalformedMessageException {
    Spnego.Token decoded;
    try {
      decoded = Spnego.decode(token);
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    byte[] canonical = Spnego.encode(decoded);
    assertThat(Spnego.encode(Spnego.decode(canonical))).isEqualTo(canonical);
  }

  @FuzzTest
  void acceptor(byte[] input) {
    try (SecurityContext acceptor = acceptor()) {
      feed(acceptor, input);
    }
  }

  @FuzzTest
  void initiator(byte[] input) {
    try (SecurityContext initiator = initiator()) {
      initiator.next(new byte[0]);
      feed(initiator, input);
    }
  }

  /**
   * The seeds are worth something only while they reach the end. If another version of the TLS
   * library no longer gives the same bytes, write them anew with {@code -Dsealane.seeds=DIRECTORY}.
   */
  @Test
  void shouldCompleteWithTheRecordedHandshake() throws IOException {
    Exchange exchange = Exchange.run(initiator(), acceptor());
    byte[] toAcceptor = join(exchange.tokens.get(0), exchange.tokens.get(2));
    byte[] toInitiator = join(exchange.tokens.get(1), exchange.tokens.get(3));
    String directory = System.getProperty("sealane.seeds");
    if (directory != null) {
      write(Path.of(directory, "acceptor", "handshake.bin"), toAcceptor);
      write(Path.of(directory, "initiator", "handshake.bin"), toInitiator);
      write(Path.of(directory, "spnego", "first.bin"), exchange.tokens.get(0));
      write(Path.of(directory, "spnego", "answer.bin"), exchange.tokens.get(1));
      write(Path.of(directory, "spnego", "hint.bin"), SpnegoTest.WINDOWS_HINT);
      write(Path.of(directory, "spnego", "ntlm.bin"), SpnegoTest.NTLM_INIT);
    }

    try (SecurityContext initiator = initiator();
        SecurityContext acceptor = acceptor()) {
      initiator.next(new byte[0]);
      assertThat(feed(acceptor, seed("acceptor/handshake.bin"))).isTrue();
      assertThat(feed(initiator, seed("initiator/handshake.bin"))).isTrue();
    }
  }

  private static byte[] seed(String name) throws IOException {
    try (var in = AuthFuzzTest.class.getResourceAsStream("AuthFuzzTestInputs/" + name)) {
      assertThat(in).as(name).isNotNull();
      return in.readAllBytes();
    }
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private static byte[] join(byte[]... tokens) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] token : tokens) {
      out.write(token.length >> 8);
      out.write(token.length);
      out.writeBytes(token);
    }
    return out.toByteArray();
  }
}
