package org.sealane.smb.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.sealane.smb.encryption.PublishedVectors.bytes;
import static org.sealane.smb.encryption.PublishedVectors.secret;
import static org.sealane.smb.encryption.SealedMessageTest.heap;
import static org.sealane.smb.encryption.SealedMessageTest.keys;
import static org.sealane.smb.encryption.SealedMessageTest.seal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

class SessionKeysTest {
  private static final long SESSION = 7;
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static SessionKeys clientKeys(Optional<CipherId> cipher, SigningAlgorithm signing) {
    return SessionKeys.derive(
        secret("smb311.sessionKey"),
        new KeyParameters(
            new KeyContext.Smb311(bytes("smb311.preauthHash")),
            cipher,
            signing,
            Role.CLIENT,
            SESSION));
  }

  private static byte[] header(int messageId) {
    byte[] header = new byte[64];
    header[0] = (byte) 0xFE;
    header[24] = (byte) messageId;
    return header;
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldUseEachNonceOnceWhenManyThreadsSeal(CipherId cipher) throws Exception {
    int threads = 8;
    int each = 500;
    Set<List<Long>> nonces = new HashSet<>();
    try (SessionKeys client = keys(cipher, Role.CLIENT, SESSION);
        SessionKeys server = keys(cipher, Role.SERVER, SESSION);
        ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<List<byte[]>> worker =
          () -> {
            List<byte[]> frames = new ArrayList<>();
            for (int i = 0; i < each; i++) {
              frames.add(seal(client.sealer(), header(i)));
            }
            return frames;
          };
      List<Future<List<byte[]>>> results = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        results.add(workers.submit(worker));
      }
      for (Future<List<byte[]>> result : results) {
        List<byte[]> frames = result.get();
        for (int i = 0; i < each; i++) {
          MemorySegment frame = heap(frames.get(i));
          nonces.add(List.of(frame.get(U64, 20), frame.get(U64, 28)));
          byte[] opened = new byte[64];
          server.opener().open(frame, 0, heap(opened));
          assertThat(opened).isEqualTo(header(i));
        }
      }
      assertThat(nonces).hasSize(threads * each);
      assertThat(nonces).contains(List.of(1L, 0L), List.of((long) threads * each, 0L));
      assertThat(client.usage().sealedMessages()).isEqualTo(threads * each);
      assertThat(server.usage().openedBytes()).isEqualTo(64L * threads * each);
    }
  }

  @Test
  void shouldCountAllWorkWhenUsed() throws Exception {
    try (SessionKeys client = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION);
        SessionKeys server = keys(CipherId.AES_128_GCM, Role.SERVER, SESSION)) {
      byte[] sealed = seal(client.sealer(), new byte[100]);
      server.opener().open(heap(sealed), 0, heap(new byte[100]));
      byte[] request = header(1);
      client.signer().sign(List.of(heap(request)));
      assertThat(server.signer().verify(heap(request))).isTrue();

      assertThat(client.usage()).isEqualTo(new KeyUsage(1, 100, 0, 0, 1, 64));
      assertThat(server.usage()).isEqualTo(new KeyUsage(0, 0, 1, 100, 1, 64));
      assertThat(client.usage().bytes()).isEqualTo(164);
      assertThat(client.usage().messages()).isEqualTo(2);
    }
  }

  @Test
  void shouldNotSealWhenSessionHasNoCipher() {
    try (SessionKeys keys = clientKeys(Optional.empty(), SigningAlgorithm.AES_GMAC)) {
      assertThat(keys.canSeal()).isFalse();
      assertThatThrownBy(keys::sealer).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(keys::opener).isInstanceOf(IllegalStateException.class);
      assertThat(keys.usage().bytes()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(SigningAlgorithm.class)
  void shouldRefuseAllWorkWhenClosed(SigningAlgorithm signing) throws Exception {
    SessionKeys keys = clientKeys(Optional.of(CipherId.AES_256_GCM), signing);
    byte[] sealed = seal(keys.sealer(), header(1));
    byte[] signed = header(1);
    keys.signer().sign(List.of(heap(signed)));

    keys.close();
    keys.close();

    assertThat(
            catchThrowableOfType(
                    KeyUnavailableException.class, () -> seal(keys.sealer(), header(2)))
                .reason())
        .isEqualTo(KeyUnavailableException.Reason.CLOSED);
    assertThatThrownBy(() -> keys.opener().open(heap(sealed), 0, heap(new byte[64])))
        .isInstanceOf(KeyUnavailableException.class);
    assertThatThrownBy(() -> keys.signer().sign(List.of(heap(header(2)))))
        .isInstanceOf(KeyUnavailableException.class);
    assertThatThrownBy(() -> keys.signer().verify(heap(signed)))
        .isInstanceOf(KeyUnavailableException.class);
  }

  @Test
  void shouldLeaveTheSecretToTheCallerWhenDerived() {
    SessionSecret secret = secret("smb311.sessionKey");
    KeyParameters parameters =
        new KeyParameters(
            new KeyContext.Smb311(bytes("smb311.preauthHash")),
            Optional.of(CipherId.AES_128_GCM),
            SigningAlgorithm.AES_GMAC,
            Role.SERVER,
            SESSION);

    SessionKeys.derive(secret, parameters).close();

    assertThat(secret.use(byte[]::clone)).isEqualTo(bytes("smb311.sessionKey"));
  }

  @Test
  void shouldShowNoKeyWhenPrinted() {
    try (SessionKeys keys = keys(CipherId.AES_128_GCM, Role.CLIENT, SESSION)) {
      assertThat(List.of(keys, keys.sealer(), keys.opener(), keys.signer()).toString())
          .contains("AES-128-GCM")
          .doesNotContainIgnoringCase("A2F5E80E")
          .doesNotContainIgnoringCase("748C5086");
      assertThat(keys.parameters().toString()).doesNotContainIgnoringCase("B23F3CBF");
    }
  }

  @Test
  void shouldRefuseWhenDialect30AsksForGcm() {
    assertThatThrownBy(() ->
            new KeyParameters(
                new KeyContext.Smb30(),
                Optional.of(CipherId.AES_128_GCM),
                SigningAlgorithm.AES_CMAC,
                Role.CLIENT,
                SESSION))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
