package org.sealane.smb.server;

import java.util.Arrays;
import java.util.Optional;
import org.sealane.smb.share.Caching;

/** Levels of oplocks, [MS-SMB2] 2.2.13, and what each lets a client cache. */
enum OplockLevel {
  NONE(0x00, Caching.NONE),
  LEVEL_II(0x01, Caching.READ),
  EXCLUSIVE(0x08, Caching.READ | Caching.WRITE),
  BATCH(0x09, Caching.READ | Caching.WRITE | Caching.HANDLE);

  private final int code;
  private final int caching;

  OplockLevel(int code, int caching) {
    this.code = code;
    this.caching = caching;
  }

  int code() {
    return code;
  }

  /** Bits of {@link Caching}. */
  int caching() {
    return caching;
  }

  static Optional<OplockLevel> ofCode(int code) {
    return Arrays.stream(values()).filter(level -> level.code == code).findFirst();
  }

  /** The level that lets cache exactly this. */
  static OplockLevel of(int caching) {
    return Arrays.stream(values())
        .filter(level -> level.caching == caching)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no level is for " + caching));
  }
}
