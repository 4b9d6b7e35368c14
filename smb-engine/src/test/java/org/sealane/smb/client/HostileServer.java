package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.sealane.smb.lane.Level;
import org.sealane.smb.negotiate.RdmaTransformId;
import org.sealane.smb.transport.MemoryFabric;
import org.sealane.smb.transport.MemoryPlacement;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/**
 * Plays a script of bytes against a client: which requests it makes, how much time passes, and what
 * a server that knows the keys, or one that does not, answers. Whatever the script says, nothing
 * may be thrown, every request must end exactly once, and nothing may be left when the connection
 * ends.
 */
final class HostileServer {
  private static final int STEPS_MAX = 200;
  private static final int UNDER_WAY_MAX = 40;
  private static final NtStatus[] STATUSES = {
    NtStatus.SUCCESS,
    NtStatus.PENDING,
    NtStatus.END_OF_FILE,
    NtStatus.MORE_PROCESSING_REQUIRED,
    NtStatus.ACCESS_DENIED,
    NtStatus.CANCELLED,
    NtStatus.BUFFER_OVERFLOW,
    NtStatus.USER_SESSION_DELETED,
    NtStatus.RETRY,
  };

  private final ByteBuffer script;
  private final Optional<MemoryPlacement> placement;
  private final ScriptedServer server;
  private final CountingGate gate = new CountingGate(Level.ENCRYPT);
  private final List<CompletableFuture<?>> operations = new ArrayList<>();
  private final AtomicInteger outcomes = new AtomicInteger();
  private final Deque<ScriptedServer.Received> requests = new ArrayDeque<>();
  private final Set<Long> signedIds = new HashSet<>();
  private byte[] lastFrame = new byte[0];
  private ClientOpen open;

  private HostileServer(byte[] script, Optional<MemoryPlacement> placement) {
    this.script = ByteBuffer.wrap(script);
    this.placement = placement;
    server =
        new ScriptedServer(
            ScriptedServer.settings(),
            placement,
            placement.isPresent() ? EnumSet.allOf(RdmaTransformId.class) : Set.of());
  }

  static void play(byte[] script) {
    new HostileServer(script, Optional.empty()).play();
  }

  /** The same over a transport that places payloads, of which there are only a few at a time. */
  static void playPlacing(byte[] script) {
    MemoryFabric fabric = new MemoryFabric();
    MemoryPlacement placement = new MemoryPlacement(fabric, 16_384, 4, true, 8192, _ -> {});
    new HostileServer(script, Optional.of(placement)).play();
    assertThat(fabric.exposedNow()).isZero();
    assertThat(placement.leasesOut()).isZero();
  }

  private void play() {
    if (next() % 3 == 0) {
      setUpBadly();
    } else {
      open = server.open(gate);
      for (int i = 0; i < STEPS_MAX && script.hasRemaining(); i++) {
        step();
        takeRequests();
      }
    }
    server.connection.close("the script is over");
    server.transport.reportClose();
    assertThat(operations).allMatch(CompletableFuture::isDone);
    assertThat(outcomes).hasValue(operations.size());
    assertThat(gate.open).isZero();
    assertThat(server.pool.outstandingBytes()).isZero();
    assertThat(server.connection.requestsUnderWay()).isZero();
    assertThat(server.connection.requestsWaiting()).isZero();
  }

  /** NEGOTIATE and SESSION_SETUP answered by the script's own bytes. */
  private void setUpBadly() {
    track(server.connection.negotiate(new byte[32]));
    if (next() % 2 == 0) {
      server.answerNegotiate(org.sealane.smb.negotiate.CipherId.AES_128_GCM);
      track(server.connection.authenticate(server.context, 0));
    }
    for (int i = 0; i < STEPS_MAX && script.hasRemaining(); i++) {
      takeRequests();
      if (requests.isEmpty()) {
        return;
      }
      Smb2Header asked = requests.remove().header();
      deliver(
          ScriptedServer.message(
              new Smb2Header(
                  asked.creditCharge(),
                  status(),
                  asked.command(),
                  next(),
                  next() % 4 == 0 ? next() : HeaderFlags.SERVER_TO_REDIR,
                  0,
                  asked.messageId(),
                  0,
                  next() % 2),
              out -> out.bytes(Smb2Header.LENGTH, bytes())));
    }
  }

