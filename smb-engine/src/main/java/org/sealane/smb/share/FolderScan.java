package org.sealane.smb.share;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.sealane.smb.wire.NtStatus;

/**
 * One enumeration of a directory: holds its place in the system's own stream of names, never the
 * names. What can not be opened is left out: names that SMB does not allow, and anything that is
 * neither file nor directory. For one thread at a time.
 */
final class FolderScan implements AutoCloseable {
  private final DirectoryShare share;
  private final FolderOpen folder;
  private final NamePattern pattern;
  private final Queue<String> first = new ArrayDeque<>();
  private Optional<NameStream> names = Optional.empty();
  private boolean ended;

  FolderScan(DirectoryShare share, FolderOpen folder, NamePattern pattern) {
    this.share = share;
    this.folder = folder;
    this.pattern = pattern;
    if (pattern.isLiteral()) {
      first.add(pattern.text());
    } else {
      List.of(".", "..").stream().filter(pattern::matches).forEach(first::add);
    }
  }

  List<FileInformation> next(int limit) throws IOException, ShareException {
    List<FileInformation> entries = new ArrayList<>();
    while (entries.size() < limit) {
      Optional<String> name = nextName();
      if (name.isEmpty()) {
        break;
      }
      information(name.get()).ifPresent(entries::add);
    }
    return entries;
  }

  private Optional<String> nextName() throws IOException {
    if (!first.isEmpty()) {
      return Optional.of(first.poll());
    }
    if (ended || pattern.isLiteral()) {
      return Optional.empty();
    }
    if (names.isEmpty()) {
      names = Optional.of(folder.anchor().names());
    }
    while (true) {
      Optional<String> name = names.get().next();
      if (name.isEmpty()) {
        // The descriptor is of no more use, however long the open stays.
        close();
        return name;
      }
      if (isAllowed(name.get()) && pattern.matches(name.get())) {
        return name;
      }
    }
  }

  private static boolean isAllowed(String name) {
    try {
      return SharePath.ofWire(name).components().size() == 1;
    } catch (ShareException _) {
      return false;
    }
  }

  private Optional<FileInformation> information(String name) throws IOException, ShareException {
    try {
      if (name.equals(".")) {
        FileStatus status = folder.anchor().status();
        DosAttributes dos = DosAttributes.of(folder.anchor(), status);
        return Optional.of(share.view(name, status, dos));
      }
      if (name.equals("..")) {
        return Optional.of(share.parentView(folder, name));
      }
      Optional<String> actual =
          pattern.isLiteral() ? share.actualName(folder.anchor(), name) : Optional.of(name);
      return actual.isEmpty() ? Optional.empty() : entry(actual.get());
    } catch (IOException e) {
      // Deleted since its name was read.
      if (ErrorStatus.statusOf(e).equals(NtStatus.OBJECT_NAME_NOT_FOUND)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Optional<FileInformation> entry(String name) throws IOException {
    FileStatus status = folder.anchor().status(name);
    if (status.kind() == FileStatus.Kind.OTHER) {
      return Optional.empty();
    }
    DosAttributes dos = DosAttributes.of(folder.anchor().attribute(name), status);
    return Optional.of(share.view(name, status, dos));
  }

  @Override
  public void close() {
    ended = true;
    names.ifPresent(NameStream::close);
    names = Optional.empty();
  }
}
