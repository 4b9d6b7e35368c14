package org.sealane.smb.negotiate;

import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link NegotiateInfoRequest}, [MS-SMB2] 2.2.31.4. */
public final class NegotiateInfoRequestCodec {
  private static final int GUID_OFFSET = 4;
  private static final int SECURITY_MODE_OFFSET = 20;
  private static final int DIALECT_COUNT_OFFSET = 22;
  private static final int DIALECTS_OFFSET = 24;
  private static final int DIALECT_LENGTH = 2;

  private NegotiateInfoRequestCodec() {}

  /** Reads the IOCTL's input buffer that {@code in} covers. */
  public static NegotiateInfoRequest decode(MessageReader in) throws MalformedMessageException {
    int count = in.u16("DialectCount", DIALECT_COUNT_OFFSET);
    if (count > NegotiateRequestCodec.DIALECTS_MAX) {
      throw new MalformedMessageException(
          "DialectCount",
          DIALECT_COUNT_OFFSET,
          "at most " + NegotiateRequestCodec.DIALECTS_MAX,
          count);
    }
    List<Integer> dialects = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      dialects.add(in.u16("Dialects", DIALECTS_OFFSET + (long) i * DIALECT_LENGTH));
    }
    return new NegotiateInfoRequest(
        new Capabilities(in.i32("Capabilities", 0)),
        in.guid("Guid", GUID_OFFSET),
        new SecurityMode(in.u16("SecurityMode", SECURITY_MODE_OFFSET)),
        dialects);
  }

  public static void encode(NegotiateInfoRequest message, MessageWriter out) {
    out.i32(0, message.capabilities().bits())
        .guid(GUID_OFFSET, message.guid())
        .u16(SECURITY_MODE_OFFSET, message.securityMode().bits())
        .u16(DIALECT_COUNT_OFFSET, message.dialects().size());
    int offset = DIALECTS_OFFSET;
    for (int dialect : message.dialects()) {
      out.u16(offset, dialect);
      offset += DIALECT_LENGTH;
    }
  }
}
