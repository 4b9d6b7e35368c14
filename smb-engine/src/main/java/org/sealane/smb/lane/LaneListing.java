package org.sealane.smb.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.NtStatus;

/**
 * Where the listing of one directory stands. If an answer of the other node is lost, or the other
 * node forgets how far it was, the listing starts again there and what was listed before is left
 * out. Any thread may call.
 */
public final class LaneListing {
  /** Names remembered; a longer listing can not go on after such a loss. */
  static final int NAMES_MAX = 65_536;

  /** Asks the other node for more entries; none at the end. */
  @FunctionalInterface
  public interface Source {
    List<FileInformation> next(boolean restart) throws ShareException;
  }

  /** Entries that the other end has sent and nobody has asked for yet. */
  private final Deque<FileInformation> fetched = new ArrayDeque<>();

  private final Set<String> names = new HashSet<>();
  private boolean forgotten;
  private boolean again;
  private volatile boolean lost;

  /** An answer was lost, or the directory was opened again. */
  public void lost() {
    lost = true;
  }

  /** As {@link org.sealane.smb.share.ShareOpen#queryDirectory}. */
  public synchronized List<FileInformation> next(boolean restart, int limit, Source source)
      throws ShareException {
    if (restart) {
      fetched.clear();
      names.clear();
      forgotten = false;
      again = false;
      lost = false;
    }
    boolean first = restart;
    boolean end = false;
    while (fetched.isEmpty() && !end) {
      List<FileInformation> entries = source.next(first || resume());
      first = false;
      if (lost) {
        // The answer that came is of a listing that does not know how far it was.
        continue;
      }
      end = entries.isEmpty();
      entries.stream().filter(entry -> !again || !names.contains(entry.name())).forEach(this::add);
    }
    List<FileInformation> page = new ArrayList<>();
    while (page.size() < limit && !fetched.isEmpty()) {
      page.add(fetched.remove());
    }
    return page;
  }

  private void add(FileInformation entry) {
    fetched.add(entry);
    if (names.size() < NAMES_MAX) {
      names.add(entry.name());
    } else {
      forgotten = true;
    }
  }

  /** True if the listing has to start again at the other end. */
  private boolean resume() throws ShareException {
    if (!lost) {
      return false;
    }
    if (forgotten) {
      throw new ShareException(
          NtStatus.FILE_NOT_AVAILABLE,
          "the session was lost within a listing of more than " + NAMES_MAX + " entries");
    }
    lost = false;
    again = true;
    return true;
  }
}
