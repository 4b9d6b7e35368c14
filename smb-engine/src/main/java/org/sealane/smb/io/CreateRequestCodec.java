package org.sealane.smb.io;

import java.util.List;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link CreateRequest}, [MS-SMB2] 2.2.13. */
public final class CreateRequestCodec {
  private static final int STRUCTURE_SIZE = 57;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int REQUESTED_OPLOCK_LEVEL_OFFSET = Smb2Header.LENGTH + 3;
  private static final int IMPERSONATION_LEVEL_OFFSET = Smb2Header.LENGTH + 4;
  private static final int DESIRED_ACCESS_OFFSET = Smb2Header.LENGTH + 24;
  private static final int FILE_ATTRIBUTES_OFFSET = Smb2Header.LENGTH + 28;
  private static final int SHARE_ACCESS_OFFSET = Smb2Header.LENGTH + 32;
  private static final int CREATE_DISPOSITION_OFFSET = Smb2Header.LENGTH + 36;
  private static final int CREATE_OPTIONS_OFFSET = Smb2Header.LENGTH + 40;
  private static final int NAME_OFFSET_OFFSET = Smb2Header.LENGTH + 44;
  private static final int NAME_LENGTH_OFFSET = Smb2Header.LENGTH + 46;
  private static final int CREATE_CONTEXTS_OFFSET_OFFSET = Smb2Header.LENGTH + 48;
  private static final int CREATE_CONTEXTS_LENGTH_OFFSET = Smb2Header.LENGTH + 52;
  private static final int BUFFER_OFFSET = Smb2Header.LENGTH + 56;
  private static final int ALIGNMENT = 8;

  private CreateRequestCodec() {}

  public static CreateRequest decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("CREATE", 0, BUFFER_OFFSET);
    return new CreateRequest(
        in.u8("RequestedOplockLevel", REQUESTED_OPLOCK_LEVEL_OFFSET),
        in.i32("ImpersonationLevel", IMPERSONATION_LEVEL_OFFSET),
        in.i32("DesiredAccess", DESIRED_ACCESS_OFFSET),
        in.i32("FileAttributes", FILE_ATTRIBUTES_OFFSET),
        in.i32("ShareAccess", SHARE_ACCESS_OFFSET),
        disposition(in),
        in.i32("CreateOptions", CREATE_OPTIONS_OFFSET),
        name(in),
        contexts(in));
  }

  private static CreateDisposition disposition(MessageReader in) throws MalformedMessageException {
    long code = in.u32("CreateDisposition", CREATE_DISPOSITION_OFFSET);
    return CreateDisposition.ofCode(code)
        .orElseThrow(() ->
            new MalformedMessageException(
                "CreateDisposition", CREATE_DISPOSITION_OFFSET, "0 to 5", code));
  }

  private static String name(MessageReader in) throws MalformedMessageException {
    int length = in.u16("NameLength", NAME_LENGTH_OFFSET);
    if (length == 0) {
      return "";
    }
    int offset = in.u16("NameOffset", NAME_OFFSET_OFFSET);
    Payloads.requireBehind("NameOffset", offset, BUFFER_OFFSET);
    return in.utf16("Name", offset, length);
  }

  private static List<CreateContext> contexts(MessageReader in) throws MalformedMessageException {
    long length = in.u32("CreateContextsLength", CREATE_CONTEXTS_LENGTH_OFFSET);
    if (length == 0) {
      return List.of();
    }
    long offset = in.u32("CreateContextsOffset", CREATE_CONTEXTS_OFFSET_OFFSET);
    Payloads.requireBehind("CreateContextsOffset", offset, BUFFER_OFFSET);
    return CreateContextCodec.decode(in, offset, length, CreateContextCodec.Direction.REQUEST);
  }

  /** Writes the body behind the header. */
  public static void encode(CreateRequest request, MessageWriter out) {
    out.padTo(BUFFER_OFFSET)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u8(REQUESTED_OPLOCK_LEVEL_OFFSET, request.requestedOplockLevel())
        .i32(IMPERSONATION_LEVEL_OFFSET, request.impersonationLevel())
        .i32(DESIRED_ACCESS_OFFSET, request.desiredAccess())
        .i32(FILE_ATTRIBUTES_OFFSET, request.fileAttributes())
        .i32(SHARE_ACCESS_OFFSET, request.shareAccess())
        .i32(CREATE_DISPOSITION_OFFSET, request.disposition().ordinal())
        .i32(CREATE_OPTIONS_OFFSET, request.createOptions())
        .u16(NAME_OFFSET_OFFSET, BUFFER_OFFSET);
    out.u16(NAME_LENGTH_OFFSET, out.utf16(BUFFER_OFFSET, request.name()));
    // "The Buffer field MUST be at least one byte in length."
    out.padTo(BUFFER_OFFSET + 1);
    if (!request.contexts().isEmpty()) {
      int offset = out.alignTo(ALIGNMENT);
      int length = CreateContextCodec.encode(request.contexts(), out, offset);
      out.i32(CREATE_CONTEXTS_OFFSET_OFFSET, offset).i32(CREATE_CONTEXTS_LENGTH_OFFSET, length);
    }
  }
}
