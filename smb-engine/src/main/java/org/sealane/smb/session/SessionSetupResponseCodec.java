package org.sealane.smb.session;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link SessionSetupResponse}, [MS-SMB2] 2.2.6. */
public final class SessionSetupResponseCodec {
  private static final int STRUCTURE_SIZE = 9;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int SESSION_FLAGS_OFFSET = STRUCTURE_SIZE_OFFSET + 2;
  private static final int SECURITY_BUFFER_OFFSET_OFFSET = STRUCTURE_SIZE_OFFSET + 4;
  private static final int SECURITY_BUFFER_LENGTH_OFFSET = STRUCTURE_SIZE_OFFSET + 6;
  private static final int BUFFER_OFFSET = STRUCTURE_SIZE_OFFSET + 8;

  private SessionSetupResponseCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static SessionSetupResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    return new SessionSetupResponse(
        in.u16("SessionFlags", SESSION_FLAGS_OFFSET),
        in.variableBytes(
            "SecurityBuffer",
            in.u16("SecurityBufferOffset", SECURITY_BUFFER_OFFSET_OFFSET),
            in.u16("SecurityBufferLength", SECURITY_BUFFER_LENGTH_OFFSET),
            BUFFER_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(SessionSetupResponse message, MessageWriter out) {
    out.u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u16(SESSION_FLAGS_OFFSET, message.sessionFlags())
        .u16(SECURITY_BUFFER_OFFSET_OFFSET, BUFFER_OFFSET)
        .u16(SECURITY_BUFFER_LENGTH_OFFSET, message.securityBuffer().length)
        .bytes(BUFFER_OFFSET, message.securityBuffer())
        // An odd StructureSize counts one byte of the buffer, and some peers insist on it.
        .padTo(BUFFER_OFFSET + 1);
  }
}
