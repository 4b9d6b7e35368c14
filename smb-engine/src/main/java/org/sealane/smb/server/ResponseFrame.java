package org.sealane.smb.server;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.sealane.smb.encryption.MessageSealer;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.io.ReadResponse;
import org.sealane.smb.lane.Level;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.wire.CompoundReader;
import org.sealane.smb.wire.CompoundWriter;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.Smb2HeaderCodec;

/**
 * The responses of one exchange as one frame: headers, compounding, signatures or sealing,
 * [MS-SMB2] 3.3.4.1. Built and protected by whoever ends the exchange, mostly a worker; sent by the
 * owner thread, which looks at the levels once more there. Passed from one to the other, so used by
 * one thread at a time.
 */
final class ResponseFrame {
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int FLAGS_OFFSET = 16;

  /**
   * A longer message is kept in the pool's memory, so that what a peer does not read is counted.
   */
  private static final int UNCOUNTED_BYTES_MAX = 4 << 10;

  private final Exchange exchange;
  private final FramePool pool;
  private final boolean async;
  private List<Member> members;
  private Level level = Level.CLEAR;
  private List<MemorySegment> bytes;
  private List<FramePool.Buffer> lent;

  /**
   * One message of the frame: the request, the response, and its bytes in order.
   *
   * @param lent what the bytes lie in
   */
  private record Member(
      Request request, Response response, List<MemorySegment> parts, List<FramePool.Buffer> lent) {

    Level required() {
      Level asked = Level.strongest(request.level(), response.levelMin());
      return request.gate().map(gate -> Level.strongest(asked, gate.sendLevel())).orElse(asked);
    }
  }

  private ResponseFrame(Exchange exchange, FramePool pool, boolean async, List<Member> members) {
    this.exchange = exchange;
    this.pool = pool;
    this.async = async;
    this.members = members;
    this.bytes = members.stream().flatMap(member -> member.parts().stream()).toList();
    this.lent = members.stream().flatMap(member -> member.lent().stream()).toList();
  }

  /**
   * Completes headers and links the messages.
   *
   * @param responses one for each request of the exchange
   * @param async whether an interim response went before
   */
  static ResponseFrame build(
      Exchange exchange, List<Response> responses, boolean async, FramePool pool) {
    List<Member> members = new ArrayList<>(responses.size());
    for (int i = 0; i < responses.size(); i++) {
      boolean last = i == responses.size() - 1;
      Request request = exchange.requests().get(i);
      members.add(member(exchange, request, responses.get(i), async, last, pool));
    }
    return new ResponseFrame(exchange, pool, async, members);
  }

  private static Member member(
      Exchange exchange,
      Request request,
      Response response,
      boolean async,
      boolean last,
      FramePool pool) {
    int payloadBytes = response.payload().map(Payload::lengthBytes).orElse(0);
    int bytes = response.message().length() + payloadBytes;
    int padding = last ? 0 : CompoundWriter.paddingBytes(bytes);
    int next = last ? 0 : bytes + padding;
    Smb2HeaderCodec.encode(header(exchange, request, response, async, next), response.message());
    List<MemorySegment> parts = new ArrayList<>(3);
    if (payloadBytes == 0 && padding > 0) {
      response.message().alignTo(CompoundReader.ALIGNMENT);
      padding = 0;
    }
    List<FramePool.Buffer> lent = new ArrayList<>(1);
    parts.add(counted(response.message().written(), pool, lent));
    response
        .payload()
        .ifPresent(payload -> {
          parts.add(payload.bytes());
          lent.add(payload.buffer());
        });
    if (padding > 0) {
      parts.add(MemorySegment.ofArray(new byte[padding]));
    }
    return new Member(request, response, parts, lent);
  }

  private static MemorySegment counted(
      MemorySegment message, FramePool pool, List<FramePool.Buffer> lent) {
    if (message.byteSize() <= UNCOUNTED_BYTES_MAX) {
      return message;
    }
    FramePool.Buffer buffer = pool.borrow(Math.toIntExact(message.byteSize()));
    lent.add(buffer);
    return buffer.segment().copyFrom(message);
  }

  private static Smb2Header header(
      Exchange exchange, Request request, Response response, boolean async, int nextCommand) {
    Smb2Header asked = request.header();
    int kept = HeaderFlags.RELATED_OPERATIONS | HeaderFlags.PRIORITY_MASK;
    int flags = HeaderFlags.SERVER_TO_REDIR | asked.flags() & kept;
    long treeField =
        Smb2Header.treeField(request.tree().map(TreeConnect::id).orElse(asked.treeId()));
    return new Smb2Header(
        asked.creditCharge(),
        response.status(),
        asked.command(),
        // [MS-SMB2] 3.3.4.1.2: what an interim response granted is not granted again.
        async ? 0 : request.creditsPromised(),
        async ? flags | HeaderFlags.ASYNC_COMMAND : flags,
        nextCommand,
        asked.messageId(),
        async ? exchange.asyncId() : treeField,
        request.session().map(Session::id).orElse(asked.sessionId()));
  }

  /**
   * The bytes of the only message, for preauthentication integrity: with its signature, if the
   * frame was protected by one. Of a sealed frame it means nothing.
   */
  MemorySegment onlyMessage() {
    return members.getFirst().parts().getFirst();
  }

