package org.sealane.smb.io.fscc;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.sealane.smb.share.FileAttributes;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * FileBasicInformation, [MS-FSCC] 2.4.7. Times are FILETIME values, since a change may carry those
 * that are no times, as {@link Filetime#SUSPEND_UPDATES}.
 *
 * @param fileAttributes bits of {@link FileAttributes}; 0 in a change leaves them as they are
 */
public record FileBasicInformation(
    long creationTime,
    long lastAccessTime,
    long lastWriteTime,
    long changeTime,
    int fileAttributes) {

  public static final int LENGTH = 40;

  private static final int CREATION_TIME_OFFSET = 0;
  private static final int LAST_ACCESS_TIME_OFFSET = 8;
  private static final int LAST_WRITE_TIME_OFFSET = 16;
  private static final int CHANGE_TIME_OFFSET = 24;
  private static final int FILE_ATTRIBUTES_OFFSET = 32;

  public static FileBasicInformation of(FileInformation file) {
    return new FileBasicInformation(
        Filetime.of(file.creationTime()),
        Filetime.of(file.lastAccessTime()),
        Filetime.of(file.lastWriteTime()),
        Filetime.of(file.changeTime()),
        FileNetworkOpenInformation.wireAttributes(file.attributes()));
  }

  /** What asks for {@code change} and nothing else. */
  public static FileBasicInformation of(FileChange.Basic change) {
    return new FileBasicInformation(
        filetime(change.creationTime()),
        filetime(change.lastAccessTime()),
        filetime(change.lastWriteTime()),
        filetime(change.changeTime()),
        change.attributes().isEmpty()
            ? 0
            : FileNetworkOpenInformation.wireAttributes(change.attributes().getAsInt()));
  }

  /** What a SET_INFO with this asks for; NORMAL alone means no attribute at all. */
  public FileChange.Basic toChange() {
    return new FileChange.Basic(
        instant(creationTime),
        instant(lastAccessTime),
        instant(lastWriteTime),
        instant(changeTime),
        fileAttributes == 0
            ? OptionalInt.empty()
            : OptionalInt.of(fileAttributes & ~FileAttributes.NORMAL));
  }

  public static FileBasicInformation decode(MessageReader in, int offset)
      throws MalformedMessageException {
    in.require("FileBasicInformation", offset, LENGTH);
    return new FileBasicInformation(
        time(in, "CreationTime", offset + CREATION_TIME_OFFSET),
        time(in, "LastAccessTime", offset + LAST_ACCESS_TIME_OFFSET),
        time(in, "LastWriteTime", offset + LAST_WRITE_TIME_OFFSET),
        time(in, "ChangeTime", offset + CHANGE_TIME_OFFSET),
        in.i32("FileAttributes", offset + FILE_ATTRIBUTES_OFFSET));
  }

  public void encode(MessageWriter out, int offset) {
    out.i64(offset + CREATION_TIME_OFFSET, creationTime)
        .i64(offset + LAST_ACCESS_TIME_OFFSET, lastAccessTime)
        .i64(offset + LAST_WRITE_TIME_OFFSET, lastWriteTime)
        .i64(offset + CHANGE_TIME_OFFSET, changeTime)
        .i32(offset + FILE_ATTRIBUTES_OFFSET, fileAttributes)
        .padTo(offset + LENGTH);
  }

  private static long time(MessageReader in, String field, int offset)
      throws MalformedMessageException {
    long filetime = in.i64(field, offset);
    if (filetime < Filetime.RESUME_UPDATES) {
      throw new MalformedMessageException(field, offset, "a time from -2", filetime);
    }
    return filetime;
  }

  private static long filetime(Optional<Instant> time) {
    return time.map(Filetime::of).orElse(Filetime.UNCHANGED);
  }

  private static Optional<Instant> instant(long filetime) {
    return filetime > Filetime.UNCHANGED
        ? Optional.of(Filetime.toInstant(filetime))
        : Optional.empty();
  }
}
