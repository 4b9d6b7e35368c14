package org.sealane.rdma.verbs;

/** How a work request ended, {@code ibv_wc_status}. All but the first break the queue pair. */
public enum CompletionStatus {
  SUCCESS(0),
  /** A message was longer than the receive, or a request longer than the device takes. */
  LOC_LEN_ERR(1),
  LOC_QP_OP_ERR(2),
  LOC_EEC_OP_ERR(3),
  /** The local memory named is not registered, or lacks the right. */
  LOC_PROT_ERR(4),
  /** The queue pair was or came into error before the request was carried out. */
  WR_FLUSH_ERR(5),
  MW_BIND_ERR(6),
  BAD_RESP_ERR(7),
  LOC_ACCESS_ERR(8),
  /** The peer could not do it: its receive was too short, or the key to invalidate wrong. */
  REM_INV_REQ_ERR(9),
  /** The peer gave no such right: wrong key, out of bounds, or the other direction. */
  REM_ACCESS_ERR(10),
  REM_OP_ERR(11),
  /** The peer does not answer. */
  RETRY_EXC_ERR(12),
  /** The peer had no receive posted. */
  RNR_RETRY_EXC_ERR(13),
  LOC_RDD_VIOL_ERR(14),
  REM_INV_RD_REQ_ERR(15),
  REM_ABORT_ERR(16),
  INV_EECN_ERR(17),
  INV_EEC_STATE_ERR(18),
  FATAL_ERR(19),
  RESP_TIMEOUT_ERR(20),
  GENERAL_ERR(21);

  private static final CompletionStatus[] BY_CODE = values();

  private final int code;

  CompletionStatus(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** The status of a code; one that is not known is {@link #GENERAL_ERR}. */
  public static CompletionStatus ofCode(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : GENERAL_ERR;
  }
}
