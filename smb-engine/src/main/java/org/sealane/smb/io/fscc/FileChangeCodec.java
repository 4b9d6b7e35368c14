package org.sealane.smb.io.fscc;

import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/**
 * What a SET_INFO about a file carries, [MS-FSCC] 2.4, as the change that it asks for. {@link
 * FileChange.Sparse} is none of these: it travels as {@link FsctlCode#SET_SPARSE}.
 */
public final class FileChangeCodec {
  private FileChangeCodec() {}

  /** The class that carries the change. */
  public static FileInformationClass classOf(FileChange change) {
    return switch (change) {
      case FileChange.Basic _ -> FileInformationClass.BASIC;
      case FileChange.Rename _ -> FileInformationClass.RENAME;
      case FileChange.Disposition _ -> FileInformationClass.DISPOSITION;
      case FileChange.EndOfFile _ -> FileInformationClass.END_OF_FILE;
      case FileChange.Allocation _ -> FileInformationClass.ALLOCATION;
      case FileChange.Sparse _ -> throw new IllegalArgumentException("Sparse is an FSCTL");
    };
  }

  /**
   * Reads the structure that {@code in} is.
   *
   * @throws ShareException STATUS_INVALID_INFO_CLASS for a class that can not be set,
   *     STATUS_INVALID_PARAMETER for a negative size, STATUS_OBJECT_NAME_INVALID for a rename to a
   *     name that is not allowed
   */
  public static FileChange decode(FileInformationClass asked, MessageReader in)
      throws MalformedMessageException, ShareException {
    return switch (asked) {
      case BASIC -> FileBasicInformation.decode(in, 0).toChange();
      case RENAME -> {
        FileRenameInformation rename = FileRenameInformation.decode(in, 0);
        yield new FileChange.Rename(SharePath.ofWire(rename.fileName()), rename.replaceIfExists());
      }
      case DISPOSITION -> new FileChange.Disposition(in.u8("DeletePending", 0) != 0);
      case END_OF_FILE -> new FileChange.EndOfFile(size(in, "EndOfFile"));
      case ALLOCATION -> new FileChange.Allocation(size(in, "AllocationSize"));
      case STANDARD,
          INTERNAL,
          EA,
          ACCESS,
          POSITION,
          MODE,
          ALIGNMENT,
          ALL,
          NETWORK_OPEN,
          ATTRIBUTE_TAG,
          NORMALIZED_NAME ->
          throw new ShareException(NtStatus.INVALID_INFO_CLASS, asked + " can not be set");
    };
  }

  /** Writes the structure at the start of {@code out}. */
  public static void encode(FileChange change, MessageWriter out) {
    switch (change) {
      case FileChange.Basic basic -> FileBasicInformation.of(basic).encode(out, 0);
      case FileChange.Rename rename ->
          new FileRenameInformation(rename.replaceIfExists(), rename.to().wire()).encode(out, 0);
      case FileChange.Disposition disposition -> out.u8(0, disposition.deletePending() ? 1 : 0);
      case FileChange.EndOfFile endOfFile -> out.i64(0, endOfFile.bytes());
      case FileChange.Allocation allocation -> out.i64(0, allocation.bytes());
      case FileChange.Sparse _ -> throw new IllegalArgumentException("Sparse is an FSCTL");
    }
  }

  private static long size(MessageReader in, String field)
      throws MalformedMessageException, ShareException {
    long bytes = in.i64(field, 0);
    if (bytes < 0) {
      throw new ShareException(NtStatus.INVALID_PARAMETER, field + " " + bytes);
    }
    return bytes;
  }
}
