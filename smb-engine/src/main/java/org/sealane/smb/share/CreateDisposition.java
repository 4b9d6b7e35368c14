package org.sealane.smb.share;

import java.util.Optional;

/** CreateDisposition in the order of its codes, [MS-SMB2] 2.2.13. */
public enum CreateDisposition {
  /** Replace it if it exists, else create it. */
  SUPERSEDE,
  /** Open it if it exists, else fail. */
  OPEN,
  /** Create it; fail if it exists. */
  CREATE,
  /** Open it if it exists, else create it. */
  OPEN_IF,
  /** Truncate it if it exists, else fail. */
  OVERWRITE,
  /** Truncate it if it exists, else create it. */
  OVERWRITE_IF;

  private static final CreateDisposition[] BY_CODE = values();

  public static Optional<CreateDisposition> ofCode(long code) {
    return code >= 0 && code < BY_CODE.length ? Optional.of(BY_CODE[(int) code]) : Optional.empty();
  }
}
