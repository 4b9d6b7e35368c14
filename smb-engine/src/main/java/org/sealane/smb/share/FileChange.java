package org.sealane.smb.share;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/** A change that SET_INFO asks for, [MS-FSCC] 2.4. */
public sealed interface FileChange {

  /** FileBasicInformation; what is empty stays as it is. */
  record Basic(
      Optional<Instant> creationTime,
      Optional<Instant> lastAccessTime,
      Optional<Instant> lastWriteTime,
      Optional<Instant> changeTime,
      OptionalInt attributes)
      implements FileChange {}

  /** FileRenameInformation: to a path below the same root. */
  record Rename(SharePath to, boolean replaceIfExists) implements FileChange {}

  /** FileDispositionInformation: delete when the last open is closed, or take that back. */
  record Disposition(boolean deletePending) implements FileChange {}

  /** FileEndOfFileInformation: truncate or extend with zeros. */
  record EndOfFile(long bytes) implements FileChange {}

  /** FileAllocationInformation: reserve, or truncate if below the size. */
  record Allocation(long bytes) implements FileChange {}

  /** FSCTL_SET_SPARSE. */
  record Sparse(boolean sparse) implements FileChange {}
}
