package org.sealane.smb.negotiate;

import java.util.Optional;

/** Dialect revisions, oldest first, [MS-SMB2] 2.2.3. */
public enum Dialect {
  SMB_2_0_2(0x0202, "2.0.2"),
  SMB_2_1(0x0210, "2.1"),
  SMB_3_0(0x0300, "3.0"),
  SMB_3_0_2(0x0302, "3.0.2"),
  SMB_3_1_1(0x0311, "3.1.1");

  /** DialectRevision of the answer to a multi-protocol NEGOTIATE; not a dialect itself. */
  public static final int WILDCARD = 0x02FF;

  private final int revision;
  private final String word;

  Dialect(int revision, String word) {
    this.revision = revision;
    this.word = word;
  }

  /** The 16-bit number on the wire. */
  public int revision() {
    return revision;
  }

  /** The name for people: {@code 3.1.1}. */
  public String word() {
    return word;
  }

  /** True if this dialect is {@code other} or newer. */
  public boolean isAtLeast(Dialect other) {
    return compareTo(other) >= 0;
  }

  /**
   * The algorithm without a signing context, [MS-SMB2] 3.1.4.1: HMAC-SHA256 in 2.x, AES-CMAC in
   * 3.x.
   */
  public SigningAlgorithm impliedSigning() {
    return isAtLeast(SMB_3_0) ? SigningAlgorithm.AES_CMAC : SigningAlgorithm.HMAC_SHA256;
  }

  public static Optional<Dialect> ofRevision(int revision) {
    for (Dialect dialect : values()) {
      if (dialect.revision == revision) {
        return Optional.of(dialect);
      }
    }
    return Optional.empty();
  }
}
