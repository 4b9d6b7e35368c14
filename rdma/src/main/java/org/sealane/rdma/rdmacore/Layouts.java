package org.sealane.rdma.rdmacore;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Sizes and offsets in bytes of the structures that are read and written, on 64-bit Linux. */
final class Layouts {
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private Layouts() {}

  /** The pointer at an offset of a structure, with {@code bytes} of what it points to. */
  static MemorySegment pointer(MemorySegment in, long offset, long bytes) {
    return MemorySegment.ofAddress(in.get(LONG, offset)).reinterpret(bytes);
  }

  /** {@code ibv_sge}. */
  static final class Sge {
    static final int BYTES = 16;
    static final int ADDR = 0;
    static final int LENGTH = 8;
    static final int LKEY = 12;

    private Sge() {}
  }

  /** {@code ibv_send_wr}; a bind lies where atomics and datagrams have their part. */
  static final class SendWr {
    static final int BYTES = 128;
    static final int WR_ID = 0;
    static final int SG_LIST = 16;
    static final int NUM_SGE = 24;
    static final int OPCODE = 28;
    static final int SEND_FLAGS = 32;
    static final int INVALIDATE_RKEY = 36;
    static final int REMOTE_ADDR = 40;
    static final int RKEY = 48;
    static final int BIND_MW = 80;
    static final int BIND_RKEY = 88;
    static final int BIND_MR = 96;
    static final int BIND_ADDR = 104;
    static final int BIND_LENGTH = 112;
    static final int BIND_ACCESS = 120;

    private SendWr() {}
  }

  /** {@code ibv_recv_wr}. */
  static final class RecvWr {
    static final int BYTES = 32;
    static final int WR_ID = 0;
    static final int SG_LIST = 16;
    static final int NUM_SGE = 24;

    private RecvWr() {}
  }

  /** {@code ibv_wc}. */
  static final class Wc {
    static final int BYTES = 48;
    static final int WR_ID = 0;
    static final int STATUS = 8;
    static final int OPCODE = 12;
    static final int VENDOR_ERR = 16;
    static final int BYTE_LEN = 20;
    static final int INVALIDATED_RKEY = 24;
    static final int QP_NUM = 28;
    static final int WC_FLAGS = 36;

    private Wc() {}
  }

  /** {@code ibv_qp_init_attr}, with its {@code ibv_qp_cap}. */
  static final class QpInitAttr {
    static final int BYTES = 64;
    static final int SEND_CQ = 8;
    static final int RECV_CQ = 16;
    static final int MAX_SEND_WR = 32;
    static final int MAX_RECV_WR = 36;
    static final int MAX_SEND_SGE = 40;
    static final int MAX_RECV_SGE = 44;
    static final int QP_TYPE = 52;
    static final int SQ_SIG_ALL = 56;

    private QpInitAttr() {}
  }

  /** {@code ibv_qp}. */
  static final class Qp {
    static final int BYTES = 160;
    static final int QP_NUM = 52;

    private Qp() {}
  }

  /** {@code ibv_cq}. */
  static final class Cq {
    static final int BYTES = 128;
    static final int CQE = 28;

    private Cq() {}
  }

  /** {@code ibv_mr}. */
  static final class Mr {
    static final int BYTES = 48;
    static final int HANDLE = 32;
    static final int LKEY = 36;
    static final int RKEY = 40;

    private Mr() {}
  }

  /** {@code ibv_mw}. */
  static final class Mw {
    static final int BYTES = 32;
    static final int RKEY = 16;

    private Mw() {}
  }

  /** {@code ibv_comp_channel}. */
  static final class CompChannel {
    static final int BYTES = 16;
    static final int FD = 8;

    private CompChannel() {}
  }

  /** {@code ibv_context}, with the calls of {@code ibv_context_ops} that a header inlines. */
  static final class Context {
    static final int BYTES = 328;
    static final int DEVICE = 0;
    static final int ALLOC_MW = 64;
    static final int DEALLOC_MW = 80;
    static final int POLL_CQ = 96;
    static final int REQ_NOTIFY_CQ = 104;
    static final int POST_SEND = 208;
    static final int POST_RECV = 216;
    static final int CMD_FD = 264;
    static final int NUM_COMP_VECTORS = 272;

    private Context() {}
  }

  /** {@code ibv_device_attr}. */
  static final class DeviceAttr {
    static final int BYTES = 232;
    static final int MAX_MR_SIZE = 80;
    static final int MAX_QP = 108;
    static final int MAX_QP_WR = 112;
    static final int DEVICE_CAP_FLAGS = 116;
    static final int MAX_CQE = 132;
    static final int MAX_MR = 136;
    static final int MAX_QP_RD_ATOM = 144;
    static final int MAX_QP_INIT_RD_ATOM = 156;
    static final int MAX_MW = 176;
    static final int PHYS_PORT_CNT = 227;

    private DeviceAttr() {}
  }

  /** The part of {@code ibv_port_attr} that {@code ibv_query_port} fills. */
  static final class PortAttr {
    static final int BYTES = 64;
    static final int STATE = 0;
    static final int MAX_MSG_SZ = 20;

    private PortAttr() {}
  }

  /** {@code rdma_cm_id}. */
  static final class CmId {
    static final int BYTES = 416;
    static final int VERBS = 0;
    static final int QP = 24;
    static final int SRC_ADDR = 32;
    static final int DST_ADDR = 160;
    static final int SOCKADDR_BYTES = 28;

    private CmId() {}
  }

  /** {@code rdma_conn_param}. */
  static final class ConnParam {
    static final int BYTES = 24;
    static final int PRIVATE_DATA = 0;
    static final int PRIVATE_DATA_LEN = 8;
    static final int RESPONDER_RESOURCES = 9;
    static final int INITIATOR_DEPTH = 10;
    static final int FLOW_CONTROL = 11;
    static final int RETRY_COUNT = 12;
    static final int RNR_RETRY_COUNT = 13;

    private ConnParam() {}
  }

  /** {@code rdma_cm_event}. */
  static final class CmEvent {
    static final int BYTES = 80;
    static final int ID = 0;
    static final int LISTEN_ID = 8;
    static final int EVENT = 16;
    static final int STATUS = 20;
    static final int CONN = 24;

    private CmEvent() {}
  }
}
