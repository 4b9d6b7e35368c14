package org.sealane.smb.server;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.ErrorResponse;
import org.sealane.smb.wire.ErrorResponseCodec;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/**
 * The answer to one request, complete but for its header.
 *
 * @param status the header's status
 * @param message body behind the room for a header
 * @param payload bulk data that follows the body; owned by the response until it is released
 * @param levelMin the weakest level it may have, whatever its request had
 * @param placed set if a payload was placed
 */
record Response(
    NtStatus status,
    MessageWriter message,
    Optional<Payload> payload,
    Level levelMin,
    Optional<Placed> placed) {

  /**
   * What was done by RDMA beside it.
   *
   * @param level how the payload of a READ was placed; empty for a WRITE. The message must have
   *     this level exactly, as it says what protects the payload
   * @param invalidates the client's token that loses its rights with this response
   * @param done completes when the device has ended it; the response may be sent behind it before
   */
  record Placed(Optional<Level> level, OptionalInt invalidates, CompletionStage<Void> done) {}

  /** A response with the body that {@code encoder} writes behind the header. */
  static Response of(NtStatus status, Consumer<MessageWriter> encoder) {
    MessageWriter message = new MessageWriter();
    encoder.accept(message);
    return new Response(status, message, Optional.empty(), Level.CLEAR, Optional.empty());
  }

  static Response success(Consumer<MessageWriter> encoder) {
    return of(NtStatus.SUCCESS, encoder);
  }

  /** An SMB2 ERROR Response, [MS-SMB2] 2.2.2. */
  static Response error(NtStatus status) {
    return of(status, out -> ErrorResponseCodec.encode(ErrorResponse.EMPTY, out));
  }

  /** The same with {@code bytes} following the body; it owns them from here on. */
  Response withPayload(Payload bytes) {
    return new Response(status, message, Optional.of(bytes), levelMin, placed);
  }

  /** The same, at {@code level} or stronger. */
  Response atLeast(Level level) {
    return new Response(status, message, payload, level, placed);
  }

  /** The same, with what was done by RDMA. */
  Response withPlaced(Placed how) {
    return new Response(status, message, payload, levelMin, Optional.of(how));
  }

  /** An error in place of this response, after what was done by RDMA was begun. */
  Response insteadAnError(NtStatus error) {
    return placed
        .map(begun ->
            error(error)
                .withPlaced(new Placed(Optional.empty(), OptionalInt.empty(), begun.done())))
        .orElseGet(() -> error(error));
  }

  /** Runs {@code action} when nothing is placed any more: now, or on the thread that ends it. */
  void whenPlaced(Runnable action) {
    placed.ifPresentOrElse(begun -> begun.done().whenComplete((_, _) -> action.run()), action);
  }

  /** Gives back the payload of a response that is not sent. */
  void discard() {
    payload.ifPresent(bytes -> bytes.buffer().close());
  }
}
