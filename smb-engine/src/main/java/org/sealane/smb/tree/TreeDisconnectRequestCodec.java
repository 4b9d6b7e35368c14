package org.sealane.smb.tree;

import org.sealane.smb.wire.FixedBody;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link TreeDisconnectRequest}, [MS-SMB2] 2.2.11. */
public final class TreeDisconnectRequestCodec {
  private TreeDisconnectRequestCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static TreeDisconnectRequest decode(MessageReader in) throws MalformedMessageException {
    FixedBody.check(in);
    return new TreeDisconnectRequest();
  }

  /** Writes the body behind the header. */
  public static void encode(TreeDisconnectRequest message, MessageWriter out) {
    FixedBody.encode(out);
  }
}
