package org.sealane.smb.encryption.warmup;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.KeyContext;
import org.sealane.smb.encryption.KeyParameters;
import org.sealane.smb.encryption.MessageSealer;
import org.sealane.smb.encryption.RejectedMessageException;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.encryption.TransformHeader;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.wire.Smb2Header;

/**
 * Runs the real sealers, openers and signers on memory until the JIT has compiled them. A JVM that
 * meets messages of 1 MiB first works on them for seconds at a hundredth of the speed: the JDK's
 * ciphers are fast only where C2 has put its AES and GHASH code in place of a call, C2 counts
 * calls, and one such call takes milliseconds while it is interpreted.
 *
 * <p>So the order matters (docs/performance.md has the measurements): many short messages for the
 * count; a few that are longer than 1 MiB among them, as the JDK splits those in a loop, and code
 * that was compiled before this loop ever ran is thrown away when it first does; both header
 * lengths, of which one leaves part of a block over; then long messages until it gets no faster.
 *
 * <p>For one thread, once in a process.
 */
public final class CipherWarmUp {
  /** What C2 asks for before it compiles a method is 5000 calls. */
  private static final int SHORT_MESSAGES = 6000;

  /** More than the 768 bytes from which on the JDK takes its fast path, and no more work. */
  private static final int SHORT_BYTES = 1 << 10;

  /** Longer than the 1 MiB at which the JDK splits, as is every READ and WRITE of 1 MiB. */
  private static final int LONG_BYTES = (1 << 20) + 112;

  /** When a long message goes among the short ones: once the JIT has begun to take its profile. */
  private static final Set<Integer> LONG_AFTER = Set.of(800, 1600, 2400);

  /** A WRITE request's header and body; and an odd one, that leaves a part of a block over. */
  private static final int[] HEAD_BYTES = {112, 87};

  static {
    assert HEAD_BYTES[1] >= Smb2Header.LENGTH : "a signed message starts with a whole header";
  }

  /**
   * Without a faster message for so long, it counts as steady. C2 takes some tens of milliseconds
   * for these methods on a free processor.
   */
  private static final long STEADY_NANOS = Duration.ofMillis(150).toNanos();

  /**
   * A long message that took less ran on compiled code: 500 MB/s. What is interpreted does not
   * reach a tenth of it, the slowest algorithm on the processor's own instructions does twice that.
   */
  private static final long COMPILED_NANOS = 2L * LONG_BYTES * 1_000_000_000L / 500_000_000L;

  private final LongSupplier nanoClock;

  /**
   * What one kind of work reached.
   *
   * @param work as {@code AES-128-GCM} or {@code AES-GMAC}
   * @param bytesPerSecond of one direction, in the fastest of the long messages: what the code can
   *     do, whatever else the machine did meanwhile; 0 if there was no time for one
   * @param steady whether it stopped getting faster; if not, time was up
   */
  public record Reached(String work, long bytesPerSecond, boolean steady) {}

  /**
   * What all of it reached.
   *
   * @param reached in the order in which it was warmed
   * @param elapsed what it took
   */
  public record Report(List<Reached> reached, Duration elapsed) {
    public Report {
      reached = List.copyOf(reached);
    }
  }

  /** Processes one message in both directions: seals and opens, or signs and verifies. */
  private interface Work {
    void run(int headBytes, int messageBytes)
        throws KeyUnavailableException, RejectedMessageException;
  }

