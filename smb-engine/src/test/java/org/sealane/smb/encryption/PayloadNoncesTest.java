package org.sealane.smb.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealane.smb.encryption.PublishedVectors.bytes;
import static org.sealane.smb.encryption.PublishedVectors.secret;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.Smb2HeaderCodec;

/** No nonce is used twice under one key, by messages and payloads of both roles together. */
class PayloadNoncesTest {
  private static final int THREADS = 4;
  private static final int EACH = 200;

  private static SessionKeys keys(CipherId cipher, Role role) {
    return SessionKeys.derive(
        secret("smb311.sessionKey"),
        new KeyParameters(
            new KeyContext.Smb311(bytes("smb311.preauthHash")),
            Optional.of(cipher),
            SigningAlgorithm.AES_GMAC,
            role,
            1));
  }

  private static <T> List<T> onManyThreads(Callable<List<T>> task) throws Exception {
    List<T> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<List<T>>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        running.add(threads.submit(task));
      }
      for (Future<List<T>> each : running) {
        all.addAll(each.get());
      }
    }
    return all;
  }

  @ParameterizedTest
  @EnumSource(CipherId.class)
  void shouldDrawMessagesAndPayloadsFromOneCounterOfEachKey(CipherId cipher) throws Exception {
    NonceLedger ledger = new NonceLedger();
    for (Role role : Role.values()) {
      try (SessionKeys keys = keys(cipher, role)) {
        List<Object> sealed =
            onManyThreads(() -> {
              List<Object> made = new ArrayList<>();
              for (int i = 0; i < EACH; i++) {
                byte[] frame = new byte[TransformHeader.LENGTH + 9];
                keys.sealer()
                    .seal(
                        List.of(MemorySegment.ofArray(new byte[9])), MemorySegment.ofArray(frame));
                made.add(frame);
                made.add(
                    keys.payloadSealer()
                        .seal(
                            MemorySegment.ofArray(new byte[9]),
                            MemorySegment.ofArray(new byte[9])));
              }
              return made;
            });
        for (Object one : sealed) {
          switch (one) {
            case byte[] frame -> ledger.addSealed(role.name(), frame);
            case RdmaCryptoTransform payload ->
                ledger.add(role.name(), java.util.Arrays.copyOf(payload.nonce(), 12), "payload");
            default -> throw new AssertionError(one);
          }
        }
        assertThat(keys.sealer().nonces().messages()).isEqualTo(2L * THREADS * EACH);
      }
    }
    assertThat(ledger.count("message")).isEqualTo(2 * THREADS * EACH);
    assertThat(ledger.count("payload")).isEqualTo(2 * THREADS * EACH);
  }

  /** One key for both directions: requests, CANCELs, responses, payloads of either end. */
  @Test
  void shouldKeepGmacNoncesOfBothRolesAndOfHeadersApart() throws Exception {
    NonceLedger ledger = new NonceLedger();
    for (Role role : Role.values()) {
      try (SessionKeys keys = keys(CipherId.AES_128_GCM, role)) {
        for (long id = 1; id <= EACH; id++) {
          for (Command command : new Command[] {Command.WRITE, Command.CANCEL}) {
            if (role == Role.CLIENT || command == Command.WRITE) {
              ledger.addSigned("signing", signed(keys, command, id), role);
            }
          }
        }
        List<RdmaCryptoTransform> payloads =
            onManyThreads(() -> {
              List<RdmaCryptoTransform> made = new ArrayList<>();
              for (int i = 0; i < EACH; i++) {
                made.add(keys.signer().signPayload(MemorySegment.ofArray(new byte[9])));
              }
              return made;
            });
        payloads.forEach(payload -> ledger.add("signing", payload.nonce(), "payload"));
      }
    }
    assertThat(ledger.count("message")).isEqualTo(3 * EACH);
    assertThat(ledger.count("payload")).isEqualTo(2 * THREADS * EACH);
  }

  private static Smb2Header signed(SessionKeys keys, Command command, long messageId)
      throws Exception {
    Smb2Header header =
        new Smb2Header(1, NtStatus.SUCCESS, command.code(), 1, 0, 0, messageId, 0, 1);
    MessageWriter out = new MessageWriter();
    Smb2HeaderCodec.encode(header, out);
    keys.signer().sign(List.of(out.written()));
    return header;
  }
}
