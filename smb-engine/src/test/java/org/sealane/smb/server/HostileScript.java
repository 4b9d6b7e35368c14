package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.sealane.smb.io.FileId;
import org.sealane.smb.io.IoctlRequest;
import org.sealane.smb.io.QueryDirectoryRequest;
import org.sealane.smb.io.QueryDirectoryRequestCodec;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.FixedBody;

/**
 * Bytes as a script for one connection: what the peer sends, right, damaged or random, and what
 * happens meanwhile. Whatever the script, the server throws nothing, answers in bounds, and leaves
 * nothing behind.
 */
final class HostileScript {
  private static final int STEPS_MAX = 200;
  private static final long POOL_BYTES_MAX = 48L << 20;

  private static final ServerSettings SETTINGS =
      ServerSettings.defaults(ServerHarness.SERVER_GUID)
          .with(Limit.CREDITS, 64)
          .with(Limit.OPENS_PER_SESSION, 4)
          .with(Limit.OPERATIONS, 3)
          .with(Limit.WAITING_OPERATIONS, 5);

  private final byte[] script;
  private final Optional<HostilePlacement> placement;
  private final ServerHarness server;
  private final ScriptedPeer peer;
  private final PeerFiles files;
  private FileId fileId = new FileId(1, 1);
  private byte[] last = new byte[0];
  private int position;

  private HostileScript(byte[] script, Optional<HostilePlacement> placement) {
    this.script = script;
    this.placement = placement;
    server =
        ServerHarness.placing(
            SETTINGS, TrafficGate.OPEN, onError -> placement.map(each -> each.forServer(onError)));
    peer = new ScriptedPeer(server);
    if (placement.isPresent()) {
      peer.transforms = PlacingPeer.BOTH;
    }
    files = new PeerFiles(peer);
  }

  static void play(byte[] script) {
    play(new HostileScript(script, Optional.empty()));
  }

  /** The same over a transport that places payloads. */
  static void playPlacing(byte[] script) {
    try (HostilePlacement placement = new HostilePlacement()) {
      play(new HostileScript(script, Optional.of(placement)));
    }
  }

  private static void play(HostileScript hostile) {
    byte[] script = hostile.script;
    hostile.begin();
    for (int i = 0; i < STEPS_MAX && hostile.position < script.length; i++) {
      hostile.step();
      hostile.check();
    }
    hostile.end();
  }

  private int next() {
    return position < script.length ? Byte.toUnsignedInt(script[position++]) : 0;
  }

  /** How far the peer gets before it turns bad. */
  private void begin() {
    int stage = next() % 4;
    if (stage >= 1) {
      peer.negotiate();
    }
    if (stage >= 2) {
      peer.setup("node1");
    }
    if (stage >= 3) {
      peer.treeConnect("\\\\server\\share", Level.SIGN);
      fileId = files.open("f");
    }
  }

  private void step() {
    switch (next() % 64) {
      case 0 -> send(last);
      case 1 -> send(damaged(request().bytes()));
      case 2 -> send(take(next()));
      case 3 -> send(sealed(take(next())));
      case 4 -> send(Arrays.copyOf(last, Math.min(last.length, next() * 4)));
      case 5, 6 -> server.advance(Duration.ofMillis(next() * 20L));
      case 7, 8 -> {
        server.transport.holdSends = !server.transport.holdSends;
        if (!server.transport.holdSends) {
          server.transport.releaseHeld();
        }
      }
      case 9, 10, 11, 12 -> server.workersPaused = !server.workersPaused;
      case 13, 14, 15, 16, 17, 18 -> {
        if (!server.workers.isEmpty()) {
          server.runWorker();
        }
      }
      case 19, 20, 21, 22 -> files.level = keyed(Level.values()[next() % 3]);
      case 23, 24 -> fileId = new FileId(next() % 6, next() % 6);
      case 25, 26, 27, 28, 29, 30 -> send(chain());
      default -> send(request().bytes());
    }
    server.settle();
  }

  private void send(byte[] frame) {
    last = frame;
    if (frame.length > 0) {
      server.deliver(frame);
    }
  }

  private Level keyed(Level level) {
    return peer.keys.isPresent() ? level : Level.CLEAR;
  }

  private byte[] sealed(byte[] message) {
    return peer.keys.isPresent() && message.length > 0 ? peer.seal(message) : message;
  }

