package org.sealane.smb.share;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.sealane.smb.wire.NtStatus;

/** The opens of one share and the files that they are of. Guarded by the share's lock. */
final class OpenTable {
  private final int opensMax;
  private final LongSupplier nanoClock;
  private final AtomicInteger locks = new AtomicInteger();
  private final Map<FileKey, SharedFile> files = new HashMap<>();
  private final Set<DirectoryShareOpen> opens = new HashSet<>();

  OpenTable(int opensMax, LongSupplier nanoClock) {
    this.opensMax = opensMax;
    this.nanoClock = nanoClock;
  }

  void requireRoom() throws ShareException {
    if (opens.size() >= opensMax) {
      throw new ShareException(NtStatus.INSUFFICIENT_RESOURCES, opensMax + " opens are the limit");
    }
  }

  Optional<SharedFile> find(FileKey key) {
    return Optional.ofNullable(files.get(key));
  }

  void add(DirectoryShareOpen open) {
    SharedFile file = files.computeIfAbsent(open.key(), _ -> new SharedFile(nanoClock, locks));
    file.add(open.claim());
    open.file(file);
    opens.add(open);
  }

  SharedFile of(DirectoryShareOpen open) {
    return files.get(open.key());
  }

  /** Takes the open out and returns the file's entry if this was its last. */
  Optional<SharedFile> remove(DirectoryShareOpen open) {
    if (!opens.remove(open)) {
      return Optional.empty();
    }
    SharedFile file = files.get(open.key());
    file.remove(open.claim());
    if (!file.isUnused()) {
      return Optional.empty();
    }
    files.remove(open.key());
    return Optional.of(file);
  }

  /** What is open strictly below {@code directory}. */
  List<DirectoryShareOpen> below(SharePath directory) {
    int depth = directory.components().size();
    return opens.stream()
        .filter(open -> {
          List<String> components = open.path().components();
          return components.size() > depth
              && components.subList(0, depth).equals(directory.components());
        })
        .toList();
  }

  /** Every open of one file by one name. */
  List<DirectoryShareOpen> find(FileKey key, SharePath path) {
    return opens.stream()
        .filter(open -> open.key().equals(key) && open.path().equals(path))
        .toList();
  }

  List<DirectoryShareOpen> all() {
    return List.copyOf(opens);
  }
}
