package org.sealane.smb.negotiate;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link NegotiateInfoResponse}, [MS-SMB2] 2.2.32.6. */
public final class NegotiateInfoResponseCodec {
  private static final int GUID_OFFSET = 4;
  private static final int SECURITY_MODE_OFFSET = 20;
  private static final int DIALECT_OFFSET = 22;

  private NegotiateInfoResponseCodec() {}

  /** Reads the IOCTL's output buffer that {@code in} covers. */
  public static NegotiateInfoResponse decode(MessageReader in) throws MalformedMessageException {
    return new NegotiateInfoResponse(
        new Capabilities(in.i32("Capabilities", 0)),
        in.guid("Guid", GUID_OFFSET),
        new SecurityMode(in.u16("SecurityMode", SECURITY_MODE_OFFSET)),
        in.u16("Dialect", DIALECT_OFFSET));
  }

  public static void encode(NegotiateInfoResponse message, MessageWriter out) {
    out.i32(0, message.capabilities().bits())
        .guid(GUID_OFFSET, message.guid())
        .u16(SECURITY_MODE_OFFSET, message.securityMode().bits())
        .u16(DIALECT_OFFSET, message.dialect());
  }
}
