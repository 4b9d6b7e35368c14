package org.sealane.smb.io.fscc;

import org.sealane.smb.share.Changes;
import org.sealane.smb.share.WatchRequest;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/**
 * Input and output of {@link FsctlCode#READ_CHANGES}, by which a node asks the owner of a volume
 * for what has happened in a directory that it has open. Unlike CHANGE_NOTIFY it is answered at
 * once, so that a lane that moves, or turns to another level, has to wait for none of them.
 *
 * <p>Input: CompletionFilter 4, Flags 4 (1 recursive). Output: Flags 4 (1 incomplete), Reserved 4,
 * then {@link FileNotifyInformation}.
 */
public final class ReadChanges {
  private static final int RECURSIVE = 1;
  private static final int INCOMPLETE = 1;
  private static final int FLAGS_OFFSET = 4;
  private static final int INPUT_LENGTH = 8;
  private static final int EVENTS_OFFSET = 8;

  private ReadChanges() {}

  public static WatchRequest decodeInput(MessageReader in) throws MalformedMessageException {
    in.require("READ_CHANGES", 0, INPUT_LENGTH);
    return new WatchRequest(
        in.i32("CompletionFilter", 0), (in.i32("Flags", FLAGS_OFFSET) & RECURSIVE) != 0);
  }

  public static void encodeInput(WatchRequest request, MessageWriter out) {
    out.i32(0, request.filter()).i32(FLAGS_OFFSET, request.recursive() ? RECURSIVE : 0);
  }

  public static Changes decodeOutput(MessageReader in) throws MalformedMessageException {
    in.require("READ_CHANGES", 0, EVENTS_OFFSET);
    return new Changes(
        FileNotifyInformation.decode(in, EVENTS_OFFSET), (in.i32("Flags", 0) & INCOMPLETE) != 0);
  }

  public static void encodeOutput(Changes changes, MessageWriter out) {
    out.i32(0, changes.incomplete() ? INCOMPLETE : 0).padTo(EVENTS_OFFSET);
    FileNotifyInformation.encode(changes.events(), out, EVENTS_OFFSET);
  }
}
