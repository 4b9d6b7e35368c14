package org.sealane.smb.io.fscc;

import java.lang.foreign.MemorySegment;
import org.sealane.smb.share.ShareBackend.VolumeInformation;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.MessageWriter;

/** Builds what a QUERY_INFO about a file system is answered with, [MS-FSCC] 2.5. */
public final class FileSystemInformationEncoder {
  /** The name that clients look for before they use what NTFS has, such as sparse files. */
  private static final String FILE_SYSTEM_NAME = "NTFS";

  private static final int ATTRIBUTES =
      FileFsAttributeInformation.FILE_CASE_SENSITIVE_SEARCH
          | FileFsAttributeInformation.FILE_CASE_PRESERVED_NAMES
          | FileFsAttributeInformation.FILE_UNICODE_ON_DISK
          | FileFsAttributeInformation.FILE_SUPPORTS_SPARSE_FILES;

  private static final int SECTOR_BYTES = 512;

  private FileSystemInformationEncoder() {}

  /** The whole structure. The volume's creation time is not known and 0. */
  public static MemorySegment encode(FileSystemInformationClass asked, VolumeInformation volume) {
    MessageWriter out = new MessageWriter();
    boolean sectored = volume.blockBytes() % SECTOR_BYTES == 0;
    int sectorBytes = sectored ? SECTOR_BYTES : volume.blockBytes();
    int sectorsPerUnit = volume.blockBytes() / sectorBytes;
    long total = volume.totalBytes() / volume.blockBytes();
    long available = volume.availableBytes() / volume.blockBytes();
    switch (asked) {
      case VOLUME ->
          new FileFsVolumeInformation(
                  Filetime.toInstant(0), volume.serialNumber(), false, volume.label())
              .encode(out, 0);
      case SIZE ->
          new FileFsSizeInformation(total, available, sectorsPerUnit, sectorBytes).encode(out, 0);
      case FULL_SIZE ->
          new FileFsFullSizeInformation(total, available, available, sectorsPerUnit, sectorBytes)
              .encode(out, 0);
      case DEVICE ->
          new FileFsDeviceInformation(
                  FileFsDeviceInformation.FILE_DEVICE_DISK,
                  FileFsDeviceInformation.FILE_DEVICE_IS_MOUNTED)
              .encode(out, 0);
      case ATTRIBUTE ->
          new FileFsAttributeInformation(
                  ATTRIBUTES, SharePath.COMPONENT_CHARS_MAX, FILE_SYSTEM_NAME)
              .encode(out, 0);
    }
    return out.written();
  }
}
