package org.sealane.smb.lane;

import java.util.Locale;

/** Why a lane takes a new session. */
public enum MoveCause {
  /** Its keys have sealed or signed as many bytes or messages, or served as long, as they may. */
  REKEY,
  /** The policy names other ciphers or signing algorithms, or another transport. */
  POLICY,
  /** The way to the other node changed. */
  ROUTE,
  /** RDMA, which its policy prefers, works again. */
  RETURN,
  /** Its connection is gone, by an accident or by the restart of the other node. */
  LOSS;

  /** The word used in logs, JSON and metrics. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
