package org.sealane.smb.share;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sealane.smb.wire.NtStatus;

/**
 * The watched directories of a share, [MS-FSA] 2.1.5.11 and 2.1.4.1: what happens through the share
 * is recorded for each that wants to know until it is asked for. Guarded by the share's lock, but
 * for {@link #areNone}.
 */
final class Watches {
  /** Events kept for one watch; when more happen before it asks, it is told that much only. */
  static final int EVENTS_MAX = 1024;

  /** Events kept for all of them. */
  static final int EVENTS_MAX_ALL = 65_536;

  /** Watches at once; one more is refused. */
  static final int WATCHES_MAX = 4096;

  private final Map<FolderOpen, Watch> watches = new HashMap<>();
  private volatile boolean none = true;
  private int eventsOfAll;

  /** One watched directory; its filter is that of the first request, as with Windows. */
  private final class Watch {
    private final WatchRequest request;
    private final List<FileEvent> events = new ArrayList<>();
    private final Set<FileEvent> modified = new HashSet<>();
    private boolean incomplete;

    Watch(WatchRequest request) {
      this.request = request;
    }

    void record(FileEvent event) {
      boolean repeated = event.action() == FileEvent.Action.MODIFIED && !modified.add(event);
      if (repeated || incomplete) {
        return;
      }
      if (events.size() == EVENTS_MAX || eventsOfAll >= EVENTS_MAX_ALL) {
        forget();
        incomplete = true;
        return;
      }
      events.add(event);
      eventsOfAll++;
    }

    Changes take() {
      Changes taken = new Changes(events, incomplete);
      forget();
      incomplete = false;
      return taken;
    }

    void forget() {
      eventsOfAll -= events.size();
      events.clear();
      modified.clear();
    }
  }

  /** Lets operations pass without the lock where nobody wants to know. Any thread. */
  boolean areNone() {
    return none;
  }

  /** What has happened since the last call; begins to record with the first. */
  Changes take(FolderOpen open, WatchRequest asked) throws ShareException {
    if (watches.size() >= WATCHES_MAX && !watches.containsKey(open)) {
      throw new ShareException(
          NtStatus.INSUFFICIENT_RESOURCES, WATCHES_MAX + " watched directories are the limit");
    }
    none = false;
    return watches.computeIfAbsent(open, _ -> new Watch(asked)).take();
  }

  void remove(DirectoryShareOpen open) {
    if (open instanceof FolderOpen folder) {
      Optional.ofNullable(watches.remove(folder)).ifPresent(Watch::forget);
      none = watches.isEmpty();
    }
  }

  /**
   * Something has happened to what has this path.
   *
   * @param kinds those of {@link WatchRequest} that it is
   */
  void happened(FileEvent.Action action, SharePath path, int kinds) {
    watches.forEach((open, watch) -> {
      int depth = open.path().components().size();
      List<String> components = path.components();
      boolean wanted = (watch.request.filter() & kinds) != 0;
      boolean within = watch.request.recursive() || components.size() == depth + 1;
      if (wanted
          && within
          && components.size() > depth
          && components.subList(0, depth).equals(open.path().components())) {
        SharePath relative = new SharePath(components.subList(depth, components.size()));
        watch.record(new FileEvent(action, relative));
      }
    });
  }
}
