package org.sealane.smb.server;

import org.sealane.smb.io.ChangeNotifyRequest;
import org.sealane.smb.io.ChangeNotifyRequestCodec;
import org.sealane.smb.io.ChangeNotifyResponse;
import org.sealane.smb.io.ChangeNotifyResponseCodec;
import org.sealane.smb.io.fscc.FileNotifyInformation;
import org.sealane.smb.server.Dispatcher.Call;
import org.sealane.smb.server.Dispatcher.Refusal;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.Changes;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.WatchRequest;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/**
 * CHANGE_NOTIFY, [MS-SMB2] 3.3.5.19. The share records what happens; a request that finds nothing
 * looks again from time to time until there is something, it is cancelled, or its open is closed.
 */
final class NotifyCommands {
  private NotifyCommands() {}

  static Step notify(Call call, long bytesMax) throws MalformedMessageException, Refusal {
    ChangeNotifyRequest asked = ChangeNotifyRequestCodec.decode(call.request().reader());
    call.requirePayload(0, asked.outputBufferLength(), bytesMax);
    Open open = call.open(asked.fileId());
    // FILE_LIST_DIRECTORY is the same bit.
    if (!open.allows(AccessMask.FILE_READ_DATA)) {
      throw new Refusal(NtStatus.ACCESS_DENIED);
    }
    call.use(open);
    WatchRequest watch =
        new WatchRequest(
            asked.completionFilter(), (asked.flags() & ChangeNotifyRequest.WATCH_TREE) != 0);
    return new Step.Run(
        Operation.of(0, () -> changes(open.share().changes(watch), asked.outputBufferLength())));
  }

  /** On a worker. */
  private static Outcome changes(Changes changes, long bytesMax) throws ShareException {
    if (changes.isEmpty()) {
      return new Outcome.Later(NtStatus.NOTIFY_CLEANUP);
    }
    MessageWriter events = new MessageWriter();
    FileNotifyInformation.encode(changes.events(), events, 0);
    if (changes.incomplete() || events.length() > bytesMax) {
      return answered(NtStatus.NOTIFY_ENUM_DIR, new MessageWriter());
    }
    return answered(NtStatus.SUCCESS, events);
  }

  private static Outcome answered(NtStatus status, MessageWriter events) {
    ChangeNotifyResponse response = new ChangeNotifyResponse(events.written());
    return new Outcome.Answered(
        Response.of(status, out -> ChangeNotifyResponseCodec.encode(response, out)));
  }
}
