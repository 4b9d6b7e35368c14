package org.sealane.smb.io.fscc;

import java.util.ArrayList;
import java.util.List;
import org.sealane.smb.share.FileEvent;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** FILE_NOTIFY_INFORMATION, [MS-FSCC] 2.7.1: a chain of events. */
public final class FileNotifyInformation {
  /** Most events in a chain that is decoded. */
  static final int COUNT_MAX = 65_536;

  private static final int ACTION_OFFSET = 4;
  private static final int FILE_NAME_LENGTH_OFFSET = 8;
  private static final int FILE_NAME_OFFSET = 12;
  private static final int ALIGNMENT = 4;

  private FileNotifyInformation() {}

  /** Writes all of {@code events} from {@code offset} on; nothing if there are none. */
  public static void encode(List<FileEvent> events, MessageWriter out, int offset) {
    int start = offset;
    for (int i = 0; i < events.size(); i++) {
      FileEvent event = events.get(i);
      out.padTo(start + FILE_NAME_OFFSET).i32(start + ACTION_OFFSET, event.action().code());
      int nameBytes = out.utf16(start + FILE_NAME_OFFSET, event.path().wire());
      out.i32(start + FILE_NAME_LENGTH_OFFSET, nameBytes);
      if (i < events.size() - 1) {
        int next = start + (out.length() - start + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        out.padTo(next).i32(start, next - start);
        start = next;
      }
    }
  }

  /** Reads the chain from {@code offset} to the end; none if there are no bytes. */
  public static List<FileEvent> decode(MessageReader in, int offset)
      throws MalformedMessageException {
    List<FileEvent> events = new ArrayList<>();
    if (in.length() == offset) {
      return events;
    }
    long start = offset;
    while (true) {
      if (events.size() == COUNT_MAX) {
        throw new MalformedMessageException(
            "NextEntryOffset", start, "at most " + COUNT_MAX, COUNT_MAX + 1);
      }
      events.add(event(in, start));
      long next = in.u32("NextEntryOffset", start);
      if (next == 0) {
        return events;
      }
      if (next < FILE_NAME_OFFSET || next % ALIGNMENT != 0) {
        throw new MalformedMessageException(
            "NextEntryOffset", start, "0 or a multiple of 4 from 12", next);
      }
      start += next;
    }
  }

  private static FileEvent event(MessageReader in, long start) throws MalformedMessageException {
    int code = in.i32("Action", start + ACTION_OFFSET);
    FileEvent.Action action =
        FileEvent.Action.ofCode(code)
            .orElseThrow(() ->
                new MalformedMessageException("Action", start + ACTION_OFFSET, "1 to 5", code));
    long nameBytes = in.u32("FileNameLength", start + FILE_NAME_LENGTH_OFFSET);
    String name = in.utf16("FileName", start + FILE_NAME_OFFSET, nameBytes);
    try {
      return new FileEvent(action, SharePath.ofWire(name));
    } catch (ShareException e) {
      throw new MalformedMessageException(
          "FileName", start + FILE_NAME_OFFSET, "a path", nameBytes);
    }
  }
}
