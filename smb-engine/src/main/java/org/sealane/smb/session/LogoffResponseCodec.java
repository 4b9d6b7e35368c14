package org.sealane.smb.session;

import org.sealane.smb.wire.FixedBody;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link LogoffResponse}, [MS-SMB2] 2.2.8. */
public final class LogoffResponseCodec {
  private LogoffResponseCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static LogoffResponse decode(MessageReader in) throws MalformedMessageException {
    FixedBody.check(in);
    return new LogoffResponse();
  }

  /** Writes the body behind the header. */
  public static void encode(LogoffResponse message, MessageWriter out) {
    FixedBody.encode(out);
  }
}
