package org.sealane.smb.io;

import java.util.List;
import org.sealane.smb.io.fscc.FileNetworkOpenInformation;
import org.sealane.smb.share.CreateAction;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link CreateResponse}, [MS-SMB2] 2.2.14. */
public final class CreateResponseCodec {
  private static final int STRUCTURE_SIZE = 89;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int OPLOCK_LEVEL_OFFSET = Smb2Header.LENGTH + 2;
  private static final int FLAGS_OFFSET = Smb2Header.LENGTH + 3;
  private static final int CREATE_ACTION_OFFSET = Smb2Header.LENGTH + 4;
  private static final int FILE_OFFSET = Smb2Header.LENGTH + 8;
  private static final int FILE_ID_OFFSET = Smb2Header.LENGTH + 64;
  private static final int CREATE_CONTEXTS_OFFSET_OFFSET = Smb2Header.LENGTH + 80;
  private static final int CREATE_CONTEXTS_LENGTH_OFFSET = Smb2Header.LENGTH + 84;
  private static final int BUFFER_OFFSET = Smb2Header.LENGTH + 88;

  private static final CreateAction[] ACTIONS = CreateAction.values();

  private CreateResponseCodec() {}

  public static CreateResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("CREATE", 0, BUFFER_OFFSET);
    return new CreateResponse(
        in.u8("OplockLevel", OPLOCK_LEVEL_OFFSET),
        in.u8("Flags", FLAGS_OFFSET),
        action(in),
        FileNetworkOpenInformation.decode(in, FILE_OFFSET),
        FileId.decode(in, FILE_ID_OFFSET),
        contexts(in));
  }

  private static CreateAction action(MessageReader in) throws MalformedMessageException {
    long code = in.u32("CreateAction", CREATE_ACTION_OFFSET);
    if (code >= ACTIONS.length) {
      throw new MalformedMessageException("CreateAction", CREATE_ACTION_OFFSET, "0 to 3", code);
    }
    return ACTIONS[(int) code];
  }

  private static List<CreateContext> contexts(MessageReader in) throws MalformedMessageException {
    long length = in.u32("CreateContextsLength", CREATE_CONTEXTS_LENGTH_OFFSET);
    if (length == 0) {
      return List.of();
    }
    long offset = in.u32("CreateContextsOffset", CREATE_CONTEXTS_OFFSET_OFFSET);
    Payloads.requireBehind("CreateContextsOffset", offset, BUFFER_OFFSET);
    return CreateContextCodec.decode(in, offset, length, CreateContextCodec.Direction.RESPONSE);
  }

  /** Writes the body behind the header. */
  public static void encode(CreateResponse response, MessageWriter out) {
    out.padTo(BUFFER_OFFSET)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u8(OPLOCK_LEVEL_OFFSET, response.oplockLevel())
        .u8(FLAGS_OFFSET, response.flags())
        .i32(CREATE_ACTION_OFFSET, response.action().ordinal());
    response.file().encode(out, FILE_OFFSET);
    response.fileId().encode(out, FILE_ID_OFFSET);
    if (!response.contexts().isEmpty()) {
      int length = CreateContextCodec.encode(response.contexts(), out, BUFFER_OFFSET);
      out.i32(CREATE_CONTEXTS_OFFSET_OFFSET, BUFFER_OFFSET)
          .i32(CREATE_CONTEXTS_LENGTH_OFFSET, length);
    }
  }
}
