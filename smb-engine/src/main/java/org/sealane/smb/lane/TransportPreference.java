package org.sealane.smb.lane;

/** Which transports a policy lets a lane use. None of them ever changes its level. */
public enum TransportPreference {
  /** RDMA where it connects, else TCP. */
  RDMA_PREFERRED,
  /** RDMA or nothing. */
  RDMA_ONLY,
  /** TCP even where RDMA is available. */
  TCP_ONLY;

  /** The transport's name. */
  static final String RDMA = "rdma";

  /** True if a lane may stay on the transport of that name. */
  boolean allows(String transport) {
    return switch (this) {
      case RDMA_PREFERRED -> true;
      case RDMA_ONLY -> transport.equals(RDMA);
      case TCP_ONLY -> !transport.equals(RDMA);
    };
  }

  /** The word used in documents, JSON and on the command line. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
