package org.sealane.smb.io;

import java.util.Optional;
import org.sealane.smb.io.fscc.FileNetworkOpenInformation;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;

/** Codec of {@link CloseResponse}, [MS-SMB2] 2.2.16. */
public final class CloseResponseCodec {
  private static final int STRUCTURE_SIZE = 60;
  private static final int STRUCTURE_SIZE_OFFSET = Smb2Header.LENGTH;
  private static final int FLAGS_OFFSET = Smb2Header.LENGTH + 2;
  private static final int FILE_OFFSET = Smb2Header.LENGTH + 8;

  private CloseResponseCodec() {}

  public static CloseResponse decode(MessageReader in) throws MalformedMessageException {
    in.requireStructureSize(STRUCTURE_SIZE);
    in.require("CLOSE", Smb2Header.LENGTH, STRUCTURE_SIZE);
    boolean attributes = (in.u16("Flags", FLAGS_OFFSET) & CloseRequest.FLAG_POSTQUERY_ATTRIB) != 0;
    return new CloseResponse(
        attributes
            ? Optional.of(FileNetworkOpenInformation.decode(in, FILE_OFFSET))
            : Optional.empty());
  }

  /** Writes the body behind the header. */
  public static void encode(CloseResponse response, MessageWriter out) {
    out.padTo(Smb2Header.LENGTH + STRUCTURE_SIZE)
        .u16(STRUCTURE_SIZE_OFFSET, STRUCTURE_SIZE)
        .u16(FLAGS_OFFSET, response.file().isPresent() ? CloseRequest.FLAG_POSTQUERY_ATTRIB : 0);
    response.file().ifPresent(file -> file.encode(out, FILE_OFFSET));
  }
}
