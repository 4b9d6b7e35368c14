package org.sealane.smb.share;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sealane.smb.wire.NtStatus;

/**
 * Finds names in whatever case they are asked for, as clients expect it; on disk they stay as they
 * were made. A name in exactly that case comes first. Listings of directories in which something
 * was not found at once are kept while the directory's time of change stays the same. Guarded by
 * the share's lock.
 */
final class FoldedNames {
  /** Names kept, of all listings; a longer directory is read each time, and not kept. */
  static final int NAMES_MAX = 131_072;

  /** Names of one directory by their folded form, as of a time of change. */
  private record Listing(Instant lastWrite, Map<String, String> names) {}

  /** Those used last come last. */
  private final Map<FileKey, Listing> listings = new LinkedHashMap<>(16, 0.75f, true);

  private int names;

  /** The directory whose listing is right, since a name was just not found in it. */
  private Optional<FileKey> checked = Optional.empty();

  /** Two names that are the same to a client have the same folded form. */
  static String fold(String name) {
    char[] folded = new char[name.length()];
    for (int i = 0; i < folded.length; i++) {
      folded[i] = fold(name.charAt(i));
    }
    return new String(folded);
  }

  /** Unit by unit, as Windows does, so that no length changes. */
  static char fold(char c) {
    return Character.toUpperCase(c);
  }

  /** The name in {@code directory} that is meant; empty if there is none. */
  Optional<String> find(Anchor directory, String asked) throws IOException {
    checked = Optional.empty();
    if (isThere(directory, asked)) {
      return Optional.of(asked);
    }
    FileStatus status = directory.status();
    String folded = fold(asked);
    checked = Optional.of(status.key());
    Listing known = listings.get(status.key());
    if (known != null && known.lastWrite().equals(status.lastWrite())) {
      String found = known.names().get(folded);
      // Our own renames leave a name there that is gone.
      if (found == null || isThere(directory, found)) {
        return Optional.ofNullable(found);
      }
    }
    return read(directory, status, folded);
  }

  private static boolean isThere(Anchor directory, String name) throws IOException {
    try {
      directory.status(name);
      return true;
    } catch (IOException e) {
      if (ErrorStatus.statusOf(e).equals(NtStatus.OBJECT_NAME_NOT_FOUND)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Keeps the directory's names, and gives the one of that folded form.
   *
   * @param status of the directory, from before it is read
   */
  private Optional<String> read(Anchor directory, FileStatus status, String folded)
      throws IOException {
    forget(status.key());
    Map<String, String> read = new HashMap<>();
    Optional<String> found = Optional.empty();
    try (NameStream stream = directory.names()) {
      Optional<String> name = stream.next();
      while (name.isPresent()) {
        String form = fold(name.get());
        if (found.isEmpty() && form.equals(folded)) {
          found = name;
        }
        if (read.size() <= NAMES_MAX) {
          read.putIfAbsent(form, name.get());
        }
        name = stream.next();
      }
    }
    if (read.size() <= NAMES_MAX) {
      listings.put(status.key(), new Listing(status.lastWrite(), read));
      names += read.size();
      shrink();
    }
    return found;
  }

  private void shrink() {
    Iterator<Listing> oldest = listings.values().iterator();
    while (names > NAMES_MAX && oldest.hasNext()) {
      names -= oldest.next().names().size();
      oldest.remove();
    }
  }

  private void forget(FileKey directory) {
    Listing known = listings.remove(directory);
    if (known != null) {
      names -= known.names().size();
    }
  }

  /**
   * A name was added by us. If {@link #find} has just not found it there, what else is known stays
   * good.
   */
  void added(Anchor directory, String name) throws IOException {
    FileStatus status = directory.status();
    if (checked.filter(status.key()::equals).isEmpty()) {
      forget(status.key());
      return;
    }
    Listing known = listings.remove(status.key());
    if (known != null) {
      names += known.names().put(fold(name), name) == null ? 1 : 0;
      listings.put(status.key(), new Listing(status.lastWrite(), known.names()));
      shrink();
    }
  }

  /**
   * The path as it is on disk; what is not there stays as it was asked for.
   *
   * @param root of the share; stays the caller's
   */
  SharePath actual(Anchor root, SharePath asked) throws IOException {
    List<String> actual = new ArrayList<>(asked.components());
    Anchor at = root.again();
    try {
      for (int depth = 0; depth < actual.size(); depth++) {
        Optional<String> name = find(at, actual.get(depth));
        if (name.isEmpty()) {
          break;
        }
        actual.set(depth, name.get());
        if (depth < actual.size() - 1) {
          if (!at.status(name.get()).isDirectory()) {
            break;
          }
          Anchor next = at.openDirectory(name.get());
          at.close();
          at = next;
        }
      }
    } finally {
      at.close();
    }
    return new SharePath(actual);
  }
}