  private byte[] take(int count) {
    byte[] taken = new byte[count];
    for (int i = 0; i < count; i++) {
      taken[i] = (byte) next();
    }
    return taken;
  }

  private byte[] damaged(byte[] frame) {
    int bits = 1 + next() % 4;
    for (int i = 0; i < bits; i++) {
      int at = (next() << 8 | next()) % frame.length;
      frame[at] ^= (byte) (1 << next() % 8);
    }
    return frame;
  }

  private byte[] chain() {
    Level outer = files.level;
    files.level = outer == Level.ENCRYPT ? Level.CLEAR : outer;
    int count = 2 + next() % 4;
    byte[][] messages = new byte[count][];
    for (int i = 0; i < count; i++) {
      PeerRequest request = request();
      if (next() % 3 > 0) {
        request.related();
      }
      messages[i] = (i < count - 1 ? request.followed() : request).message();
    }
    files.level = outer;
    return outer == Level.ENCRYPT && peer.keys.isPresent()
        ? peer.seal(messages)
        : PeerRequest.chain(messages);
  }

  private PeerRequest request() {
    Command command = Command.values()[next() % Command.values().length];
    FileId named = next() % 4 == 0 ? FileId.NONE : fileId;
    PeerRequest request = wellFormed(command, named).credits(next() * 4);
    return switch (next() % 32) {
      case 0 -> request.charge(next() % 40);
      case 1 -> request.session(next());
      case 2 -> request.tree(next() % 3);
      // The peer's own cipher refuses to sign two messages with one id.
      case 3 -> request.isSigned() ? request : request.messageId(next());
      default -> request;
    };
  }

  private PeerRequest wellFormed(Command command, FileId named) {
    return switch (command) {
      case SESSION_SETUP ->
          peer.setupRequest(
              switch (next() % 5) {
                case 0 -> "more";
                case 1 -> "bad";
                case 2 -> "silent";
                case 3 -> "fault";
                default -> "node2";
              },
              next() % 8 == 0 ? 1 : 0);
      case TREE_CONNECT -> peer.treeConnectRequest("\\\\server\\share").level(keyed(Level.SIGN));
      case CREATE -> files.create(next() % 3 == 0 ? "" : "f" + next() % 4);
      case CLOSE -> files.close(named);
      case FLUSH -> files.flush(named);
      case READ ->
          placement.isPresent() && next() % 4 > 0
              ? placement.get().read(files, named, this::next)
              : files.read(named, next(), next() * 300L);
      case WRITE ->
          placement.isPresent() && next() % 4 > 0
              ? placement.get().write(files, named, this::next)
              : files.write(named, next(), new byte[next() * 40]);
      case IOCTL ->
          files.ioctl(
              IoctlRequest.fsctl(
                  next() << 16 | next() << 8 | next(),
                  named,
                  MemorySegment.ofArray(take(next() % 32)),
                  next()));
      case QUERY_DIRECTORY -> {
        QueryDirectoryRequest query =
            new QueryDirectoryRequest(next() % 40, next(), 0, named, "*", next() * 20L);
        yield peer.request(command)
            .body(out -> QueryDirectoryRequestCodec.encode(query, out))
            .level(files.level);
      }
      case LOGOFF, TREE_DISCONNECT, ECHO, CANCEL ->
          peer.request(command).body(FixedBody::encode).level(files.level);
      case NEGOTIATE, LOCK, CHANGE_NOTIFY, QUERY_INFO, SET_INFO, OPLOCK_BREAK -> {
        byte[] body = take(next() % 64);
        yield peer.request(command).body(out -> out.bytes(64, body).padTo(65)).level(files.level);
      }
    };
  }

  private void check() {
    assertThat(server.pool.outstandingBytes())
        .as("bytes that one peer of 64 credits can bind")
        .isLessThan(POOL_BYTES_MAX);
    assertThat(server.connection.status().requestsUnderWay()).isLessThanOrEqualTo(64);
    assertThat(server.share.openNow()).isLessThanOrEqualTo(4 * 16);
    server.transport.sent.clear();
  }

  private void end() {
    server.transport.holdSends = false;
    server.transport.releaseHeld();
    server.resumeWorkers();
    server.assertNothingLeaks();
    assertThat(Optional.of(server.workers.size())).contains(0);
  }
}