  /**
   * @param nanoClock {@link System#nanoTime} but for tests
   */
  public CipherWarmUp(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /**
   * Warms the ciphers first, then the signing algorithms, each until it is steady, and stops when
   * {@code limit} is over. Ciphers that run in native code need no more than to be loaded.
   */
  public Report run(Duration limit, Set<CipherId> ciphers, Set<SigningAlgorithm> algorithms) {
    long start = nanoClock.getAsLong();
    long deadline = start + limit.toNanos();
    List<Reached> reached = new ArrayList<>();
    for (CipherId cipher : CipherId.values()) {
      if (ciphers.contains(cipher)) {
        reached.add(warmCipher(cipher, deadline));
      }
    }
    for (SigningAlgorithm algorithm : SigningAlgorithm.values()) {
      if (algorithms.contains(algorithm)) {
        reached.add(warmSigner(algorithm, deadline));
      }
    }
    return new Report(reached, Duration.ofNanos(nanoClock.getAsLong() - start));
  }

  private Reached warmCipher(CipherId cipher, long deadline) {
    byte[] plaintext = new byte[LONG_BYTES];
    byte[] sealed = new byte[LONG_BYTES + 2 * TransformHeader.LENGTH];
    byte[] opened = new byte[LONG_BYTES];
    try (SessionKeys client = keys(Optional.of(cipher), SigningAlgorithm.AES_CMAC, Role.CLIENT);
        SessionKeys server = keys(Optional.of(cipher), SigningAlgorithm.AES_CMAC, Role.SERVER)) {
      Work work =
          (headBytes, messageBytes) -> {
            MemorySegment frame =
                MemorySegment.ofArray(sealed).asSlice(0, MessageSealer.sealedLength(messageBytes));
            client.sealer().seal(parts(plaintext, headBytes, messageBytes), frame);
            server
                .opener()
                .open(
                    frame,
                    sealed.length - (int) frame.byteSize(),
                    MemorySegment.ofArray(opened).asSlice(0, messageBytes));
          };
      return cipher.isGcm() ? warm(cipher.word(), work, deadline) : load(cipher.word(), work);
    }
  }

  private Reached warmSigner(SigningAlgorithm algorithm, long deadline) {
    byte[] message = new byte[LONG_BYTES];
    try (SessionKeys client = keys(Optional.empty(), algorithm, Role.CLIENT);
        SessionKeys server = keys(Optional.empty(), algorithm, Role.SERVER)) {
      int[] messageId = {0};
      Work work =
          (headBytes, messageBytes) -> {
            // MessageId; under AES-GMAC no two messages may share one.
            messageId[0]++;
            for (int i = 0; i < Integer.BYTES; i++) {
              message[24 + i] = (byte) (messageId[0] >>> (i * Byte.SIZE));
            }
            client.signer().sign(parts(message, headBytes, messageBytes));
            server.signer().verify(MemorySegment.ofArray(message).asSlice(0, messageBytes));
          };
      return warm(algorithm.word(), work, deadline);
    }
  }

  private Reached load(String name, Work work) {
    run(work, HEAD_BYTES[0], SHORT_BYTES);
    return new Reached(name, 0, true);
  }

  private Reached warm(String name, Work work, long deadline) {
    long lastNanos = 0;
    for (int i = 0; i < SHORT_MESSAGES; i++) {
      run(work, HEAD_BYTES[i % HEAD_BYTES.length], SHORT_BYTES);
      if (LONG_AFTER.contains(i)) {
        lastNanos = nanosOfLongMessage(work);
      }
      if (nanoClock.getAsLong() - deadline >= 0) {
        return new Reached(name, bytesPerSecond(lastNanos), false);
      }
    }
    return untilSteady(name, work, deadline);
  }

  private Reached untilSteady(String name, Work work, long deadline) {
    long bestNanos = nanosOfLongMessage(work);
    long bestAt = nanoClock.getAsLong();
    long now = bestAt;
    boolean steady = false;
    while (!steady && now - deadline < 0) {
      long nanos = nanosOfLongMessage(work);
      now = nanoClock.getAsLong();
      if (nanos < bestNanos - bestNanos / 20) {
        bestAt = now;
      }
      bestNanos = Math.min(bestNanos, nanos);
      steady = bestNanos < COMPILED_NANOS && now - bestAt >= STEADY_NANOS;
    }
    return new Reached(name, bytesPerSecond(bestNanos), steady);
  }

  private long nanosOfLongMessage(Work work) {
    long began = nanoClock.getAsLong();
    run(work, HEAD_BYTES[0], LONG_BYTES);
    return Math.max(1, nanoClock.getAsLong() - began);
  }

  /** Of one direction; a long message is worked on in both. */
  private static long bytesPerSecond(long nanosOfLongMessage) {
    return nanosOfLongMessage == 0
        ? 0
        : 2L * LONG_BYTES * Duration.ofSeconds(1).toNanos() / nanosOfLongMessage;
  }

  private static void run(Work work, int headBytes, int messageBytes) {
    try {
      work.run(headBytes, messageBytes);
    } catch (KeyUnavailableException | RejectedMessageException e) {
      throw new IllegalStateException("our own message was refused", e);
    }
  }

  private static List<MemorySegment> parts(byte[] message, int headBytes, int messageBytes) {
    MemorySegment whole = MemorySegment.ofArray(message).asSlice(0, messageBytes);
    return List.of(whole.asSlice(0, headBytes), whole.asSlice(headBytes));
  }

  /** Keys that protect nothing: what they seal never leaves this class. */
  private static SessionKeys keys(
      Optional<CipherId> cipher, SigningAlgorithm algorithm, Role role) {
    try (SessionSecret secret = new SessionSecret(new byte[32])) {
      KeyContext context = new KeyContext.Smb311(new byte[KeyContext.Smb311.HASH_LENGTH]);
      return SessionKeys.derive(secret, new KeyParameters(context, cipher, algorithm, role, 1));
    }
  }
}
