package org.sealane.smb.io.fscc;

import java.time.Instant;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * FileFsVolumeInformation, [MS-FSCC] 2.5.9.
 *
 * @param serialNumber 32 bits that tell volumes apart
 * @param supportsObjects whether files have object ids
 */
public record FileFsVolumeInformation(
    Instant volumeCreationTime, int serialNumber, boolean supportsObjects, String label) {

  private static final int VOLUME_CREATION_TIME_OFFSET = 0;
  private static final int VOLUME_SERIAL_NUMBER_OFFSET = 8;
  private static final int VOLUME_LABEL_LENGTH_OFFSET = 12;
  private static final int SUPPORTS_OBJECTS_OFFSET = 16;
  private static final int VOLUME_LABEL_OFFSET = 18;

  /** Bytes before the label. */
  public static final int FIXED_LENGTH = VOLUME_LABEL_OFFSET;

  public static FileFsVolumeInformation decode(MessageReader in, int offset)
      throws MalformedMessageException {
    in.require("FileFsVolumeInformation", offset, FIXED_LENGTH);
    long labelLength = in.u32("VolumeLabelLength", offset + VOLUME_LABEL_LENGTH_OFFSET);
    return new FileFsVolumeInformation(
        Filetime.toInstant(in.i64("VolumeCreationTime", offset + VOLUME_CREATION_TIME_OFFSET)),
        in.i32("VolumeSerialNumber", offset + VOLUME_SERIAL_NUMBER_OFFSET),
        in.u8("SupportsObjects", offset + SUPPORTS_OBJECTS_OFFSET) != 0,
        in.utf16("VolumeLabel", offset + VOLUME_LABEL_OFFSET, labelLength));
  }

  public void encode(MessageWriter out, int offset) {
    out.padTo(offset + FIXED_LENGTH)
        .i64(offset + VOLUME_CREATION_TIME_OFFSET, Filetime.of(volumeCreationTime))
        .i32(offset + VOLUME_SERIAL_NUMBER_OFFSET, serialNumber)
        .u8(offset + SUPPORTS_OBJECTS_OFFSET, supportsObjects ? 1 : 0);
    out.i32(offset + VOLUME_LABEL_LENGTH_OFFSET, out.utf16(offset + VOLUME_LABEL_OFFSET, label));
  }
}
