package org.sealane.smb.negotiate;

import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link NegotiateRequest}, [MS-SMB2] 2.2.3. */
public final class NegotiateRequestCodec {
  /** Dialects in one request at most; five are assigned. */
  static final int DIALECTS_MAX = 64;

  private static final int STRUCTURE_SIZE = 36;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int DIALECT_COUNT_OFFSET = STRUCTURE_SIZE_OFFSET + 2;
  private static final int SECURITY_MODE_OFFSET = STRUCTURE_SIZE_OFFSET + 4;
  private static final int CAPABILITIES_OFFSET = STRUCTURE_SIZE_OFFSET + 8;
  private static final int CLIENT_GUID_OFFSET = STRUCTURE_SIZE_OFFSET + 12;

  /** With 3.1.1 among the dialects; otherwise ClientStartTime, which nobody reads. */
  private static final int NEGOTIATE_CONTEXT_OFFSET_OFFSET = STRUCTURE_SIZE_OFFSET + 28;

  private static final int NEGOTIATE_CONTEXT_COUNT_OFFSET = STRUCTURE_SIZE_OFFSET + 32;
  private static final int DIALECTS_OFFSET = STRUCTURE_SIZE_OFFSET + STRUCTURE_SIZE;
  private static final int DIALECT_LENGTH = 2;

  private NegotiateRequestCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static NegotiateRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("NEGOTIATE Request", STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE);
    List<Integer> dialects = decodeDialects(in);
    List<NegotiateContext> contexts = List.of();
    if (dialects.contains(Dialect.SMB_3_1_1.revision())) {
      contexts =
          NegotiateContextCodec.decode(
              in,
              in.u32("NegotiateContextOffset", NEGOTIATE_CONTEXT_OFFSET_OFFSET),
              in.u16("NegotiateContextCount", NEGOTIATE_CONTEXT_COUNT_OFFSET),
              DIALECTS_OFFSET + (long) dialects.size() * DIALECT_LENGTH);
    }
    return new NegotiateRequest(
        new SecurityMode(in.u16("SecurityMode", SECURITY_MODE_OFFSET)),
        new Capabilities(in.i32("Capabilities", CAPABILITIES_OFFSET)),
        in.guid("ClientGuid", CLIENT_GUID_OFFSET),
        dialects,
        contexts);
  }

  private static List<Integer> decodeDialects(MessageReader in) throws MalformedMessageException {
    int count = in.u16("DialectCount", DIALECT_COUNT_OFFSET);
    if (count > DIALECTS_MAX) {
      throw new MalformedMessageException(
          "DialectCount", DIALECT_COUNT_OFFSET, "at most " + DIALECTS_MAX, count);
    }
    List<Integer> dialects = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      dialects.add(in.u16("Dialects", DIALECTS_OFFSET + (long) i * DIALECT_LENGTH));
    }
    return dialects;
  }

  /** Writes the body behind the header. */
  public static void encode(NegotiateRequest message, MessageWriter out) {
    out.u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u16(DIALECT_COUNT_OFFSET, message.dialects().size())
        .u16(SECURITY_MODE_OFFSET, message.securityMode().bits())
        .i32(CAPABILITIES_OFFSET, message.capabilities().bits())
        .guid(CLIENT_GUID_OFFSET, message.clientGuid())
        .padTo(DIALECTS_OFFSET);
    int offset = DIALECTS_OFFSET;
    for (int dialect : message.dialects()) {
      out.u16(offset, dialect);
      offset += DIALECT_LENGTH;
    }
    if (!message.contexts().isEmpty()) {
      out.i32(
              NEGOTIATE_CONTEXT_OFFSET_OFFSET,
              NegotiateContextCodec.encode(message.contexts(), out))
          .u16(NEGOTIATE_CONTEXT_COUNT_OFFSET, message.contexts().size());
    }
  }
}
