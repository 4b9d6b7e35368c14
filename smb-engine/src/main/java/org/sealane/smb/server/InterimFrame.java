package org.sealane.smb.server;

import java.util.List;
import org.sealane.smb.encryption.MessageSealer;
import org.sealane.smb.encryption.key.KeyUnavailableException;
import org.sealane.smb.lane.Level;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.Smb2HeaderCodec;

/**
 * The interim response of a request that takes long, [MS-SMB2] 3.3.4.2. It shares its MessageId
 * with the final one, so it is never signed: under AES-GMAC two messages would share a nonce.
 */
final class InterimFrame {
  private InterimFrame() {}

  static OutboundFrame of(Exchange exchange, FramePool pool) throws KeyUnavailableException {
    Request request = exchange.requests().getFirst();
    Smb2Header asked = request.header();
    Response response = Response.error(NtStatus.PENDING);
    Smb2HeaderCodec.encode(
        new Smb2Header(
            asked.creditCharge(),
            NtStatus.PENDING,
            asked.command(),
            request.creditsPromised(),
            HeaderFlags.SERVER_TO_REDIR
                | HeaderFlags.ASYNC_COMMAND
                | asked.flags() & HeaderFlags.PRIORITY_MASK,
            0,
            asked.messageId(),
            exchange.asyncId(),
            asked.sessionId()),
        response.message());
    boolean encrypt =
        exchange.isEncrypted()
            || request.gate().filter(gate -> gate.sendLevel() == Level.ENCRYPT).isPresent();
    if (!encrypt) {
      return new OutboundFrame(
          List.of(response.message().written()),
          _ -> {},
          () -> request.gate().filter(gate -> !gate.mayLeave(Level.CLEAR)).isEmpty());
    }
    SessionSecurity security =
        exchange
            .security()
            .filter(held -> held.keys().canSeal())
            .orElseThrow(() -> new KeyUnavailableException(KeyUnavailableException.Reason.CLOSED));
    long length = MessageSealer.sealedLength(response.message().length());
    FramePool.Buffer buffer = pool.borrow((int) length);
    try {
      security.keys().sealer().seal(List.of(response.message().written()), buffer.segment());
    } catch (KeyUnavailableException | RuntimeException e) {
      buffer.close();
      throw e;
    }
    return new OutboundFrame(List.of(buffer.segment()), _ -> buffer.close());
  }
}
