package org.sealane.smb.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.sealane.smb.encryption.PublishedVectors.bytes;
import static org.sealane.smb.encryption.PublishedVectors.secret;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.RejectedMessageException.Reason;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

class SealedMessageTest {
  private static final long SESSION = 0x1000_0000_0025L;

  static SessionKeys keys(CipherId cipher, Role role, long sessionId) {
    return SessionKeys.derive(
        secret("smb311.sessionKey"),
        new KeyParameters(
            new KeyContext.Smb311(bytes("smb311.preauthHash")),
            Optional.of(cipher),
            SigningAlgorithm.AES_CMAC,
            role,
            sessionId));
  }

  private static SessionKeys keys30(Role role) {
    return SessionKeys.derive(
        secret("smb30.sessionKey"),
        new KeyParameters(
            new KeyContext.Smb30(),
            Optional.of(CipherId.AES_128_CCM),
            SigningAlgorithm.AES_CMAC,
            role,
            0x8E4_0014_0000_11L));
  }

  static MemorySegment heap(byte[] bytes) {
    return MemorySegment.ofArray(bytes);
  }

  private static byte[] message(int length, long seed) {
    byte[] message = new byte[length];
    new Random(seed).nextBytes(message);
    if (length >= 4) {
      System.arraycopy(new byte[] {(byte) 0xFE, 'S', 'M', 'B'}, 0, message, 0, 4);
    }
    return message;
  }

  static byte[] seal(MessageSealer sealer, byte[] message) throws KeyUnavailableException {
    byte[] sealed = new byte[message.length + TransformHeader.LENGTH];
    sealer.seal(List.of(heap(message)), heap(sealed));
    return sealed;
  }

  private static byte[] open(MessageOpener opener, byte[] sealed)
      throws RejectedMessageException, KeyUnavailableException {
    byte[] opened = new byte[sealed.length - TransformHeader.LENGTH];
    return opener.open(heap(sealed), 0, heap(opened)).bytes().toArray(ValueLayout.JAVA_BYTE);
  }

  @Nested
  class Published {
    @Test
    void shouldOpenWhenMessageIsWindows311Request() throws Exception {
      try (SessionKeys server = keys(CipherId.AES_128_GCM, Role.SERVER, SESSION)) {
        assertThat(open(server.opener(), bytes("smb311.sealedRequest")))
            .isEqualTo(bytes("smb311.request"));
      }
    }

