package org.sealane.rdma.rdmacore;

import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.SVCDeregMr;
import com.ibm.disni.verbs.SVCPollCq;
import com.ibm.disni.verbs.SVCPostRecv;
import com.ibm.disni.verbs.SVCPostSend;
import com.ibm.disni.verbs.SVCRegMr;
import com.ibm.disni.verbs.SVCReqNotify;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedList;
import java.util.List;
import org.sealane.rdma.disni.BindWr;
import org.sealane.rdma.disni.ErrnoException;

/** DiSNI's calls that can be kept and executed again. They hold no native memory of their own. */
final class CoreCalls {
  private CoreCalls() {}

  private static IOException notChangeable() {
    return new IOException("a request is not changed once it is in a call");
  }

  static final class RegMr extends SVCRegMr {
    private final NativeCalls calls;
    private final CoreObjects.Pd pd;
    private final long address;
    private final int length;
    private final int access;
    private IbvMr made;

    RegMr(NativeCalls calls, CoreObjects.Pd pd, long address, int length, int access) {
      this.calls = calls;
      this.pd = pd;
      this.address = address;
      this.length = length;
      this.access = access;
    }

    @Override
    public SVCRegMr execute() throws IOException {
      MemorySegment region =
          calls.register(pd.pointer, MemorySegment.ofAddress(address), length, access);
      made = new CoreObjects.Mr(pd.getContext(), region, address, length, access);
      return this;
    }

    @Override
    public IbvMr getMr() {
      return made;
    }

    @Override
    public boolean isValid() {
      return true;
    }

    @Override
    public SVCRegMr free() {
      return this;
    }
  }

  static final class DeregMr extends SVCDeregMr {
    private final NativeCalls calls;
    private final CoreObjects.Mr region;

    DeregMr(NativeCalls calls, CoreObjects.Mr region) {
      this.calls = calls;
      this.region = region;
    }

    @Override
    public SVCDeregMr execute() throws IOException {
      calls.callForErrno("ibv_dereg_mr", region.pointer);
      return this;
    }

    @Override
    public boolean isValid() {
      return true;
    }

    @Override
    public SVCDeregMr free() {
      return this;
    }
  }

  static final class PostSend extends SVCPostSend {
    private final CoreObjects.Qp queuePair;
    private final List<IbvSendWR> requests;

    PostSend(CoreObjects.Qp queuePair, List<IbvSendWR> requests) {
      this.queuePair = queuePair;
      this.requests = requests;
    }

    @Override
    public SVCPostSend execute() throws IOException {
      MemorySegment native_ = queuePair.sendRequest;
      synchronized (native_) {
        for (IbvSendWR request : requests) {
          write(request, native_);
          requireDone(
              "ibv_post_send",
              NativeCalls.post(
                  queuePair.core().postSend, queuePair.pointer, native_, queuePair.bad));
        }
      }
      return this;
    }

    private static void write(IbvSendWR request, MemorySegment to) throws IOException {
      to.set(Layouts.LONG, Layouts.SendWr.WR_ID, request.getWr_id());
      to.set(Layouts.INT, Layouts.SendWr.OPCODE, request.getOpcode());
      to.set(Layouts.INT, Layouts.SendWr.SEND_FLAGS, request.getSend_flags());
      to.set(Layouts.INT, Layouts.SendWr.INVALIDATE_RKEY, request.getImm_data());
      to.set(Layouts.LONG, Layouts.SendWr.REMOTE_ADDR, request.getRdma().getRemote_addr());
      to.set(Layouts.INT, Layouts.SendWr.RKEY, request.getRdma().getRkey());
      if (request instanceof BindWr bind) {
        CoreExtensions.CoreWindow window = (CoreExtensions.CoreWindow) bind.window();
        to.set(Layouts.LONG, Layouts.SendWr.BIND_MW, window.pointer().address());
        to.set(Layouts.INT, Layouts.SendWr.BIND_RKEY, bind.key());
        to.set(
            Layouts.LONG,
            Layouts.SendWr.BIND_MR,
            ((CoreObjects.Mr) bind.region()).pointer.address());
        to.set(Layouts.LONG, Layouts.SendWr.BIND_ADDR, bind.address());
        to.set(Layouts.LONG, Layouts.SendWr.BIND_LENGTH, bind.length());
        to.set(Layouts.INT, Layouts.SendWr.BIND_ACCESS, bind.access());
      }
      to.set(
          Layouts.INT,
          Layouts.SendWr.NUM_SGE,
          writeElement(request.getSg_list(), to.asSlice(Layouts.SendWr.BYTES)));
    }

    @Override
    public SendWRMod getWrMod(int index) throws IOException {
      throw notChangeable();
    }

    @Override
    public boolean isValid() {
      return queuePair.isOpen();
    }

    @Override
    public SVCPostSend free() {
      return this;
    }
  }

