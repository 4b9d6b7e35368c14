package org.sealane.smb.negotiate;

import java.util.List;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link NegotiateResponse}, [MS-SMB2] 2.2.4. */
public final class NegotiateResponseCodec {
  private static final int STRUCTURE_SIZE = 65;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int SECURITY_MODE_OFFSET = STRUCTURE_SIZE_OFFSET + 2;
  private static final int DIALECT_REVISION_OFFSET = STRUCTURE_SIZE_OFFSET + 4;
  private static final int NEGOTIATE_CONTEXT_COUNT_OFFSET = STRUCTURE_SIZE_OFFSET + 6;
  private static final int SERVER_GUID_OFFSET = STRUCTURE_SIZE_OFFSET + 8;
  private static final int CAPABILITIES_OFFSET = STRUCTURE_SIZE_OFFSET + 24;
  private static final int MAX_TRANSACT_SIZE_OFFSET = STRUCTURE_SIZE_OFFSET + 28;
  private static final int MAX_READ_SIZE_OFFSET = STRUCTURE_SIZE_OFFSET + 32;
  private static final int MAX_WRITE_SIZE_OFFSET = STRUCTURE_SIZE_OFFSET + 36;
  private static final int SYSTEM_TIME_OFFSET = STRUCTURE_SIZE_OFFSET + 40;
  private static final int SERVER_START_TIME_OFFSET = STRUCTURE_SIZE_OFFSET + 48;
  private static final int SECURITY_BUFFER_OFFSET_OFFSET = STRUCTURE_SIZE_OFFSET + 56;
  private static final int SECURITY_BUFFER_LENGTH_OFFSET = STRUCTURE_SIZE_OFFSET + 58;
  private static final int NEGOTIATE_CONTEXT_OFFSET_OFFSET = STRUCTURE_SIZE_OFFSET + 60;
  private static final int BUFFER_OFFSET = STRUCTURE_SIZE_OFFSET + 64;

  private NegotiateResponseCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static NegotiateResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("NEGOTIATE Response", STRUCTURE_SIZE_OFFSET, BUFFER_OFFSET - STRUCTURE_SIZE_OFFSET);
    int dialectRevision = in.u16("DialectRevision", DIALECT_REVISION_OFFSET);
    byte[] securityBuffer =
        in.variableBytes(
            "SecurityBuffer",
            in.u16("SecurityBufferOffset", SECURITY_BUFFER_OFFSET_OFFSET),
            in.u16("SecurityBufferLength", SECURITY_BUFFER_LENGTH_OFFSET),
            BUFFER_OFFSET);
    List<NegotiateContext> contexts = List.of();
    if (dialectRevision == Dialect.SMB_3_1_1.revision()) {
      contexts =
          NegotiateContextCodec.decode(
              in,
              in.u32("NegotiateContextOffset", NEGOTIATE_CONTEXT_OFFSET_OFFSET),
              in.u16("NegotiateContextCount", NEGOTIATE_CONTEXT_COUNT_OFFSET),
              BUFFER_OFFSET);
    }
    return new NegotiateResponse(
        new SecurityMode(in.u16("SecurityMode", SECURITY_MODE_OFFSET)),
        dialectRevision,
        in.guid("ServerGuid", SERVER_GUID_OFFSET),
        new Capabilities(in.i32("Capabilities", CAPABILITIES_OFFSET)),
        new MaxSizes(
            in.u32("MaxTransactSize", MAX_TRANSACT_SIZE_OFFSET),
            in.u32("MaxReadSize", MAX_READ_SIZE_OFFSET),
            in.u32("MaxWriteSize", MAX_WRITE_SIZE_OFFSET)),
        in.i64("SystemTime", SYSTEM_TIME_OFFSET),
        in.i64("ServerStartTime", SERVER_START_TIME_OFFSET),
        securityBuffer,
        contexts);
  }

  /** Writes the body behind the header. */
  public static void encode(NegotiateResponse message, MessageWriter out) {
    out.u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u16(SECURITY_MODE_OFFSET, message.securityMode().bits())
        .u16(DIALECT_REVISION_OFFSET, message.dialectRevision())
        .u16(NEGOTIATE_CONTEXT_COUNT_OFFSET, message.contexts().size())
        .guid(SERVER_GUID_OFFSET, message.serverGuid())
        .i32(CAPABILITIES_OFFSET, message.capabilities().bits())
        .u32(MAX_TRANSACT_SIZE_OFFSET, message.maxSizes().transactBytes())
        .u32(MAX_READ_SIZE_OFFSET, message.maxSizes().readBytes())
        .u32(MAX_WRITE_SIZE_OFFSET, message.maxSizes().writeBytes())
        .i64(SYSTEM_TIME_OFFSET, message.systemTime())
        .i64(SERVER_START_TIME_OFFSET, message.serverStartTime())
        .u16(SECURITY_BUFFER_OFFSET_OFFSET, BUFFER_OFFSET)
        .u16(SECURITY_BUFFER_LENGTH_OFFSET, message.securityBuffer().length)
        .bytes(BUFFER_OFFSET, message.securityBuffer())
        // An odd StructureSize counts one byte of the buffer, and some peers insist on it.
        .padTo(BUFFER_OFFSET + 1);
    if (!message.contexts().isEmpty()) {
      out.i32(
          NEGOTIATE_CONTEXT_OFFSET_OFFSET, NegotiateContextCodec.encode(message.contexts(), out));
    }
  }
}
