package org.sealane.smb.io.fscc;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * FileFsDeviceInformation, [MS-FSCC] 2.5.10.
 *
 * @param deviceType {@link #FILE_DEVICE_DISK}
 * @param characteristics {@link #FILE_DEVICE_IS_MOUNTED} and others
 */
public record FileFsDeviceInformation(int deviceType, int characteristics) {
  public static final int FILE_DEVICE_DISK = 0x0000_0007;
  public static final int FILE_DEVICE_IS_MOUNTED = 0x0000_0020;
  public static final int LENGTH = 8;

  private static final int CHARACTERISTICS_OFFSET = 4;

  public static FileFsDeviceInformation decode(MessageReader in, int offset)
      throws MalformedMessageException {
    return new FileFsDeviceInformation(
        in.i32("DeviceType", offset), in.i32("Characteristics", offset + CHARACTERISTICS_OFFSET));
  }

  public void encode(MessageWriter out, int offset) {
    out.i32(offset, deviceType).i32(offset + CHARACTERISTICS_OFFSET, characteristics);
  }
}
