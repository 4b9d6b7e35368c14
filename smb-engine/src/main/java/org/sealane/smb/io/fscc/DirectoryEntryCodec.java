package org.sealane.smb.io.fscc;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Codec of the entries in a QUERY_DIRECTORY response, [MS-FSCC] 2.4. */
public final class DirectoryEntryCodec {
  private static final int NEXT_ENTRY_OFFSET_OFFSET = 0;
  private static final int CREATION_TIME_OFFSET = 8;
  private static final int LAST_ACCESS_TIME_OFFSET = 16;
  private static final int LAST_WRITE_TIME_OFFSET = 24;
  private static final int CHANGE_TIME_OFFSET = 32;
  private static final int END_OF_FILE_OFFSET = 40;
  private static final int ALLOCATION_SIZE_OFFSET = 48;
  private static final int FILE_ATTRIBUTES_OFFSET = 56;
  private static final int ALIGNMENT = 8;

  private DirectoryEntryCodec() {}

  /**
   * Writes entries from the start of {@code out} until the next one would pass {@code maxBytes},
   * and returns how many it wrote. The rest is the caller's to keep for the next request; if not
   * even the first fits, the client's buffer is too small.
   */
  public static int encode(
      DirectoryInformationClass layout,
      List<FileInformation> entries,
      long maxBytes,
      MessageWriter out) {
    int previous = 0;
    int written = 0;
    for (FileInformation entry : entries) {
      byte[] name = entry.name().getBytes(StandardCharsets.UTF_16LE);
      int start = out.length() + Math.floorMod(-out.length(), ALIGNMENT);
      if ((long) start + layout.nameOffset() + name.length > maxBytes) {
        break;
      }
      if (written > 0) {
        out.i32(previous + NEXT_ENTRY_OFFSET_OFFSET, start - previous);
      }
      encode(layout, entry, name, out, start);
      previous = start;
      written++;
    }
    return written;
  }

  private static void encode(
      DirectoryInformationClass layout,
      FileInformation entry,
      byte[] name,
      MessageWriter out,
      int start) {
    out.padTo(start + layout.nameOffset());
    if (layout.hasAttributes()) {
      out.i64(start + CREATION_TIME_OFFSET, Filetime.of(entry.creationTime()))
          .i64(start + LAST_ACCESS_TIME_OFFSET, Filetime.of(entry.lastAccessTime()))
          .i64(start + LAST_WRITE_TIME_OFFSET, Filetime.of(entry.lastWriteTime()))
          .i64(start + CHANGE_TIME_OFFSET, Filetime.of(entry.changeTime()))
          .i64(start + END_OF_FILE_OFFSET, entry.endOfFile())
          .i64(start + ALLOCATION_SIZE_OFFSET, entry.allocationBytes())
          .i32(
              start + FILE_ATTRIBUTES_OFFSET,
              FileNetworkOpenInformation.wireAttributes(entry.attributes()));
    }
    if (layout.hasFileId()) {
      out.i64(start + layout.fileIdOffset(), entry.fileId());
    }
    out.i32(start + layout.nameLengthOffset(), name.length)
        .bytes(start + layout.nameOffset(), name);
  }

  /**
   * Reads all entries of the buffer that {@code in} is; an empty one has none. What the class does
   * not tell is 0 or 1601-01-01, links are 1.
   */
  public static List<FileInformation> decode(DirectoryInformationClass layout, MessageReader in)
      throws MalformedMessageException {
    List<FileInformation> entries = new ArrayList<>();
    if (in.length() == 0) {
      return entries;
    }
    long start = 0;
    while (true) {
      entries.add(decode(layout, in, start));
      long next = in.u32("NextEntryOffset", start + NEXT_ENTRY_OFFSET_OFFSET);
      if (next == 0) {
        return entries;
      }
      // Each step is at least an entry long, so a hostile chain ends and never runs backwards.
      if (next < layout.nameOffset()) {
        throw new MalformedMessageException(
            "NextEntryOffset", start, "0 or from " + layout.nameOffset(), next);
      }
      start += next;
    }
  }

  private static FileInformation decode(
      DirectoryInformationClass layout, MessageReader in, long start)
      throws MalformedMessageException {
    in.require("entry", start, layout.nameOffset());
    long nameLength = in.u32("FileNameLength", start + layout.nameLengthOffset());
    if (nameLength == 0) {
      throw new MalformedMessageException(
          "FileNameLength", start + layout.nameLengthOffset(), "more than 0", nameLength);
    }
    String name = in.utf16("FileName", start + layout.nameOffset(), nameLength);
    long fileId = layout.hasFileId() ? in.i64("FileId", start + layout.fileIdOffset()) : 0;
    if (!layout.hasAttributes()) {
      Instant unknown = Filetime.toInstant(0);
      return new FileInformation(name, fileId, unknown, unknown, unknown, unknown, 0, 0, 0, 1);
    }
    return new FileInformation(
        name,
        fileId,
        Filetime.toInstant(in.i64("CreationTime", start + CREATION_TIME_OFFSET)),
        Filetime.toInstant(in.i64("LastAccessTime", start + LAST_ACCESS_TIME_OFFSET)),
        Filetime.toInstant(in.i64("LastWriteTime", start + LAST_WRITE_TIME_OFFSET)),
        Filetime.toInstant(in.i64("ChangeTime", start + CHANGE_TIME_OFFSET)),
        in.i64("EndOfFile", start + END_OF_FILE_OFFSET),
        in.i64("AllocationSize", start + ALLOCATION_SIZE_OFFSET),
        in.i32("FileAttributes", start + FILE_ATTRIBUTES_OFFSET),
        1);
  }
}
