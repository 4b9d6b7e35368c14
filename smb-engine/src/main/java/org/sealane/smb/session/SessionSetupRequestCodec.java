package org.sealane.smb.session;

import org.sealane.smb.negotiate.Capabilities;
import org.sealane.smb.negotiate.SecurityMode;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link SessionSetupRequest}, [MS-SMB2] 2.2.5. */
public final class SessionSetupRequestCodec {
  private static final int STRUCTURE_SIZE = 25;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int FLAGS_OFFSET = STRUCTURE_SIZE_OFFSET + 2;
  private static final int SECURITY_MODE_OFFSET = STRUCTURE_SIZE_OFFSET + 3;
  private static final int CAPABILITIES_OFFSET = STRUCTURE_SIZE_OFFSET + 4;
  private static final int SECURITY_BUFFER_OFFSET_OFFSET = STRUCTURE_SIZE_OFFSET + 12;
  private static final int SECURITY_BUFFER_LENGTH_OFFSET = STRUCTURE_SIZE_OFFSET + 14;
  private static final int PREVIOUS_SESSION_ID_OFFSET = STRUCTURE_SIZE_OFFSET + 16;
  private static final int BUFFER_OFFSET = STRUCTURE_SIZE_OFFSET + 24;

  private SessionSetupRequestCodec() {}

  /** Reads the body of the message that {@code in} covers from its header on. */
  public static SessionSetupRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    return new SessionSetupRequest(
        in.u8("Flags", FLAGS_OFFSET),
        new SecurityMode(in.u8("SecurityMode", SECURITY_MODE_OFFSET)),
        new Capabilities(in.i32("Capabilities", CAPABILITIES_OFFSET)),
        in.i64("PreviousSessionId", PREVIOUS_SESSION_ID_OFFSET),
        in.variableBytes(
            "SecurityBuffer",
            in.u16("SecurityBufferOffset", SECURITY_BUFFER_OFFSET_OFFSET),
            in.u16("SecurityBufferLength", SECURITY_BUFFER_LENGTH_OFFSET),
            BUFFER_OFFSET));
  }

  /** Writes the body behind the header. */
  public static void encode(SessionSetupRequest message, MessageWriter out) {
    out.u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u8(FLAGS_OFFSET, message.flags())
        .u8(SECURITY_MODE_OFFSET, message.securityMode().bits())
        .i32(CAPABILITIES_OFFSET, message.capabilities().bits())
        .u16(SECURITY_BUFFER_OFFSET_OFFSET, BUFFER_OFFSET)
        .u16(SECURITY_BUFFER_LENGTH_OFFSET, message.securityBuffer().length)
        .i64(PREVIOUS_SESSION_ID_OFFSET, message.previousSessionId())
        .bytes(BUFFER_OFFSET, message.securityBuffer())
        // An odd StructureSize counts one byte of the buffer, and some peers insist on it.
        .padTo(BUFFER_OFFSET + 1);
  }
}
