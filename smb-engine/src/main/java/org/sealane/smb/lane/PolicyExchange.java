package org.sealane.smb.lane;

import java.util.UUID;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.server.ControlHandler;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.NtStatus;

/**
 * How the two ends of a lane exchange their {@link PolicyState}: one control code of our own on the
 * lane's tree, input the client's state, output the server's. The server takes it only encrypted.
 *
 * @param state this end's
 * @param volume the lane's
 */
record PolicyExchange(PolicyState state, UUID volume) implements ControlHandler {
  /**
   * A private code, [MS-FSCC] 2.3: device type 0x8053 and function 0x801, both in the ranges left
   * to vendors, METHOD_BUFFERED.
   */
  static final int CODE = 0x8053 << 16 | 0x801 << 2;

  /** The client's part. Blocks; on no thread of a transport. */
  void run(ClientTree tree) throws ShareException {
    byte[] theirs =
        LaneFailure.await("policy", tree.control(CODE, newest(), PolicyState.BYTES_MAX));
    state.offer(volume, theirs);
  }

  /** The server's part: what the client knows is adopted before it is answered. */
  @Override
  public byte[] control(Principal peer, int code, byte[] input) throws ShareException {
    if (code != CODE) {
      throw new ShareException(NtStatus.INVALID_DEVICE_REQUEST, "unknown control code " + code);
    }
    if (input.length > PolicyState.BYTES_MAX) {
      throw new ShareException(
          NtStatus.INVALID_PARAMETER, "a policy state of " + input.length + " bytes");
    }
    state.offer(volume, input);
    return newest();
  }

  private byte[] newest() throws ShareException {
    byte[] newest = state.newest(volume);
    if (newest.length > PolicyState.BYTES_MAX) {
      throw new ShareException(
          NtStatus.INTERNAL_ERROR, "this node's policy state has " + newest.length + " bytes");
    }
    return newest;
  }
}
