package org.sealane.smb.share;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Holds on to one file or directory of a tree, and reaches what lies directly below it by a single
 * name. No symbolic link is ever followed, so a walk from the root's anchor stays below the root.
 * Names are components that {@link SharePath} has checked. Any thread may call; a closed anchor
 * must not be used.
 */
sealed interface Anchor extends AutoCloseable permits LinuxAnchor, PathAnchor {

  /** Holds a tree's root; links in {@code root} itself are the operator's and followed. */
  static Anchor ofRoot(Path root) throws IOException {
    return LinuxAnchor.available() ? LinuxAnchor.ofRoot(root) : PathAnchor.ofRoot(root);
  }

  /** Another anchor of the same file. */
  Anchor again() throws IOException;

  /** What {@code name} in this directory is, whatever kind it has. */
  Anchor open(String name) throws IOException;

  /** As {@link #open}, but fails unless it is a directory. */
  Anchor openDirectory(String name) throws IOException;

  FileStatus status() throws IOException;

  /** The status of {@code name} in this directory. */
  FileStatus status(String name) throws IOException;

  /** Names in this directory, without {@code .} and {@code ..}. The caller closes the result. */
  NameStream names() throws IOException;

  /** Makes an empty file; fails if the name is taken. */
  void createFile(String name) throws IOException;

  /** Makes an empty directory; fails if the name is taken. */
  void createDirectory(String name) throws IOException;

  void delete(String name, FileStatus.Kind kind) throws IOException;

  /** Moves {@code name} of this directory to {@code toName} of another. */
  void move(String name, Anchor to, String toName, boolean replace) throws IOException;

  /** Is told that its file now is {@code name} in {@code parent}. */
  void renamed(Anchor parent, String name) throws IOException;

  /** A channel to this file, which must be a regular one. */
  FileChannel channel(Set<OpenOption> options) throws IOException;

  /** A path that leads to this very file while the anchor is open, for the calls that need one. */
  Path path();

  /** Sets the size; what is added reads as zeros. */
  void resize(FileChannel channel, long bytes) throws IOException;

  /** Reserves storage up to {@code bytes} without changing the size, where that can be done. */
  void reserve(long bytes) throws IOException;

  /** Returns when the entries of this directory are durable. */
  void synchronize() throws IOException;

  /** Sets the times that are given. */
  void setTimes(Optional<Instant> lastAccess, Optional<Instant> lastWrite) throws IOException;

  /** Our extended attribute of this file. */
  Optional<byte[]> attribute() throws IOException;

  /** Our extended attribute of {@code name} in this directory. */
  Optional<byte[]> attribute(String name) throws IOException;

  /** Sets our extended attribute; false where the file system has none. */
  boolean setAttribute(byte[] value) throws IOException;

  @Override
  void close();
}
