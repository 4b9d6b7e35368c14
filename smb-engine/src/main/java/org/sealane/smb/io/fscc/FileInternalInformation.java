package org.sealane.smb.io.fscc;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * FileInternalInformation, [MS-FSCC] 2.4.27.
 *
 * @param indexNumber 64 bits that identify the file on its volume
 */
public record FileInternalInformation(long indexNumber) {
  public static final int LENGTH = 8;

  public static FileInternalInformation decode(MessageReader in, int offset)
      throws MalformedMessageException {
    return new FileInternalInformation(in.i64("IndexNumber", offset));
  }

  public void encode(MessageWriter out, int offset) {
    out.i64(offset, indexNumber);
  }
}
