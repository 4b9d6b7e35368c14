package org.sealane.smb.io.fscc;

import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * FileFsFullSizeInformation, [MS-FSCC] 2.5.4.
 *
 * @param totalAllocationUnits size of the file system
 * @param callerAvailableAllocationUnits what the caller may still write
 * @param actualAvailableAllocationUnits what is free
 * @param sectorsPerAllocationUnit sectors in a unit
 * @param bytesPerSector bytes in a sector
 */
public record FileFsFullSizeInformation(
    long totalAllocationUnits,
    long callerAvailableAllocationUnits,
    long actualAvailableAllocationUnits,
    long sectorsPerAllocationUnit,
    long bytesPerSector) {

  public static final int LENGTH = 32;

  private static final int TOTAL_ALLOCATION_UNITS_OFFSET = 0;
  private static final int CALLER_AVAILABLE_ALLOCATION_UNITS_OFFSET = 8;
  private static final int ACTUAL_AVAILABLE_ALLOCATION_UNITS_OFFSET = 16;
  private static final int SECTORS_PER_ALLOCATION_UNIT_OFFSET = 24;
  private static final int BYTES_PER_SECTOR_OFFSET = 28;

  public static FileFsFullSizeInformation decode(MessageReader in, int offset)
      throws MalformedMessageException {
    in.require("FileFsFullSizeInformation", offset, LENGTH);
    return new FileFsFullSizeInformation(
        in.i64("TotalAllocationUnits", offset + TOTAL_ALLOCATION_UNITS_OFFSET),
        in.i64("CallerAvailableAllocationUnits", offset + CALLER_AVAILABLE_ALLOCATION_UNITS_OFFSET),
        in.i64("ActualAvailableAllocationUnits", offset + ACTUAL_AVAILABLE_ALLOCATION_UNITS_OFFSET),
        in.u32("SectorsPerAllocationUnit", offset + SECTORS_PER_ALLOCATION_UNIT_OFFSET),
        in.u32("BytesPerSector", offset + BYTES_PER_SECTOR_OFFSET));
  }

  public void encode(MessageWriter out, int offset) {
    out.i64(offset + TOTAL_ALLOCATION_UNITS_OFFSET, totalAllocationUnits)
        .i64(offset + CALLER_AVAILABLE_ALLOCATION_UNITS_OFFSET, callerAvailableAllocationUnits)
        .i64(offset + ACTUAL_AVAILABLE_ALLOCATION_UNITS_OFFSET, actualAvailableAllocationUnits)
        .i32(offset + SECTORS_PER_ALLOCATION_UNIT_OFFSET, (int) sectorsPerAllocationUnit)
        .i32(offset + BYTES_PER_SECTOR_OFFSET, (int) bytesPerSector);
  }
}