  /**
   * Brings the frame to the level it needs now, if it is not there yet. To be asked again where the
   * frame is sent: a level may have risen since.
   *
   * @throws KeyUnavailableException if it can not be protected; then it must not be sent
   */
  void protect() throws KeyUnavailableException {
    Level required = required();
    if (level.satisfies(required)) {
      return;
    }
    if (wasPlacedBelow(required)) {
      askForRetry();
    }
    SessionSecurity security =
        exchange
            .security()
            .orElseThrow(() -> new KeyUnavailableException(KeyUnavailableException.Reason.CLOSED));
    switch (required) {
      case CLEAR -> throw new AssertionError("every level satisfies CLEAR");
      case SIGN -> sign(security);
      case ENCRYPT -> seal(security);
    }
    level = required;
  }

  private boolean wasPlacedBelow(Level required) {
    return members.stream()
        .flatMap(member -> member.response().placed().stream())
        .flatMap(placed -> placed.level().stream())
        .anyMatch(placed -> placed != required);
  }

  /**
   * The level rose after the payload of a READ was placed. A stronger message could not vouch for
   * it, so the client is asked to read again. Placement is never part of a compound.
   */
  private void askForRetry() {
    Member read = members.getFirst();
    Response retry = read.response().insteadAnError(NtStatus.RETRY);
    members = List.of(member(exchange, read.request(), retry, async, true, pool));
    bytes = members.getFirst().parts();
    level = Level.CLEAR;
  }

  /** The strongest level that one of the messages needs. */
  private Level required() {
    Level required = exchange.isEncrypted() ? Level.ENCRYPT : Level.CLEAR;
    for (Member member : members) {
      required = Level.strongest(required, member.required());
    }
    return required;
  }

  private void sign(SessionSecurity security) throws KeyUnavailableException {
    for (Member member : members) {
      security.keys().signer().sign(member.parts());
      count(member, Level.SIGN);
    }
  }

  private void seal(SessionSecurity security) throws KeyUnavailableException {
    if (!security.keys().canSeal()) {
      throw new KeyUnavailableException(KeyUnavailableException.Reason.CLOSED);
    }
    if (level == Level.SIGN) {
      members.forEach(member -> removeSignature(member.parts().getFirst()));
    }
    Member first = members.getFirst();
    Optional<Payload> payload = first.response().payload();
    MemorySegment head = first.parts().getFirst();
    if (members.size() == 1
        && payload.isPresent()
        && head.byteSize() == ReadResponse.PAYLOAD_OFFSET) {
      sealInPlace(security, head, payload.get());
    } else {
      sealIntoCopy(security);
    }
    members.forEach(member -> count(member, Level.ENCRYPT));
  }

  private void sealInPlace(SessionSecurity security, MemorySegment head, Payload payload)
      throws KeyUnavailableException {
    MemorySegment message = payload.message();
    MemorySegment.copy(head, 0, message, 0, head.byteSize());
    security.keys().sealer().seal(List.of(message), payload.sealed());
    bytes = List.of(payload.sealed());
  }

  private void sealIntoCopy(SessionSecurity security) throws KeyUnavailableException {
    long plaintextBytes = bytes.stream().mapToLong(MemorySegment::byteSize).sum();
    FramePool.Buffer buffer =
        pool.borrow(Math.toIntExact(MessageSealer.sealedLength(plaintextBytes)));
    List<FramePool.Buffer> plaintextBuffers = lent;
    try {
      security.keys().sealer().seal(bytes, buffer.segment());
    } catch (KeyUnavailableException | RuntimeException e) {
      buffer.close();
      throw e;
    }
    bytes = List.of(buffer.segment());
    lent = List.of(buffer);
    plaintextBuffers.forEach(FramePool.Buffer::close);
  }

  /** [MS-SMB2] 3.1.4.3: what is encrypted is not signed too. */
  private static void removeSignature(MemorySegment message) {
    message.set(U32, FLAGS_OFFSET, message.get(U32, FLAGS_OFFSET) & ~HeaderFlags.SIGNED);
    message.asSlice(Smb2Header.SIGNATURE_OFFSET, Smb2Header.SIGNATURE_LENGTH).fill((byte) 0);
  }

  /** Counts payload as sent at {@code reached}, where that is done. */
  private static void count(Member member, Level reached) {
    member
        .response()
        .payload()
        .ifPresent(payload ->
            member
                .request()
                .tree()
                .ifPresent(tree -> tree.sent().add(reached, payload.lengthBytes())));
  }

  /**
   * The frame for the transport. It releases memory and leaves the gates, on any thread, when it
   * has been handed to the kernel or can not be sent any more.
   */
  OutboundFrame outbound() {
    return new OutboundFrame(
        bytes,
        sent -> {
          if (sent && level == Level.CLEAR) {
            members.forEach(member -> count(member, Level.CLEAR));
          }
          discard();
        },
        invalidates(),
        level == Level.ENCRYPT ? OutboundFrame.Permit.ALWAYS : this::mayLeave);
  }

  private OptionalInt invalidates() {
    return members.getFirst().response().placed().stream()
        .flatMapToInt(placed -> placed.invalidates().stream())
        .findFirst();
  }

  private boolean mayLeave() {
    for (Member member : members) {
      if (member.request().gate().filter(gate -> !gate.mayLeave(level)).isPresent()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Releases memory and leaves the gates of a frame that is not sent. A gate is not left while a
   * payload of its request is being placed.
   */
  void discard() {
    lent.forEach(FramePool.Buffer::close);
    members.forEach(member -> member.response().whenPlaced(member.request()::leaveGate));
  }
}
