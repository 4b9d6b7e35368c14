package org.sealane.smb.session;

import org.sealane.smb.wire.FixedBody;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link LogoffRequest}, [MS-SMB2] 2.2.7. */
public final class LogoffRequestCodec {
  private LogoffRequestCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static LogoffRequest decode(MessageReader in) throws MalformedMessageException {
    FixedBody.check(in);
    return new LogoffRequest();
  }

  /** Writes the body behind the header. */
  public static void encode(LogoffRequest message, MessageWriter out) {
    FixedBody.encode(out);
  }
}
