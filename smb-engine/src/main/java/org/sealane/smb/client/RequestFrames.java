package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.sealane.smb.encryption.MessageSealer;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.lane.Level;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.wire.CancelRequest;
import org.sealane.smb.wire.CancelRequestCodec;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.Smb2HeaderCodec;

/**
 * Turns requests into frames at the level that holds when they leave. Sealing and signing run on
 * the thread that calls, so that the transport's threads only move bytes.
 */
final class RequestFrames {
  private static final int FLAGS_OFFSET = 16;

  private final FramePool pool;
  private final BooleanSupplier multiCredit;

  /**
   * The level rose after a payload was protected and the server got rights to it. Rights must end
   * before the buffer is filled again, so the frame is to be built anew then.
   */
  static final class LevelRaisedException extends Exception {
    private static final long serialVersionUID = 1L;

    LevelRaisedException() {
      super(null, null, false, false);
    }
  }

  /**
   * @param multiCredit whether the connection has multi-credit requests, so that the field of their
   *     charge is one
   */
  RequestFrames(FramePool pool, BooleanSupplier multiCredit) {
    this.pool = pool;
    this.multiCredit = multiCredit;
  }

  /**
   * Builds the frame of a request that has its MessageId, and notes on the request how it travels.
   * The caller sends the frame at once. If this throws anything but {@link LevelRaisedException},
   * the request's payload is released.
   */
  OutboundFrame frame(Request request, long nowNanos)
      throws KeyUnavailableException, LevelRaisedException {
    Optional<TrafficGate> gate = request.scope().tree().map(ClientTree::gate);
    Optional<TrafficGate.Pass> pass = gate.map(TrafficGate::enter);
    Level level = placeable(request, requiredLevel(request, pass.map(TrafficGate.Pass::level)));
    request.posted(new Request.Posting(level, pass, nowNanos));
    try {
      MemorySegment message = encode(request, level);
      request.handler().onEncoded(message);
      OutboundFrame frame = protect(request, message, level);
      // Signing or sealing takes a while, in which a turn or an expired lease may ask for more.
      Level now = requiredLevel(request, gate.map(TrafficGate::sendLevel));
      if (!level.satisfies(now)) {
        request.posted(new Request.Posting(now, pass, nowNanos));
        if (request.content().placed().isPresent()) {
          throw new LevelRaisedException();
        }
        frame = protect(request, message, now);
      }
      return frame;
    } catch (KeyUnavailableException | RuntimeException e) {
      request.neverSent();
      throw e;
    }
  }

  /** Builds the CANCEL of a request that was sent, [MS-SMB2] 3.2.4.24; to be sent only once. */
  OutboundFrame cancel(Request request) throws KeyUnavailableException {
    Optional<Level> asked = request.scope().tree().map(tree -> tree.gate().sendLevel());
    Level level =
        Level.strongest(
            requiredLevel(request, asked),
            request.posting().map(Request.Posting::level).orElse(Level.CLEAR));
    boolean async = request.asyncId.isPresent();
    Smb2Header header =
        new Smb2Header(
            0,
            NtStatus.SUCCESS,
            Command.CANCEL.code(),
            0,
            async ? HeaderFlags.ASYNC_COMMAND : 0,
            0,
            request.messageId,
            request.asyncId.orElse(Smb2Header.treeField(request.scope().treeId())),
            request.scope().sessionId());
    MessageWriter out = new MessageWriter();
    Smb2HeaderCodec.encode(header, out);
    CancelRequestCodec.encode(new CancelRequest(), out);
    return protect(request.scope(), List.of(out.written()), level, sent -> {});
  }

  /** What the request, its session, its tree and the tree's gate ask for. */
  private static Level requiredLevel(Request request, Optional<Level> byGate) {
    Level level = request.content().levelMin();
    if (byGate.isPresent()) {
      level = Level.strongest(level, byGate.get());
    }
    if (request.scope().session().map(ClientSession::encryptData).orElse(false)
        || request.scope().tree().map(ClientTree::encryptData).orElse(false)) {
      level = Level.ENCRYPT;
    }
    return level;
  }