    @Test
    void shouldOpenWhenMessageIsWindows311Response() throws Exception {
      try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION)) {
        assertThat(open(client.opener(), bytes("smb311.sealedResponse")))
            .isEqualTo(bytes("smb311.response"));
      }
    }

    @Test
    void shouldOpenWhenMessagesAreThoseOfWindows30() throws Exception {
      try (SessionKeys server = keys30(Role.SERVER);
          SessionKeys client = keys30(Role.CLIENT)) {
        // The nonce's reserved bytes are garbage there: covered by the tag, else ignored.
        assertThat(open(server.opener(), bytes("smb30.sealedRequest")))
            .isEqualTo(bytes("smb30.request"));
        assertThat(open(client.opener(), bytes("smb30.sealedResponse")))
            .isEqualTo(bytes("smb30.response"));
      }
    }
  }

  @Nested
  class Sealing {
    @ParameterizedTest
    @EnumSource(CipherId.class)
    void shouldOpenAtThePeerWhenSealedInEitherDirection(CipherId cipher) throws Exception {
      try (SessionKeys client = keys(cipher, Role.CLIENT, SESSION);
          SessionKeys server = keys(cipher, Role.SERVER, SESSION)) {
        for (int length : new int[] {1, 64, 80, 112, 4176, 65535, 65536, 65537, 1 << 20}) {
          byte[] request = message(length, length);
          byte[] response = message(length, -length);

          assertThat(open(server.opener(), seal(client.sealer(), request))).isEqualTo(request);
          assertThat(open(client.opener(), seal(server.sealer(), response))).isEqualTo(response);
        }
      }
    }

    @ParameterizedTest
    @EnumSource(CipherId.class)
    void shouldWriteHeaderAsSpecifiedWhenSealed(CipherId cipher) throws Exception {
      try (SessionKeys client = keys(cipher, Role.CLIENT, 0x1122_3344_5566_7788L)) {
        seal(client.sealer(), message(64, 1));

        byte[] second = seal(client.sealer(), message(100, 2));

        assertThat(Arrays.copyOfRange(second, 0, 4))
            .isEqualTo(new byte[] {(byte) 0xFD, 'S', 'M', 'B'});
        assertThat(Arrays.copyOfRange(second, 20, 36))
            .isEqualTo(new byte[] {2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        assertThat(Arrays.copyOfRange(second, 36, 52))
            .isEqualTo(
                new byte[] {
                  100, 0, 0, 0, 0, 0, 1, 0, (byte) 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11
                });
      }
    }

    @Test
    void shouldOpenWhenHeaderAndPayloadWereApart() throws Exception {
      byte[] message = message(1 << 20, 3);
      byte[] array = new byte[message.length + TransformHeader.LENGTH + 40];
      MemorySegment out = heap(array).asSlice(24, message.length + TransformHeader.LENGTH);
      try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION);
          SessionKeys server = keys(CipherId.AES_128_GCM, Role.SERVER, SESSION);
          Arena arena = Arena.ofConfined()) {
        MemorySegment payload = arena.allocate(message.length - 112);
        payload.copyFrom(heap(message).asSlice(112));

        client.sealer().seal(List.of(heap(message).asSlice(0, 112), payload), out);

        byte[] opened = new byte[message.length + 7];
        server.opener().open(out, 16, heap(opened).asSlice(7));
        assertThat(Arrays.equals(Arrays.copyOfRange(opened, 7, opened.length), message)).isTrue();
      }
    }

    @Test
    void shouldRefuseWhenOutputHasAnotherLength() {
      try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION)) {
        for (int length : new int[] {0, 51, 52, 115, 117}) {
          assertThatThrownBy(
                  () -> client.sealer().seal(List.of(heap(new byte[64])), heap(new byte[length])))
              .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(client.usage().sealedMessages()).isZero();
      }
    }

    @Test
    void shouldRefuseWhenThereIsNothingToSeal() {
      try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION)) {
        assertThatThrownBy(() -> client.sealer().seal(List.of(), heap(new byte[52])))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }

    @Test
    void shouldRefuseWhenNoncesAreUsedUp() throws Exception {
      Aead aead = Aead.of(CipherId.AES_128_GCM, new SessionSecret(new byte[16]));
      NonceCounter nonces = new NonceCounter(NonceCounter.MESSAGES_MAX - 1, 0);
      MessageSealer sealer = new MessageSealer(aead, nonces, SESSION);
      seal(sealer, message(64, 1));

      byte[] out = new byte[116];
      KeyUnavailableException refused =
          catchThrowableOfType(
              KeyUnavailableException.class,
              () -> sealer.seal(List.of(heap(message(64, 2))), heap(out)));

      assertThat(refused.reason()).isEqualTo(KeyUnavailableException.Reason.EXHAUSTED);
      assertThat(out).containsOnly(0);
      aead.close();
    }
  }

  @Nested
  class Opening {
    private Reason refused(MessageOpener opener, byte[] frame, byte[] destination) {
      return catchThrowableOfType(
              RejectedMessageException.class, () -> opener.open(heap(frame), 0, heap(destination)))
          .reason();
    }

    @ParameterizedTest
    @EnumSource(CipherId.class)
    void shouldRefuseWhenAnyBitIsFlipped(CipherId cipher) throws Exception {
      try (SessionKeys client = keys(cipher, Role.CLIENT, SESSION);
          SessionKeys server = keys(cipher, Role.SERVER, SESSION)) {
        byte[] sealed = seal(client.sealer(), message(67, 1));
        byte[] opened = new byte[67];
        for (int bit = 0; bit < sealed.length * 8; bit++) {
          byte[] flipped = sealed.clone();
          flipped[bit / 8] ^= (byte) (1 << bit % 8);
          Arrays.fill(opened, (byte) 0);

          assertThatThrownBy(() -> server.opener().open(heap(flipped), 0, heap(opened)))
              .as("bit %d", bit)
              .isInstanceOf(RejectedMessageException.class);
          assertThat(opened).containsOnly(0);
        }
        assertThat(server.usage().openedMessages()).isZero();
        assertThat(open(server.opener(), sealed)).isEqualTo(message(67, 1));
      }
    }

    @Test
    void shouldRefuseWhenFrameIsCutAnywhere() throws Exception {
      try (SessionKeys client = keys(CipherId.AES_256_GCM, Role.CLIENT, SESSION);
          SessionKeys server = keys(CipherId.AES_256_GCM, Role.SERVER, SESSION)) {
        byte[] sealed = seal(client.sealer(), message(64, 1));
        for (int length = 0; length < sealed.length; length++) {
          byte[] cut = Arrays.copyOf(sealed, length);
          assertThat(refused(server.opener(), cut, new byte[Math.max(0, length - 52)]))
              .isEqualTo(Reason.MALFORMED);
          assertThatThrownBy(() -> MessageOpener.sessionId(heap(cut)))
              .isInstanceOf(RejectedMessageException.class);
        }
      }
    }

    @Test
    void shouldRefuseWhenCutAndSizeAgree() throws Exception {
      try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION);
          SessionKeys server = keys(CipherId.AES_128_GCM, Role.SERVER, SESSION)) {
        byte[] cut = Arrays.copyOf(seal(client.sealer(), message(64, 1)), 52 + 48);
        cut[36] = 48;

        assertThat(refused(server.opener(), cut, new byte[48])).isEqualTo(Reason.TAG);
      }
    }

    @Test
    void shouldRefuseWhenSessionIsAnother() throws Exception {
      try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION + 1);
          SessionKeys server = keys(CipherId.AES_128_GCM, Role.SERVER, SESSION)) {
        byte[] sealed = seal(client.sealer(), message(64, 1));

        assertThat(MessageOpener.sessionId(heap(sealed))).isEqualTo(SESSION + 1);
        assertThat(refused(server.opener(), sealed, new byte[64])).isEqualTo(Reason.SESSION);
      }
    }

    @Test
    void shouldRefuseWhenDirectionIsTheOther() throws Exception {
      try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION)) {
        byte[] ours = seal(client.sealer(), message(64, 1));

        assertThat(refused(client.opener(), ours, new byte[64])).isEqualTo(Reason.TAG);
      }
    }

    @ParameterizedTest
    @EnumSource(CipherId.class)
    void shouldRefuseWhenMessageIsSealedTwice(CipherId cipher) throws Exception {
      try (SessionKeys client = keys(cipher, Role.CLIENT, SESSION);
          SessionKeys server = keys(cipher, Role.SERVER, SESSION)) {
        byte[] twice = seal(client.sealer(), seal(client.sealer(), message(64, 1)));
        byte[] opened = new byte[116];

        assertThat(refused(server.opener(), twice, opened)).isEqualTo(Reason.NESTED);
        assertThat(opened).containsOnly(0);
      }
    }

    @Test
    void shouldOnlyReadTheFrameWhenNoSpareBytesAreLent() throws Exception {
      try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION);
          SessionKeys server = keys(CipherId.AES_128_GCM, Role.SERVER, SESSION)) {
        byte[] sealed = seal(client.sealer(), message(200, 1));
        byte[] array = Arrays.copyOf(sealed, sealed.length + 32);
        MemorySegment frame = heap(array).asSlice(0, sealed.length);

        server.opener().open(frame, 15, heap(new byte[200]));
        assertThat(array).isEqualTo(Arrays.copyOf(sealed, sealed.length + 32));

        // With them, the tag is put behind the frame, and nothing further.
        server.opener().open(frame, 16, heap(new byte[200]));
        byte[] expected = Arrays.copyOf(sealed, sealed.length + 32);
        System.arraycopy(sealed, 4, expected, sealed.length, 16);
        assertThat(array).isEqualTo(expected);
      }
    }

    @Test
    void shouldOpenWhenFrameIsNative() throws Exception {
      try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION);
          SessionKeys server = keys(CipherId.AES_128_GCM, Role.SERVER, SESSION);
          Arena arena = Arena.ofConfined()) {
        byte[] sealed = seal(client.sealer(), message(200, 1));
        MemorySegment frame = arena.allocate(sealed.length).copyFrom(heap(sealed));
        byte[] opened = new byte[200];

        server.opener().open(frame, 0, heap(opened));

        assertThat(opened).isEqualTo(message(200, 1));
      }
    }

    @Test
    void shouldRefuseWhenDestinationDoesNotFit() throws Exception {
      try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION);
          SessionKeys server = keys(CipherId.AES_128_GCM, Role.SERVER, SESSION)) {
        byte[] sealed = seal(client.sealer(), message(64, 1));

        assertThatThrownBy(() -> server.opener().open(heap(sealed), 0, heap(new byte[65])))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> server.opener().open(heap(sealed), 0, heap(sealed).asSlice(52)))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }

    @Test
    void shouldTellSealedFromPlainWhenAsked() throws Exception {
      try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION)) {
        assertThat(MessageOpener.isSealed(heap(seal(client.sealer(), message(64, 1))))).isTrue();
      }
      assertThat(MessageOpener.isSealed(heap(message(64, 1)))).isFalse();
      assertThat(MessageOpener.isSealed(heap(new byte[] {(byte) 0xFD, 'S', 'M'}))).isFalse();
      assertThat(MessageOpener.isSealed(heap(new byte[0]))).isFalse();
    }
  }
}
