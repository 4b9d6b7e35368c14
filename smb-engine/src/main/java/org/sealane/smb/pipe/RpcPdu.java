package org.sealane.smb.pipe;

import java.util.UUID;
import org.sealane.smb.wire.MessageReader;

/**
 * A PDU of connection-oriented RPC, C706 12.6: what a client sends, and what it is answered. Little
 * endian, in one fragment, without a security trailer; others are refused.
 */
sealed interface RpcPdu {
  int HEADER_LENGTH = 16;

  /** Largest fragment that is taken, and the largest that is sent, as with Windows. */
  int FRAGMENT_BYTES_MAX = 4280;

  int FIRST_FRAGMENT = 0x01;
  int LAST_FRAGMENT = 0x02;

  /** The data follow an object's UUID. */
  int OBJECT_UUID = 0x80;

  /**
   * bind: the client names the interface that it wants.
   *
   * @param fragmentBytesMax the largest fragment that it takes
   * @param interfaceId of the first context
   */
  record Bind(int callId, int fragmentBytesMax, int contextId, UUID interfaceId, int version)
      implements RpcPdu {}

  /**
   * request: a call.
   *
   * @param stub its parameters; a view of the PDU
   */
  record Request(int callId, int contextId, int operation, MessageReader stub) implements RpcPdu {}

  /** Any other. */
  record Other(int callId) implements RpcPdu {}
}
