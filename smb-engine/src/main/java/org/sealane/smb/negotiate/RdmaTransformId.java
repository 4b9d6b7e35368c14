package org.sealane.smb.negotiate;

import java.util.Optional;

/** Transforms of SMB2_RDMA_TRANSFORM_CAPABILITIES, [MS-SMB2] 2.2.3.1.6. */
public enum RdmaTransformId {
  ENCRYPTION(0x0001),
  SIGNING(0x0002);

  /** The id that stands alone in a response without a common transform. */
  public static final int NONE = 0x0000;

  private final int id;

  RdmaTransformId(int id) {
    this.id = id;
  }

  /** The 16-bit id on the wire. */
  public int id() {
    return id;
  }

  public static Optional<RdmaTransformId> ofId(int id) {
    for (RdmaTransformId transform : values()) {
      if (transform.id == id) {
        return Optional.of(transform);
      }
    }
    return Optional.empty();
  }
}
