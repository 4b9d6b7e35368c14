package org.sealane.smb.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.sealane.smb.io.QueryDirectoryRequest;
import org.sealane.smb.io.fscc.DirectoryEntryCodec;
import org.sealane.smb.io.fscc.DirectoryInformationClass;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.NtStatus;

/**
 * The enumeration of one open directory, [MS-SMB2] 3.3.5.18: entries the share has given and the
 * client has not got yet. Workers call it; requests on one open wait for each other.
 */
final class DirectoryScan {
  /** Entries asked of the share at a time; a client's usual 64 KiB holds several hundred. */
  private static final int BATCH_ENTRIES = 256;

  private final ShareOpen directory;
  private final Deque<FileInformation> waiting = new ArrayDeque<>();
  private boolean started;

  DirectoryScan(ShareOpen directory) {
    this.directory = directory;
  }

  /**
   * The next entries, as many as fit.
   *
   * @param limitBytes room in the client's buffer
   * @throws ShareException STATUS_NO_MORE_FILES at the end, STATUS_NO_SUCH_FILE if nothing matched
   *     at all, STATUS_INFO_LENGTH_MISMATCH if not one entry fits
   */
  synchronized MessageWriter next(
      DirectoryInformationClass layout, QueryDirectoryRequest request, int limitBytes)
      throws ShareException {
    boolean restart =
        !started
            || request.has(
                QueryDirectoryRequest.FLAG_RESTART_SCANS | QueryDirectoryRequest.FLAG_REOPEN);
    if (restart) {
      waiting.clear();
    }
    if (waiting.isEmpty()) {
      List<FileInformation> batch =
          directory.queryDirectory(request.pattern(), restart, BATCH_ENTRIES);
      boolean first = restart;
      started = true;
      waiting.addAll(batch);
      if (batch.isEmpty()) {
        throw new ShareException(
            first ? NtStatus.NO_SUCH_FILE : NtStatus.NO_MORE_FILES, "no further entry");
      }
    }
    return encode(layout, request, limitBytes);
  }

  private MessageWriter encode(
      DirectoryInformationClass layout, QueryDirectoryRequest request, int limitBytes)
      throws ShareException {
    MessageWriter out = new MessageWriter();
    boolean single = request.has(QueryDirectoryRequest.FLAG_RETURN_SINGLE_ENTRY);
    List<FileInformation> candidates = single ? List.of(waiting.getFirst()) : List.copyOf(waiting);
    int written = DirectoryEntryCodec.encode(layout, candidates, limitBytes, out);
    if (written == 0) {
      throw new ShareException(
          NtStatus.INFO_LENGTH_MISMATCH, "no entry fits " + limitBytes + " bytes");
    }
    for (int i = 0; i < written; i++) {
      waiting.removeFirst();
    }
    return out;
  }
}
