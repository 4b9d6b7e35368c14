package org.sealane.smb.share;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * What a file system of POSIX has no place for, kept in one extended attribute of the file.
 *
 * @param attributes bits of {@link #STORED}
 * @param creationTime set by a client, in place of the file system's own
 * @param createName of the CREATE that made the file, if it must not have found one
 */
record DosAttributes(int attributes, Optional<Instant> creationTime, Optional<Long> createName) {
  /** The extended attribute's name. */
  static final String XATTR_NAME = "user.sealane.dos";

  /** Room for a value of a later version. */
  static final int XATTR_BYTES_MAX = 64;

  /** Attributes that clients can set and that are kept, [MS-FSCC] 2.6. */
  static final int SETTABLE =
      FileAttributes.READONLY
          | FileAttributes.HIDDEN
          | FileAttributes.SYSTEM
          | FileAttributes.ARCHIVE;

  static final int STORED = SETTABLE | FileAttributes.SPARSE_FILE;

  private static final int VERSION = 1;
  private static final int HAS_CREATION_TIME = 1;
  private static final int HAS_CREATE_NAME = 2;

  // The value, little-endian: version 4, attributes 4, flags 4, nanoseconds 4, seconds 8, and the
  // name of the CREATE 8, where there is one.
  private static final int VALUE_BYTES = 24;
  private static final int NAMED_BYTES = VALUE_BYTES + Long.BYTES;

  /** What a file has that no client ever gave attributes: a plain file wants to be archived. */
  static DosAttributes initial(FileStatus.Kind kind) {
    return new DosAttributes(
        kind == FileStatus.Kind.FILE ? FileAttributes.ARCHIVE : 0,
        Optional.empty(),
        Optional.empty());
  }

  static DosAttributes of(Anchor file, FileStatus status) throws IOException {
    return of(file.attribute(), status);
  }

  /** Of the extended attribute's value; one that is not ours counts as none. */
  static DosAttributes of(Optional<byte[]> value, FileStatus status) {
    return value.flatMap(DosAttributes::decode).orElseGet(() -> initial(status.kind()));
  }

  private static Optional<DosAttributes> decode(byte[] value) {
    if (value.length != VALUE_BYTES && value.length != NAMED_BYTES) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt() != VERSION) {
      return Optional.empty();
    }
    int attributes = in.getInt() & STORED;
    int flags = in.getInt();
    boolean created = (flags & HAS_CREATION_TIME) != 0;
    boolean named = (flags & HAS_CREATE_NAME) != 0;
    if (named != (value.length == NAMED_BYTES)) {
      return Optional.empty();
    }
    int nanos = in.getInt();
    try {
      Instant time = Instant.ofEpochSecond(in.getLong(), nanos);
      return Optional.of(
          new DosAttributes(
              attributes,
              created ? Optional.of(time) : Optional.empty(),
              named ? Optional.of(in.getLong()) : Optional.empty()));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  byte[] encode() {
    Instant time = creationTime.orElse(Instant.EPOCH);
    ByteBuffer value =
        ByteBuffer.allocate(createName.isPresent() ? NAMED_BYTES : VALUE_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(VERSION)
            .putInt(attributes)
            .putInt(
                (creationTime.isPresent() ? HAS_CREATION_TIME : 0)
                    | (createName.isPresent() ? HAS_CREATE_NAME : 0))
            .putInt(time.getNano())
            .putLong(time.getEpochSecond());
    createName.ifPresent(value::putLong);
    return value.array();
  }

  boolean has(int bits) {
    return (attributes & bits) != 0;
  }

  DosAttributes withAttributes(int settable) {
    return new DosAttributes(
        settable & SETTABLE | attributes & FileAttributes.SPARSE_FILE, creationTime, createName);
  }

  DosAttributes withSparse(boolean sparse) {
    int bit = sparse ? FileAttributes.SPARSE_FILE : 0;
    return new DosAttributes(attributes & SETTABLE | bit, creationTime, createName);
  }

  DosAttributes withCreationTime(Instant time) {
    return new DosAttributes(attributes, Optional.of(time), createName);
  }

  DosAttributes withCreateName(Optional<Long> name) {
    return new DosAttributes(attributes, creationTime, name);
  }
}
