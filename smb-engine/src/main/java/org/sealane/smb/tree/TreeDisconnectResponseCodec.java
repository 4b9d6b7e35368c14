package org.sealane.smb.tree;

import org.sealane.smb.wire.FixedBody;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link TreeDisconnectResponse}, [MS-SMB2] 2.2.12. */
public final class TreeDisconnectResponseCodec {
  private TreeDisconnectResponseCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static TreeDisconnectResponse decode(MessageReader in) throws MalformedMessageException {
    FixedBody.check(in);
    return new TreeDisconnectResponse();
  }

  /** Writes the body behind the header. */
  public static void encode(TreeDisconnectResponse message, MessageWriter out) {
    FixedBody.encode(out);
  }
}
