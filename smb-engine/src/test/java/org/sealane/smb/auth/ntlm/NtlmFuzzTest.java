package org.sealane.smb.auth.ntlm;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.SecurityContext;
import org.sealane.smb.auth.SecurityContext.Step;
import org.sealane.smb.auth.Spnego;
import org.sealane.smb.wire.MalformedMessageException;

/**
 * Fuzz targets of NTLM's messages and of its acceptor; the seeds in {@code NtlmFuzzTestInputs} are
 * always replayed. Randomness is the same in each run, so the recorded proof is right and what a
 * fuzzer makes of it goes as far as it is right.
 */
class NtlmFuzzTest {

  private interface Decoder<T> {
    T decode(byte[] bytes) throws MalformedMessageException;
  }

  private interface Encoder<T> {
    byte[] encode(T message);
  }

  private static <T> void check(Decoder<T> decoder, Encoder<T> encoder, byte[] bytes) {
    T message;
    try {
      message = decoder.decode(bytes);
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    byte[] canonical = encoder.encode(message);
    try {
      assertThat(encoder.encode(decoder.decode(canonical))).isEqualTo(canonical);
    } catch (MalformedMessageException e) {
      throw new AssertionError("what was decoded does not survive a round trip", e);
    }
  }

  @FuzzTest
  void negotiate(byte[] message) {
    check(NegotiateMessageCodec::decode, NegotiateMessageCodec::encode, message);
  }

  @FuzzTest
  void challenge(byte[] message) {
    check(ChallengeMessageCodec::decode, ChallengeMessageCodec::encode, message);
  }

  @FuzzTest
  void authenticate(byte[] message) {
    check(AuthenticateMessageCodec::decode, AuthenticateMessageCodec::encode, message);
  }

  @FuzzTest
  void clientChallenge(byte[] message) {
    check(ClientChallengeCodec::decode, ClientChallengeCodec::encode, message);
  }

  @FuzzTest
  void acceptor(byte[] authenticate) {
    last(authenticate);
  }

  @FuzzTest
  void bareAcceptor(byte[] first) {
    try (SecurityContext acceptor = acceptor()) {
      switch (acceptor.next(first)) {
        case Step.Complete _ -> throw new AssertionError("one token proves nothing");
        case Step.Continue answer -> assertThat(answer.token()).isNotEmpty();
        case Step.Refused refused -> assertThat(refused.reason()).isNotBlank();
      }
    }
  }

  /** The acceptor's word on a last token, after an opening that is always the same. */
  private static Step last(byte[] token) {
    SecurityContext acceptor = acceptor();
    acceptor.next(opening());
    Step step = acceptor.next(token);
    switch (step) {
      case Step.Complete complete -> complete.sessionKey().close();
      case Step.Continue _ -> throw new AssertionError("nothing comes after the proof");
      case Step.Refused refused -> assertThat(refused.reason()).isNotBlank();
    }
    return step;
  }

  private static byte[] opening() {
    return ((Step.Continue) initiator().next(new byte[0])).token();
  }

  private static SecurityContext initiator() {
    return NtlmMechanism.initiator("anna", "", NtHash.of("secret".toCharArray()), repeatable(2));
  }

  private static SecurityContext acceptor() {
    return new NtlmMechanism(
            "node1",
            _ -> Optional.of(new UserAccounts.Account("anna", NtHash.of("secret".toCharArray()))),
            new LogonThrottle(LogonLimits.DEFAULT, () -> 0),
            InstantSource.fixed(Instant.EPOCH),
            repeatable(1))
        .acceptor(new InetSocketAddress("127.0.0.1", 0));
  }

  private static SecureRandom repeatable(long seed) {
    try {
      SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
      random.setSeed(seed);
      return random;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The seed is worth something only while it completes; write it with sealane.seeds=DIRECTORY. */
  @Test
  void shouldCompleteWithTheRecordedProof() throws Exception {
    SecurityContext initiator = initiator();
    SecurityContext acceptor = acceptor();
    byte[] first = ((Step.Continue) initiator.next(new byte[0])).token();
    byte[] second = ((Step.Continue) acceptor.next(first)).token();
    byte[] third = ((Step.Continue) initiator.next(second)).token();
    assertThat(acceptor.next(third)).isInstanceOf(Step.Complete.class);
    String directory = System.getProperty("sealane.seeds");
    if (directory != null) {
      write(directory, "negotiate", ((Spnego.Token.NegTokenInit) Spnego.decode(first)).mechToken());
      write(directory, "challenge", response(second));
      write(directory, "authenticate", response(third));
      byte[] nt = AuthenticateMessageCodec.decode(response(third)).ntResponse();
      write(directory, "clientChallenge", java.util.Arrays.copyOfRange(nt, 16, nt.length));
      write(directory, "acceptor", third);
    }
    try (var in = getClass().getResourceAsStream("NtlmFuzzTestInputs/authenticate/exchange.bin")) {
      assertThat(AuthenticateMessageCodec.decode(in.readAllBytes()).user()).isEqualTo("anna");
    }
    try (var in = getClass().getResourceAsStream("NtlmFuzzTestInputs/acceptor/exchange.bin")) {
      assertThat(last(in.readAllBytes())).isInstanceOf(Step.Complete.class);
    }
  }

  private static byte[] response(byte[] token) throws MalformedMessageException {
    return ((Spnego.Token.NegTokenResp) Spnego.decode(token)).responseToken();
  }

  private static void write(String directory, String target, byte[] content) throws IOException {
    Path folder = Files.createDirectories(Path.of(directory, target));
    Files.write(folder.resolve("exchange.bin"), content);
  }
}