  private static int writeElement(LinkedList<IbvSge> elements, MemorySegment to)
      throws IOException {
    if (elements == null || elements.isEmpty()) {
      return 0;
    }
    if (elements.size() > CoreObjects.Qp.SGE_MAX) {
      throw new IOException(
          elements.size() + " elements in a request, at most " + CoreObjects.Qp.SGE_MAX);
    }
    IbvSge element = elements.getFirst();
    to.set(Layouts.LONG, Layouts.Sge.ADDR, element.getAddr());
    to.set(Layouts.INT, Layouts.Sge.LENGTH, element.getLength());
    to.set(Layouts.INT, Layouts.Sge.LKEY, element.getLkey());
    return 1;
  }

  private static void requireDone(String call, int errno) throws ErrnoException {
    if (errno != 0) {
      throw new ErrnoException(call, Math.abs(errno));
    }
  }

  static final class PostRecv extends SVCPostRecv {
    private final CoreObjects.Qp queuePair;
    private final List<IbvRecvWR> requests;

    PostRecv(CoreObjects.Qp queuePair, List<IbvRecvWR> requests) {
      this.queuePair = queuePair;
      this.requests = requests;
    }

    @Override
    public SVCPostRecv execute() throws IOException {
      MemorySegment native_ = queuePair.receiveRequest;
      synchronized (native_) {
        for (IbvRecvWR request : requests) {
          native_.set(Layouts.LONG, Layouts.RecvWr.WR_ID, request.getWr_id());
          native_.set(
              Layouts.INT,
              Layouts.RecvWr.NUM_SGE,
              writeElement(request.getSg_list(), native_.asSlice(Layouts.RecvWr.BYTES)));
          requireDone(
              "ibv_post_recv",
              NativeCalls.post(
                  queuePair.core().postRecv,
                  queuePair.pointer,
                  native_,
                  queuePair.bad.asSlice(Long.BYTES)));
        }
      }
      return this;
    }

    @Override
    public RecvWRMod getWrMod(int index) throws IOException {
      throw notChangeable();
    }

    @Override
    public boolean isValid() {
      return queuePair.isOpen();
    }

    @Override
    public SVCPostRecv free() {
      return this;
    }
  }

  static final class PollCq extends SVCPollCq {
    private final CoreObjects.Cq queue;
    private final IbvWC[] into;
    private final int max;
    private int polled;

    PollCq(CoreObjects.Cq queue, IbvWC[] into, int max) {
      this.queue = queue;
      this.into = into;
      this.max = Math.min(Math.min(max, into.length), CoreObjects.Cq.BATCH);
    }

    @Override
    public SVCPollCq execute() throws IOException {
      polled = NativeCalls.pollCq(queue.core().pollCq, queue.pointer, max, queue.batch);
      if (polled < 0) {
        throw new IOException("ibv_poll_cq failed: " + polled);
      }
      for (int i = 0; i < polled; i++) {
        read(queue.batch.asSlice((long) i * Layouts.Wc.BYTES, Layouts.Wc.BYTES), into[i]);
      }
      return this;
    }

    private static void read(MemorySegment from, IbvWC to) {
      to.setWr_id(from.get(Layouts.LONG, Layouts.Wc.WR_ID));
      to.setStatus(from.get(Layouts.INT, Layouts.Wc.STATUS));
      to.setOpcode(from.get(Layouts.INT, Layouts.Wc.OPCODE));
      to.setVendor_err(from.get(Layouts.INT, Layouts.Wc.VENDOR_ERR));
      to.setByte_len(from.get(Layouts.INT, Layouts.Wc.BYTE_LEN));
      to.setImm_data(from.get(Layouts.INT, Layouts.Wc.INVALIDATED_RKEY));
      to.setQp_num(from.get(Layouts.INT, Layouts.Wc.QP_NUM));
      to.setWc_flags(from.get(Layouts.INT, Layouts.Wc.WC_FLAGS));
    }

    @Override
    public int getPolls() {
      return polled;
    }

    @Override
    public boolean isValid() {
      return queue.isOpen();
    }

    @Override
    public SVCPollCq free() {
      return this;
    }
  }

  static final class ReqNotify extends SVCReqNotify {
    private final CoreObjects.Cq queue;
    private final boolean solicitedOnly;

    ReqNotify(CoreObjects.Cq queue, boolean solicitedOnly) {
      this.queue = queue;
      this.solicitedOnly = solicitedOnly;
    }

    @Override
    public SVCReqNotify execute() throws IOException {
      requireDone(
          "ibv_req_notify_cq",
          NativeCalls.reqNotify(queue.core().reqNotify, queue.pointer, solicitedOnly ? 1 : 0));
      return this;
    }

    @Override
    public boolean isValid() {
      return queue.isOpen();
    }

    @Override
    public SVCReqNotify free() {
      return this;
    }
  }
}
