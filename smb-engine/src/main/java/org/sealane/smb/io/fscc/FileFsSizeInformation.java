package org.sealane.smb.io.fscc;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * FileFsSizeInformation, [MS-FSCC] 2.5.8.
 *
 * @param totalAllocationUnits size of the file system
 * @param availableAllocationUnits what may still be written
 * @param sectorsPerAllocationUnit sectors in a unit
 * @param bytesPerSector bytes in a sector
 */
public record FileFsSizeInformation(
    long totalAllocationUnits,
    long availableAllocationUnits,
    long sectorsPerAllocationUnit,
    long bytesPerSector) {

  public static final int LENGTH = 24;

  private static final int TOTAL_ALLOCATION_UNITS_OFFSET = 0;
  private static final int AVAILABLE_ALLOCATION_UNITS_OFFSET = 8;
  private static final int SECTORS_PER_ALLOCATION_UNIT_OFFSET = 16;
  private static final int BYTES_PER_SECTOR_OFFSET = 20;

  public static FileFsSizeInformation decode(MessageReader in, int offset)
      throws MalformedMessageException {
    in.require("FileFsSizeInformation", offset, LENGTH);
    return new FileFsSizeInformation(
        in.i64("TotalAllocationUnits", offset + TOTAL_ALLOCATION_UNITS_OFFSET),
        in.i64("AvailableAllocationUnits", offset + AVAILABLE_ALLOCATION_UNITS_OFFSET),
        in.u32("SectorsPerAllocationUnit", offset + SECTORS_PER_ALLOCATION_UNIT_OFFSET),
        in.u32("BytesPerSector", offset + BYTES_PER_SECTOR_OFFSET));
  }

  public void encode(MessageWriter out, int offset) {
    out.i64(offset + TOTAL_ALLOCATION_UNITS_OFFSET, totalAllocationUnits)
        .i64(offset + AVAILABLE_ALLOCATION_UNITS_OFFSET, availableAllocationUnits)
        .i32(offset + SECTORS_PER_ALLOCATION_UNIT_OFFSET, (int) sectorsPerAllocationUnit)
        .i32(offset + BYTES_PER_SECTOR_OFFSET, (int) bytesPerSector);
  }
}
