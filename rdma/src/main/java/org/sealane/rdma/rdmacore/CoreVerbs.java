package org.sealane.rdma.rdmacore;

import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvCompChannel;
import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.RdmaVerbs;
import com.ibm.disni.verbs.SVCDeregMr;
import com.ibm.disni.verbs.SVCPollCq;
import com.ibm.disni.verbs.SVCPostRecv;
import com.ibm.disni.verbs.SVCPostSend;
import com.ibm.disni.verbs.SVCRegMr;
import com.ibm.disni.verbs.SVCReqNotify;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.sealane.rdma.disni.ErrnoException;
import org.sealane.rdma.disni.Readiness;

/** DiSNI's verbs over libibverbs. */
final class CoreVerbs extends RdmaVerbs {
  private final NativeCalls calls;

  CoreVerbs(NativeCalls calls) {
    this.calls = calls;
  }

  private static MemorySegment pointer(IbvContext context) {
    return ((CoreObjects.Context) context).pointer;
  }

  @Override
  public IbvPd allocPd(IbvContext context) throws IOException {
    return new CoreObjects.Pd(context, calls.create("ibv_alloc_pd", pointer(context)));
  }

  @Override
  public int deallocPd(IbvPd pd) throws IOException {
    calls.callForErrno("ibv_dealloc_pd", ((CoreObjects.Pd) pd).pointer);
    return 0;
  }

  @Override
  public IbvCompChannel createCompChannel(IbvContext context) throws IOException {
    MemorySegment made = calls.create("ibv_create_comp_channel", pointer(context));
    CoreObjects.CompChannel channel =
        new CoreObjects.CompChannel(context, made.reinterpret(Layouts.CompChannel.BYTES));
    Readiness.makeNonBlocking(channel.getFd());
    return channel;
  }

  @Override
  public int destroyCompChannel(IbvCompChannel channel) throws IOException {
    calls.callForErrno("ibv_destroy_comp_channel", ((CoreObjects.CompChannel) channel).pointer);
    return 0;
  }

  @Override
  public IbvCQ createCQ(IbvContext context, IbvCompChannel channel, int entries, int vector)
      throws IOException {
    MemorySegment made =
        calls.create(
            "ibv_create_cq",
            pointer(context),
            entries,
            MemorySegment.NULL,
            ((CoreObjects.CompChannel) channel).pointer,
            vector);
    return new CoreObjects.Cq(context, channel, made.reinterpret(Layouts.Cq.BYTES));
  }

  @Override
  public int destroyCQ(IbvCQ queue) throws IOException {
    calls.callForErrno("ibv_destroy_cq", ((CoreObjects.Cq) queue).pointer);
    ((CoreObjects.Cq) queue).free();
    return 0;
  }

  /** True if an event was taken, which is then to be acknowledged. */
  @Override
  public boolean getCqEvent(IbvCompChannel channel, IbvCQ queue, int timeoutMillis)
      throws IOException {
    if (!Readiness.await(channel.getFd(), timeoutMillis)) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment got = arena.allocate(2L * Long.BYTES, Long.BYTES);
      calls.call(
          "ibv_get_cq_event",
          ((CoreObjects.CompChannel) channel).pointer,
          got,
          got.asSlice(Long.BYTES));
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == ErrnoException.EAGAIN) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public int ackCqEvents(IbvCQ queue, int count) {
    calls.run("ibv_ack_cq_events", ((CoreObjects.Cq) queue).pointer, count);
    return 0;
  }

  /** Not for memory of the heap. */
  @Override
  public SVCRegMr regMr(IbvPd pd, ByteBuffer buffer, int access) throws IOException {
    if (!buffer.isDirect()) {
      throw new IOException("memory of the heap can not be registered");
    }
    return regMr(pd, MemorySegment.ofBuffer(buffer).address(), buffer.remaining(), access);
  }

  @Override
  public SVCRegMr regMr(IbvPd pd, long address, int length, int access) {
    return new CoreCalls.RegMr(calls, (CoreObjects.Pd) pd, address, length, access);
  }

  @Override
  public SVCDeregMr deregMr(IbvMr region) {
    return new CoreCalls.DeregMr(calls, (CoreObjects.Mr) region);
  }

  /** On-demand paging is not used. */
  @Override
  public int queryOdpSupport(IbvContext context) {
    return 0;
  }

  @Override
  public int expPrefetchMr(IbvMr region, long address, int length) throws IOException {
    throw new IOException("on-demand paging is not used");
  }

  @Override
  public SVCPostSend postSend(IbvQP queuePair, List<IbvSendWR> requests, List<IbvSendWR> bad) {
    return new CoreCalls.PostSend((CoreObjects.Qp) queuePair, requests);
  }

  @Override
  public SVCPostRecv postRecv(IbvQP queuePair, List<IbvRecvWR> requests, List<IbvRecvWR> bad) {
    return new CoreCalls.PostRecv((CoreObjects.Qp) queuePair, requests);
  }

  @Override
  public SVCPollCq pollCQ(IbvCQ queue, IbvWC[] into, int max) {
    return new CoreCalls.PollCq((CoreObjects.Cq) queue, into, max);
  }

  @Override
  public SVCReqNotify reqNotifyCQ(IbvCQ queue, boolean solicitedOnly) {
    return new CoreCalls.ReqNotify((CoreObjects.Cq) queue, solicitedOnly);
  }

  MemorySegment allocWindow(IbvPd pd) throws ErrnoException {
    CoreObjects.Pd core = (CoreObjects.Pd) pd;
    return NativeCalls.allocMw(core.core().allocMw, core.pointer, CoreExtensions.MW_TYPE_2)
        .reinterpret(Layouts.Mw.BYTES);
  }
}
