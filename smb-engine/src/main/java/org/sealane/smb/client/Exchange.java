package org.sealane.smb.client;

import java.util.Set;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/** One request whose response is decoded into a value. */
final class Exchange<T> implements ResponseHandler {

  /** Makes the value of a response with an expected status. The message is valid for the call. */
  @FunctionalInterface
  interface Decoder<T> {
    T decode(Smb2Header header, MessageReader message, Level level)
        throws MalformedMessageException;
  }

  static final Set<NtStatus> SUCCESS = Set.of(NtStatus.SUCCESS);

  private final Set<NtStatus> expected;
  private final Decoder<T> decoder;
  private final Operation<T> operation;

  private Exchange(Set<NtStatus> expected, Decoder<T> decoder, Operation<T> operation) {
    this.expected = expected;
    this.decoder = decoder;
    this.operation = operation;
  }

  /** Submits the request and gives the future of its value. */
  static <T> Operation<T> submit(
      ClientConnection connection,
      RequestScope scope,
      Request.Content content,
      Set<NtStatus> expected,
      Decoder<T> decoder) {
    Operation<T> operation = content.carriesPayload() ? Operation.withPayload() : Operation.plain();
    Request request = new Request(scope, content, new Exchange<>(expected, decoder, operation));
    operation.onCancel(() -> connection.cancel(request));
    connection.submit(request);
    return operation;
  }

  @Override
  public boolean expects(NtStatus status) {
    return expected.contains(status);
  }

  @Override
  public void onResponse(Smb2Header header, MessageReader message, Level level)
      throws MalformedMessageException {
    T value;
    try {
      value = decoder.decode(header, message, level);
    } catch (RuntimeException e) {
      // The caller's memory is gone, or our own mistake: no reason to end the connection.
      operation.failed(e);
      return;
    }
    operation.succeeded(value);
  }

  @Override
  public void onFailure(ClientException failure) {
    operation.failed(failure);
  }

  @Override
  public void onPayloadReleased() {
    if (operation.hasPayload()) {
      operation.payloadReleased();
    }
  }
}
