package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of {@link ResumeKeyResponse}, [MS-SMB2] 2.2.32.3; it is a whole IOCTL output. */
public final class ResumeKeyResponseCodec {
  private ResumeKeyResponseCodec() {}

  public static ResumeKeyResponse decode(MessageReader in) throws MalformedMessageException {
    in.require("SRV_REQUEST_RESUME_KEY", 0, ResumeKeyResponse.LENGTH);
    return new ResumeKeyResponse(FileId.decode(in, 0));
  }

  public static void encode(ResumeKeyResponse response, MessageWriter out) {
    out.padTo(ResumeKeyResponse.LENGTH);
    response.source().encode(out, 0);
  }
}
