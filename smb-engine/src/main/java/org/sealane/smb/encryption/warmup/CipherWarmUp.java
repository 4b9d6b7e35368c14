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

  private static final int SHORT_BYTES = 4 << 10;

  /** Longer than the 1 MiB at which the JDK splits, as is every READ and WRITE of 1 MiB. */
  private static final int LONG_BYTES = (1 << 20) + 112;

  /** When a long message goes among the short ones: once the JIT has begun to take its profile. */
  private static final Set<Integer> LONG_AFTER = Set.of(400, 800, 1600);

  /** A WRITE request's header and body; and an odd one, that leaves a part of a block over. */
  private static final int[] HEAD_BYTES = {112, 87};

  /** Long messages whose time is taken together: 25 MiB, some milliseconds when fast. */
  private static final int ROUND_MESSAGES = 25;

  /** Rounds in a row that are not faster by a twentieth before it counts as steady. */
  private static final int STEADY_ROUNDS = 5;

  /** Compiled code is far more than this faster than what the first long message ran on. */
  private static final int FASTER_THAN_COLD = 4;

  private final LongSupplier nanoClock;

  /**
   * What one kind of work reached.
   *
   * @param work as {@code AES-128-GCM} or {@code AES-GMAC}
   * @param bytesPerSecond of one direction, of the fastest round, or of the last long message if
   *     time was up before there was a round; 0 if there was none either
   * @param steady whether it had stopped getting faster; if not, time was up
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
    long firstNanos = 0;
    long lastNanos = 0;
    for (int i = 0; i < SHORT_MESSAGES; i++) {
      run(work, HEAD_BYTES[i % HEAD_BYTES.length], SHORT_BYTES);
      if (LONG_AFTER.contains(i)) {
        long began = nanoClock.getAsLong();
        run(work, HEAD_BYTES[0], LONG_BYTES);
        lastNanos = Math.max(1, nanoClock.getAsLong() - began);
        firstNanos = firstNanos == 0 ? lastNanos : firstNanos;
      }
      if (nanoClock.getAsLong() - deadline >= 0) {
        return new Reached(name, bytesPerSecond(lastNanos), false);
      }
    }
    return untilSteady(name, work, firstNanos, deadline);
  }

  private Reached untilSteady(String name, Work work, long coldNanos, long deadline) {
    long bestNanos = Long.MAX_VALUE;
    int steadyRounds = 0;
    boolean timeUp = false;
    while (!timeUp && steadyRounds < STEADY_ROUNDS) {
      long began = nanoClock.getAsLong();
      for (int i = 0; i < ROUND_MESSAGES; i++) {
        run(work, HEAD_BYTES[0], LONG_BYTES);
      }
      long ended = nanoClock.getAsLong();
      long nanos = Math.max(1, (ended - began) / ROUND_MESSAGES);
      boolean faster = nanos < bestNanos - bestNanos / 20;
      boolean compiled = nanos < coldNanos / FASTER_THAN_COLD;
      steadyRounds = faster || !compiled ? 0 : steadyRounds + 1;
      bestNanos = Math.min(bestNanos, nanos);
      timeUp = ended - deadline >= 0;
    }
    return new Reached(name, bytesPerSecond(bestNanos), steadyRounds >= STEADY_ROUNDS);
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

  static {
    assert HEAD_BYTES[1] >= Smb2Header.LENGTH : "a signed message starts with a whole header";
  }
}