  private void step() {
    switch (next() % 14) {
      case 0 -> begin(open.read(next(), MemorySegment.ofArray(new byte[1 + 97 * next()])));
      case 1 -> begin(open.write(next(), MemorySegment.ofArray(new byte[written()]), false));
      case 2 -> begin(open.read(0, MemorySegment.ofArray(new byte[3 << 20])));
      case 3 -> begin(open.queryDirectory("*", next() % 2 == 0));
      case 4 -> begin(open.information());
      case 5 -> server.pass(Duration.ofMillis(200L * next()));
      case 6 -> operations.stream().skip(operations.size() / 2).findFirst().ifPresent(this::cancel);
      case 7 -> gate.set(level());
      case 8 -> answer(level());
      case 9 -> interim(level());
      case 10 -> deliver(bytes());
      case 11 -> deliver(flipped(lastFrame));
      case 12 -> deliver(server.seal(nonEmpty(bytes())));
      case 13 -> {
        if (next() == 0) {
          server.transport.breakDown(new IOException("cut"));
        }
      }
      default -> throw new AssertionError("14 cases");
    }
  }

  /** Long enough, now and then, to be placed where that can be. */
  private int written() {
    return 1 + next() * (placement.isPresent() ? 97 : 1);
  }

  private void answer(Level level) {
    if (requests.isEmpty()) {
      return;
    }
    ScriptedServer.Received request = next() % 2 == 0 ? requests.poll() : requests.pollLast();
    Smb2Header header = ScriptedServer.header(request.header(), status(), next());
    byte[] body = bytes();
    byte[] message = ScriptedServer.message(header, out -> out.bytes(Smb2Header.LENGTH, body));
    switch (level) {
      case CLEAR -> deliver(message);
      case SIGN -> {
        // A CANCEL has its request's MessageId, and no key signs one twice, not even this server's.
        if (!header.status().equals(NtStatus.PENDING) && signedIds.add(header.messageId())) {
          server.sign(message);
        }
        deliver(message);
      }
      case ENCRYPT -> deliver(server.seal(message));
    }
  }

  private void interim(Level level) {
    if (!requests.isEmpty()) {
      byte[] message = ScriptedServer.pending(requests.peek(), next(), next());
      deliver(level == Level.ENCRYPT ? server.seal(message) : message);
    }
  }

  private void cancel(CompletableFuture<?> operation) {
    operation.cancel(true);
  }

  private void begin(CompletionStage<?> operation) {
    track(operation);
  }

  private void track(CompletionStage<?> operation) {
    CompletableFuture<?> future = operation.toCompletableFuture();
    operations.add(future);
    future.whenComplete((_, _) -> outcomes.incrementAndGet());
  }

  private void takeRequests() {
    while (server.transport.hasSent()) {
      requests.add(server.receive());
      if (requests.size() > UNDER_WAY_MAX) {
        requests.remove();
      }
    }
  }

  private void deliver(byte[] frame) {
    if (frame.length > 0) {
      lastFrame = frame.clone();
      server.transport.deliver(frame);
    }
  }

  private byte[] flipped(byte[] frame) {
    byte[] changed = frame.clone();
    if (changed.length > 0) {
      changed[(next() * 256 + next()) % changed.length] ^= (byte) next();
    }
    return changed;
  }

  private static byte[] nonEmpty(byte[] bytes) {
    return bytes.length == 0 ? new byte[1] : bytes;
  }

  private Level level() {
    return Level.values()[next() % Level.values().length];
  }

  private NtStatus status() {
    // The last is for placed payloads; without them the scripts keep their meaning.
    return STATUSES[next() % (placement.isPresent() ? STATUSES.length : STATUSES.length - 1)];
  }

  /** The next byte of the script, 0 when it is over. */
  private int next() {
    return script.hasRemaining() ? Byte.toUnsignedInt(script.get()) : 0;
  }

  /** A length, and as many bytes as are left of it. */
  private byte[] bytes() {
    byte[] bytes = new byte[Math.min(next(), script.remaining())];
    script.get(bytes);
    return bytes;
  }
}
