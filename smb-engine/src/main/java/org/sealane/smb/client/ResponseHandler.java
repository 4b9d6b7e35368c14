package org.sealane.smb.client;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/** What becomes of one request. Exactly one of the two outcomes is called, once. */
interface ResponseHandler {
  /** True if a response with this status is for {@link #onResponse}; others are failures. */
  default boolean expects(NtStatus status) {
    return status.equals(NtStatus.SUCCESS);
  }

  /** The encoded request, before it is protected and sent; valid for the call. */
  default void onEncoded(MemorySegment message) {}

  /**
   * The response, on the owner thread; valid for the call. Malformed bytes end the connection and
   * come back as a failure.
   *
   * @param level how it travelled
   */
  void onResponse(Smb2Header header, MessageReader message, Level level)
      throws MalformedMessageException;

  /** The request failed; any thread. */
  void onFailure(ClientException failure);

  /**
   * Nothing reads the request's payload any more. Called once whatever the outcome, before it or
   * after it.
   */
  default void onPayloadReleased() {}
}
