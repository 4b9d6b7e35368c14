package org.sealane.smb.io;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * SMB2_FILEID, [MS-SMB2] 2.2.14.1: names an open.
 *
 * @param persistentId stays the same when a durable open is reconnected
 * @param volatileId changes with each reconnection
 */
public record FileId(long persistentId, long volatileId) {
  /** Bytes on the wire. */
  public static final int LENGTH = 16;

  /**
   * All ones: no file in an IOCTL that needs none; the open of the message before in a related
   * compound.
   */
  public static final FileId NONE = new FileId(-1, -1);

  private static final int VOLATILE_OFFSET = 8;

  static FileId decode(MessageReader in, int offset) throws MalformedMessageException {
    return new FileId(
        in.i64("FileId.Persistent", offset), in.i64("FileId.Volatile", offset + VOLATILE_OFFSET));
  }

  void encode(MessageWriter out, int offset) {
    out.i64(offset, persistentId).i64(offset + VOLATILE_OFFSET, volatileId);
  }

  @Override
  public String toString() {
    return String.format("%016x:%016x", persistentId, volatileId);
  }
}
