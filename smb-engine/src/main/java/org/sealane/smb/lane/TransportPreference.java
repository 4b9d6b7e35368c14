package org.sealane.smb.lane;

/** Which transports a policy lets a lane use. None of them ever changes its level. */
public enum TransportPreference {
  /** RDMA where it connects, else TCP. */
  RDMA_PREFERRED,
  /** RDMA or nothing. */
  RDMA_ONLY,
  /** TCP even where RDMA is available. */
  TCP_ONLY;

  /** The word used in documents, JSON and on the command line. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
