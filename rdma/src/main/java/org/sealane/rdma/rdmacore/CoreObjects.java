package org.sealane.rdma.rdmacore;

import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvCompChannel;
import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaConnParam;
import com.ibm.disni.verbs.RdmaEventChannel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** DiSNI's objects, each with the structure of rdma-core that it stands for. */
final class CoreObjects {
  private CoreObjects() {}

  static final class Context extends IbvContext {
    final MemorySegment pointer;
    final MemorySegment postSend;
    final MemorySegment postRecv;
    final MemorySegment pollCq;
    final MemorySegment reqNotify;
    final MemorySegment allocMw;
    final MemorySegment deallocMw;

    Context(MemorySegment pointer) throws IOException {
      super(
          pointer.get(Layouts.INT, Layouts.Context.CMD_FD),
          pointer.get(Layouts.INT, Layouts.Context.NUM_COMP_VECTORS));
      this.pointer = pointer;
      postSend = Layouts.pointer(pointer, Layouts.Context.POST_SEND, 0);
      postRecv = Layouts.pointer(pointer, Layouts.Context.POST_RECV, 0);
      pollCq = Layouts.pointer(pointer, Layouts.Context.POLL_CQ, 0);
      reqNotify = Layouts.pointer(pointer, Layouts.Context.REQ_NOTIFY_CQ, 0);
      allocMw = Layouts.pointer(pointer, Layouts.Context.ALLOC_MW, 0);
      deallocMw = Layouts.pointer(pointer, Layouts.Context.DEALLOC_MW, 0);
    }
  }

  static final class Pd extends IbvPd {
    final MemorySegment pointer;

    Pd(IbvContext context, MemorySegment pointer) throws IOException {
      super(context);
      this.pointer = pointer;
    }

    Context core() {
      return (Context) context;
    }
  }

  static final class CompChannel extends IbvCompChannel {
    final MemorySegment pointer;

    CompChannel(IbvContext context, MemorySegment pointer) throws IOException {
      super(pointer.get(Layouts.INT, Layouts.CompChannel.FD), context);
      this.pointer = pointer;
    }
  }

  static final class Cq extends IbvCQ {
    /** Completions that one call into the device takes. */
    static final int BATCH = 64;

    final MemorySegment pointer;

    /** Of the one thread that polls. */
    final MemorySegment batch;

    private final Arena arena = Arena.ofShared();

    Cq(IbvContext context, IbvCompChannel channel, MemorySegment pointer) throws IOException {
      super(context, channel, 0);
      this.pointer = pointer;
      this.cqe = pointer.get(Layouts.INT, Layouts.Cq.CQE);
      this.batch = arena.allocate((long) BATCH * Layouts.Wc.BYTES, Long.BYTES);
    }

    Context core() {
      return (Context) context;
    }

    void free() {
      arena.close();
    }
  }

  static final class Mr extends IbvMr {
    final MemorySegment pointer;

    Mr(IbvContext context, MemorySegment pointer, long addr, int length, int access)
        throws IOException {
      super(
          context,
          addr,
          length,
          access,
          pointer.get(Layouts.INT, Layouts.Mr.LKEY),
          pointer.get(Layouts.INT, Layouts.Mr.RKEY),
          pointer.get(Layouts.INT, Layouts.Mr.HANDLE));
      this.pointer = pointer;
    }
  }

  /** A queue pair with room for one request of each kind, each guarded by itself. */
  static final class Qp extends IbvQP {
    /** Elements of one request; this project uses one. */
    static final int SGE_MAX = 1;

    final MemorySegment pointer;
    final MemorySegment sendRequest;
    final MemorySegment receiveRequest;
    final MemorySegment bad;
    private final Arena arena = Arena.ofShared();

    Qp(CmId id, Pd pd, MemorySegment pointer) throws IOException {
      super(pointer.get(Layouts.INT, Layouts.Qp.QP_NUM));
      this.pointer = pointer;
      this.context = id.getVerbs();
      this.pd = pd;
      this.sendRequest = withElement(arena, Layouts.SendWr.BYTES, Layouts.SendWr.SG_LIST);
      this.receiveRequest = withElement(arena, Layouts.RecvWr.BYTES, Layouts.RecvWr.SG_LIST);
      this.bad = arena.allocate(2L * Long.BYTES, Long.BYTES);
    }

    private static MemorySegment withElement(SegmentAllocator allocator, int bytes, int sgList) {
      MemorySegment request =
          allocator.allocate((long) bytes + SGE_MAX * Layouts.Sge.BYTES, Long.BYTES);
      request.set(Layouts.LONG, sgList, request.address() + bytes);
      return request;
    }

    Context core() {
      return (Context) context;
    }

    void free() {
      arena.close();
    }
  }

  static final class EventChannel extends RdmaEventChannel {
    final MemorySegment pointer;

    EventChannel(MemorySegment pointer) throws IOException {
      super(pointer.get(Layouts.INT, 0));
      this.pointer = pointer;
    }

    void closed() {
      isOpen = false;
    }
  }

  static final class CmId extends RdmaCmId {
    final MemorySegment pointer;

    CmId(RdmaEventChannel channel, MemorySegment pointer) throws IOException {
      super(channel, null);
      this.pointer = pointer;
    }

    /** The context of the device that the id was resolved to. */
    @Override
    public IbvContext getVerbs() throws IOException {
      if (verbs == null) {
        if (pointer.get(Layouts.LONG, Layouts.CmId.VERBS) == 0) {
          throw new IOException("the id has no device yet");
        }
        verbs = new Context(Layouts.pointer(pointer, Layouts.CmId.VERBS, Layouts.Context.BYTES));
      }
      return verbs;
    }

    void queuePair(Qp made) {
      setQp(made);
    }

    void closed() {
      isOpen = false;
    }
  }

  /** An event, with what the peer said copied, so that it can be acknowledged at once. */
  static final class CmEvent extends RdmaCmEvent {
    final MemorySegment pointer;

    CmEvent(MemorySegment pointer, RdmaCmId listener, RdmaCmId id, RdmaConnParam said)
        throws IOException {
      super(pointer.get(Layouts.INT, Layouts.CmEvent.EVENT), listener, id);
      this.pointer = pointer;
      this.status = pointer.get(Layouts.INT, Layouts.CmEvent.STATUS);
      this.conn = said;
    }
  }

  /** What the peer said; its data lies in the event and ends with it. */
  static final class Said extends RdmaConnParam {
    Said(MemorySegment param) {
      private_data_addr = param.get(Layouts.LONG, Layouts.ConnParam.PRIVATE_DATA);
      private_data_len = param.get(Layouts.BYTE, Layouts.ConnParam.PRIVATE_DATA_LEN);
      responder_resources = param.get(Layouts.BYTE, Layouts.ConnParam.RESPONDER_RESOURCES);
      initiator_depth = param.get(Layouts.BYTE, Layouts.ConnParam.INITIATOR_DEPTH);
    }
  }
}
