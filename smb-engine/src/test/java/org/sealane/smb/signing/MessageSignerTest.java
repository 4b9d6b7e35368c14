package org.sealane.smb.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.PublishedVectors;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.Smb2HeaderCodec;

class MessageSignerTest {
  private static final byte[] KEY = random(16, 1);

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static MessageSigner signer(SigningAlgorithm algorithm, Role role) {
    return MessageSigner.of(algorithm, new SessionSecret(KEY.clone()), role);
  }

  private static MemorySegment heap(byte[] bytes) {
    return MemorySegment.ofArray(bytes);
  }

  private static byte[] message(Command command, int flags, NtStatus status, long id, int body) {
    MessageWriter out = new MessageWriter();
    Smb2HeaderCodec.encode(
        new Smb2Header(1, status, command.code(), 1, flags, 0, id, 0, 0x42), out);
    out.bytes(Smb2Header.LENGTH, random(body, body));
    byte[] bytes = new byte[Smb2Header.LENGTH + body];
    heap(bytes).copyFrom(out.written());
    return bytes;
  }

  private static byte[] request(long messageId, int body) {
    return message(Command.WRITE, 0, NtStatus.SUCCESS, messageId, body);
  }

  /** The signature computed anew by other code, the Signature field being zero. */
  private static byte[] expected(SigningAlgorithm algorithm, byte[] signed, byte[] nonce)
      throws Exception {
    byte[] covered = signed.clone();
    Arrays.fill(covered, 48, 64, (byte) 0);
    switch (algorithm) {
      case HMAC_SHA256 -> {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        return Arrays.copyOf(mac.doFinal(covered), 16);
      }
      case AES_CMAC -> {
        CMac mac = new CMac(AESEngine.newInstance());
        mac.init(new KeyParameter(KEY));
        mac.update(covered, 0, covered.length);
        byte[] tag = new byte[16];
        mac.doFinal(tag, 0);
        return tag;
      }
      case AES_GMAC -> {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
            Cipher.ENCRYPT_MODE, new SecretKeySpec(KEY, "AES"), new GCMParameterSpec(128, nonce));
        cipher.updateAAD(covered);
        return cipher.doFinal();
      }
    }
    throw new AssertionError(algorithm);
  }

  private static byte[] nonce(long messageId, int bits) {
    byte[] nonce = new byte[12];
    for (int i = 0; i < 8; i++) {
      nonce[i] = (byte) (messageId >>> (8 * i));
    }
    nonce[8] = (byte) bits;
    return nonce;
  }

  @Nested
  class Published {
    private boolean verifies(String name) throws Exception {
      try (MessageSigner client =
          MessageSigner.of(
              SigningAlgorithm.AES_CMAC,
              PublishedVectors.secret(name + ".signingKey"),
              Role.CLIENT)) {
        return client.verify(heap(PublishedVectors.bytes(name + ".signedResponse")));
      }
    }

    @Test
    void shouldVerifyWhenResponseIsWindows() throws Exception {
      assertThat(verifies("keys311")).isTrue();
      assertThat(verifies("channel311")).isTrue();
    }
  }

  @Nested
  class Signing {
    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void shouldSignAsOtherCodeWhenLengthIsAny(SigningAlgorithm algorithm) throws Exception {
      try (MessageSigner client = signer(algorithm, Role.CLIENT)) {
        long id = 1;
        for (int body : new int[] {0, 1, 15, 16, 17, 48, 4096, 65_500, 65_536, 1 << 20, 8 << 20}) {
          byte[] message = request(++id, body);

          client.sign(List.of(heap(message)));

          assertThat(message[16] & HeaderFlags.SIGNED).isNotZero();
          assertThat(Arrays.copyOfRange(message, 48, 64))
              .as("%d bytes", body)
              .isEqualTo(expected(algorithm, message, nonce(id, 0)));
        }
      }
    }

    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void shouldSignTheSameWhenMessageIsInManySegments(SigningAlgorithm algorithm) throws Exception {
      Random lengths = new Random(2);
      byte[] whole = request(5, 50_001);
      byte[] signature;
      try (MessageSigner client = signer(algorithm, Role.CLIENT)) {
        client.sign(List.of(heap(whole)));
        signature = Arrays.copyOfRange(whole, 48, 64);
      }
      for (int round = 0; round < 10; round++) {
        try (MessageSigner client = signer(algorithm, Role.CLIENT);
            Arena arena = Arena.ofConfined()) {
          byte[] message = request(5, 50_001);
          List<MemorySegment> parts = new ArrayList<>();
          int at = 64 + lengths.nextInt(40);
          parts.add(heap(message).asSlice(0, at));
          while (at < message.length) {
            int length =
                Math.min(lengths.nextInt(20_000) >>> lengths.nextInt(15), message.length - at);
            MemorySegment part = heap(message).asSlice(at, length);
            parts.add(
                lengths.nextBoolean()
                    ? part
                    : arena.allocate(Math.max(1, length)).asSlice(0, length).copyFrom(part));
            at += length;
          }

          client.sign(parts);

          assertThat(Arrays.copyOfRange(message, 48, 64)).isEqualTo(signature);
        }
      }
    }

    @Test
    void shouldPutTheServerIntoTheNonceWhenItSigns() throws Exception {
      byte[] response =
          message(Command.READ, HeaderFlags.SERVER_TO_REDIR, NtStatus.SUCCESS, 9, 100);
      try (MessageSigner server = signer(SigningAlgorithm.AES_GMAC, Role.SERVER);
          MessageSigner client = signer(SigningAlgorithm.AES_GMAC, Role.CLIENT)) {
        server.sign(List.of(heap(response)));

        assertThat(Arrays.copyOfRange(response, 48, 64))
            .isEqualTo(expected(SigningAlgorithm.AES_GMAC, response, nonce(9, 1)));
        assertThat(client.verify(heap(response))).isTrue();
        // Reflected to its sender it is worth nothing.
        assertThat(server.verify(heap(response))).isFalse();
      }
    }

    @Test
    void shouldPutCancelIntoTheNonceWhenClientCancels() throws Exception {
      byte[] cancel = message(Command.CANCEL, 0, NtStatus.SUCCESS, 9, 4);
      try (MessageSigner client = signer(SigningAlgorithm.AES_GMAC, Role.CLIENT);
          MessageSigner server = signer(SigningAlgorithm.AES_GMAC, Role.SERVER)) {
        client.sign(List.of(heap(cancel)));

        assertThat(Arrays.copyOfRange(cancel, 48, 64))
            .isEqualTo(expected(SigningAlgorithm.AES_GMAC, cancel, nonce(9, 2)));
        assertThat(server.verify(heap(cancel))).isTrue();
      }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void shouldRefuseWhenMessageIdIsNoNonce(long messageId) throws Exception {
      try (MessageSigner gmac = signer(SigningAlgorithm.AES_GMAC, Role.CLIENT);
          MessageSigner peer = signer(SigningAlgorithm.AES_GMAC, Role.SERVER)) {
        byte[] message = request(messageId, 0);
        assertThatThrownBy(() -> gmac.sign(List.of(heap(message))))
            .isInstanceOf(IllegalArgumentException.class);
        message[16] |= HeaderFlags.SIGNED;
        assertThat(peer.verify(heap(message))).isFalse();
      }
    }

    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void shouldRefuseWhenResponseIsInterim(SigningAlgorithm algorithm) {
      byte[] interim =
          message(
              Command.READ,
              HeaderFlags.SERVER_TO_REDIR | HeaderFlags.ASYNC_COMMAND,
              NtStatus.PENDING,
              3,
              9);
      try (MessageSigner server = signer(algorithm, Role.SERVER)) {
        assertThatThrownBy(() -> server.sign(List.of(heap(interim))))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }

    @Test
    void shouldRefuseWhenHeaderIsCut() {
      try (MessageSigner client = signer(SigningAlgorithm.AES_CMAC, Role.CLIENT)) {
        assertThatThrownBy(() -> client.sign(List.of(heap(new byte[63]), heap(new byte[10]))))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }

    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void shouldZeroTheKeyWhenClosed(SigningAlgorithm algorithm) throws Exception {
      byte[] key = random(16, 3);
      MessageSigner client = MessageSigner.of(algorithm, new SessionSecret(key), Role.CLIENT);
      client.sign(List.of(heap(request(1, 10))));

      client.close();

      assertThat(key).containsOnly(0);
    }

    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void shouldSignRightWhenManyThreadsDo(SigningAlgorithm algorithm) throws Exception {
      try (MessageSigner client = signer(algorithm, Role.CLIENT);
          MessageSigner server = signer(algorithm, Role.SERVER);
          ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Boolean>> results = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          int from = 1 + 1000 * i;
          results.add(
              workers.submit(() -> {
                boolean verified = true;
                for (int id = from; id < from + 200; id++) {
                  byte[] message = request(id, id % 300);
                  client.sign(List.of(heap(message)));
                  verified &= server.verify(heap(message));
                }
                return verified;
              }));
        }
        for (Future<Boolean> result : results) {
          assertThat(result.get()).isTrue();
        }
        assertThat(client.messages()).isEqualTo(1600);
        assertThat(server.bytes()).isEqualTo(client.bytes());
      }
    }
  }

  @Nested
  class Verifying {
    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void shouldRefuseWhenAnyBitIsFlipped(SigningAlgorithm algorithm) throws Exception {
      try (MessageSigner client = signer(algorithm, Role.CLIENT);
          MessageSigner server = signer(algorithm, Role.SERVER)) {
        byte[] message = request(7, 21);
        client.sign(List.of(heap(message)));
        for (int bit = 0; bit < message.length * 8; bit++) {
          byte[] flipped = message.clone();
          flipped[bit / 8] ^= (byte) (1 << bit % 8);
          assertThat(server.verify(heap(flipped))).as("bit %d", bit).isFalse();
        }
        // Twice, read-only and outside the heap as well.
        assertThat(server.verify(heap(message))).isTrue();
        assertThat(server.verify(heap(message).asReadOnly())).isTrue();
        try (Arena arena = Arena.ofConfined()) {
          assertThat(server.verify(arena.allocate(message.length).copyFrom(heap(message))))
              .isTrue();
        }
        assertThat(server.messages()).isEqualTo(3);
      }
    }

    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void shouldRefuseWhenMessageIsCutOrLonger(SigningAlgorithm algorithm) throws Exception {
      try (MessageSigner client = signer(algorithm, Role.CLIENT);
          MessageSigner server = signer(algorithm, Role.SERVER)) {
        byte[] message = request(7, 33);
        client.sign(List.of(heap(message)));
        for (int length = 0; length <= message.length + 16; length++) {
          if (length != message.length) {
            assertThat(server.verify(heap(Arrays.copyOf(message, length))))
                .as("%d bytes", length)
                .isFalse();
          }
        }
      }
    }

    @Test
    void shouldRefuseWhenFlagIsMissing() throws Exception {
      try (MessageSigner server = signer(SigningAlgorithm.AES_CMAC, Role.SERVER)) {
        byte[] unsigned = request(7, 33);
        System.arraycopy(expected(SigningAlgorithm.AES_CMAC, unsigned, null), 0, unsigned, 48, 16);
        assertThat(server.verify(heap(unsigned))).isFalse();
      }
    }

    @ParameterizedTest
    @EnumSource(SigningAlgorithm.class)
    void shouldRefuseWhenKeyIsAnother(SigningAlgorithm algorithm) throws Exception {
      try (MessageSigner client = signer(algorithm, Role.CLIENT);
          MessageSigner other =
              MessageSigner.of(algorithm, new SessionSecret(random(16, 9)), Role.SERVER)) {
        byte[] message = request(7, 33);
        client.sign(List.of(heap(message)));
        assertThat(other.verify(heap(message))).isFalse();
      }
    }
  }
}