  /**
   * The level at which a placed payload can have what is asked for. It never falls back when a
   * frame is built anew: a message signed twice would use its nonce twice.
   */
  private static Level placeable(Request request, Level asked) {
    Level before = request.posting().map(Request.Posting::level).orElse(Level.CLEAR);
    Level level = Level.strongest(asked, before);
    return request.content().placed().map(placed -> placed.levelFor(level)).orElse(level);
  }

  private MemorySegment encode(Request request, Level level) throws KeyUnavailableException {
    MessageWriter out = new MessageWriter();
    Optional<ClientTree> tree = request.scope().tree();
    Smb2Header header =
        new Smb2Header(
            multiCredit.getAsBoolean() ? request.content().creditCharge() : 0,
            Smb2Header.statusField(tree.map(ClientTree::channelSequence).orElse(0)),
            request.command().code(),
            request.creditRequest,
            tree.filter(ClientTree::replays).isPresent() ? HeaderFlags.REPLAY_OPERATION : 0,
            0,
            request.messageId,
            Smb2Header.treeField(request.scope().treeId()),
            request.scope().sessionId());
    Smb2HeaderCodec.encode(header, out);
    Optional<Placed> placed = request.content().placed();
    if (placed.isPresent()) {
      placed.get().encode(level, out);
    } else {
      request.content().body().accept(out);
    }
    return out.written();
  }

  private OutboundFrame protect(Request request, MemorySegment message, Level level)
      throws KeyUnavailableException {
    List<MemorySegment> segments = new ArrayList<>(2);
    segments.add(message);
    request.content().payload().ifPresent(segments::add);
    if (level == Level.ENCRYPT) {
      OutboundFrame sealed =
          protect(request.scope(), segments, level, sent -> count(request, level, sent));
      request.releasePayload();
      return sealed;
    }
    return protect(
        request.scope(),
        segments,
        level,
        sent -> {
          count(request, level, sent);
          request.releasePayload();
        });
  }

  private OutboundFrame protect(
      RequestScope scope, List<MemorySegment> message, Level level, OutboundFrame.Released released)
      throws KeyUnavailableException {
    return switch (level) {
      case CLEAR -> new OutboundFrame(message, released, permit(scope, level));
      case SIGN -> {
        keys(scope).signer().sign(message);
        yield new OutboundFrame(message, released, permit(scope, level));
      }
      case ENCRYPT -> seal(keys(scope).sealer(), message, released);
    };
  }

  private static OutboundFrame.Permit permit(RequestScope scope, Level level) {
    return scope
        .tree()
        .map(ClientTree::gate)
        .<OutboundFrame.Permit>map(gate -> () -> gate.mayLeave(level))
        .orElse(OutboundFrame.Permit.ALWAYS);
  }

  private OutboundFrame seal(
      MessageSealer sealer, List<MemorySegment> message, OutboundFrame.Released released)
      throws KeyUnavailableException {
    unsign(message.getFirst());
    long lengthBytes = message.stream().mapToLong(MemorySegment::byteSize).sum();
    FramePool.Buffer sealed = pool.borrow(Math.toIntExact(MessageSealer.sealedLength(lengthBytes)));
    try {
      sealer.seal(message, sealed.segment());
    } catch (KeyUnavailableException | RuntimeException e) {
      sealed.close();
      throw e;
    }
    return new OutboundFrame(
        List.of(sealed.segment()),
        sent -> {
          sealed.close();
          released.run(sent);
        });
  }

  /** [MS-SMB2] 3.1.4.3: a sealed message has no signature; it may have got one before. */
  private static void unsign(MemorySegment message) {
    byte flags = message.get(java.lang.foreign.ValueLayout.JAVA_BYTE, FLAGS_OFFSET);
    message.set(
        java.lang.foreign.ValueLayout.JAVA_BYTE,
        FLAGS_OFFSET,
        (byte) (flags & ~HeaderFlags.SIGNED));
    message.asSlice(Smb2Header.SIGNATURE_OFFSET, Smb2Header.SIGNATURE_LENGTH).fill((byte) 0);
  }

  private static SessionKeys keys(RequestScope scope) {
    return scope.session().orElseThrow().keys();
  }

  private static void count(Request request, Level level, boolean sent) {
    if (sent && request.content().carriesPayload()) {
      request
          .scope()
          .tree()
          .ifPresent(tree -> tree.sentCounter().add(level, request.content().payloadBytes()));
    }
  }
}
