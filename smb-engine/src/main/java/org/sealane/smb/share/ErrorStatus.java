package org.sealane.smb.share;

import static java.util.Map.entry;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.sealane.smb.wire.NtStatus;

/** The one table from what the system says of a failure to what the client is told. */
public final class ErrorStatus {
  private static final Map<Integer, NtStatus> BY_ERRNO =
      Map.ofEntries(
          entry(Errno.EPERM, NtStatus.ACCESS_DENIED),
          entry(Errno.ENOENT, NtStatus.OBJECT_NAME_NOT_FOUND),
          entry(Errno.EIO, NtStatus.IO_DEVICE_ERROR),
          entry(Errno.ENXIO, NtStatus.IO_DEVICE_ERROR),
          entry(Errno.ENOMEM, NtStatus.INSUFFICIENT_RESOURCES),
          entry(Errno.EACCES, NtStatus.ACCESS_DENIED),
          entry(Errno.EBUSY, NtStatus.SHARING_VIOLATION),
          entry(Errno.EEXIST, NtStatus.OBJECT_NAME_COLLISION),
          entry(Errno.EXDEV, NtStatus.NOT_SAME_DEVICE),
          entry(Errno.ENODEV, NtStatus.IO_DEVICE_ERROR),
          entry(Errno.ENOTDIR, NtStatus.NOT_A_DIRECTORY),
          entry(Errno.EISDIR, NtStatus.FILE_IS_A_DIRECTORY),
          entry(Errno.EINVAL, NtStatus.INVALID_PARAMETER),
          entry(Errno.ENFILE, NtStatus.TOO_MANY_OPENED_FILES),
          entry(Errno.EMFILE, NtStatus.TOO_MANY_OPENED_FILES),
          entry(Errno.EFBIG, NtStatus.DISK_FULL),
          entry(Errno.ENOSPC, NtStatus.DISK_FULL),
          entry(Errno.EROFS, NtStatus.MEDIA_WRITE_PROTECTED),
          entry(Errno.EMLINK, NtStatus.INSUFFICIENT_RESOURCES),
          entry(Errno.ENAMETOOLONG, NtStatus.OBJECT_NAME_INVALID),
          entry(Errno.ENOSYS, NtStatus.NOT_SUPPORTED),
          entry(Errno.ENOTEMPTY, NtStatus.DIRECTORY_NOT_EMPTY),
          entry(Errno.ELOOP, NtStatus.ACCESS_DENIED),
          entry(Errno.EILSEQ, NtStatus.OBJECT_NAME_INVALID),
          entry(Errno.EOPNOTSUPP, NtStatus.NOT_SUPPORTED),
          entry(Errno.ESTALE, NtStatus.FILE_CLOSED),
          entry(Errno.EDQUOT, NtStatus.DISK_FULL));

  /** The JDK's exceptions carry only the C library's words, which follow the locale. */
  private static final Map<String, NtStatus> BY_MESSAGE =
      BY_ERRNO.entrySet().stream()
          .collect(
              Collectors.toUnmodifiableMap(
                  row -> PosixFile.message(row.getKey()), Map.Entry::getValue, (a, _) -> a));

  private ErrorStatus() {}

  /** The failure as the client is told it. */
  static ShareException of(String what, IOException failure) {
    return new ShareException(statusOf(failure), what, failure);
  }

  /** What the client is told of the failure; IO_DEVICE_ERROR for what has no status of its own. */
  public static NtStatus statusOf(IOException failure) {
    return switch (failure) {
      case PosixException e -> BY_ERRNO.getOrDefault(e.errno(), NtStatus.IO_DEVICE_ERROR);
      case NoSuchFileException _ -> NtStatus.OBJECT_NAME_NOT_FOUND;
      case FileAlreadyExistsException _ -> NtStatus.OBJECT_NAME_COLLISION;
      case AccessDeniedException _ -> NtStatus.ACCESS_DENIED;
      case DirectoryNotEmptyException _ -> NtStatus.DIRECTORY_NOT_EMPTY;
      case NotDirectoryException _ -> NtStatus.NOT_A_DIRECTORY;
      case ClosedChannelException _ -> NtStatus.FILE_CLOSED;
      case FileSystemException e -> ofMessage(e.getReason());
      default -> ofMessage(failure.getMessage());
    };
  }

  private static NtStatus ofMessage(String message) {
    return Optional.ofNullable(message).map(BY_MESSAGE::get).orElse(NtStatus.IO_DEVICE_ERROR);
  }
}
