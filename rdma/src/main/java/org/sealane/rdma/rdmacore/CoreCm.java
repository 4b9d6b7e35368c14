package org.sealane.rdma.rdmacore;

import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvQPInitAttr;
import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaConnParam;
import com.ibm.disni.verbs.RdmaEventChannel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.sealane.rdma.disni.ErrnoException;
import org.sealane.rdma.disni.Readiness;

/** DiSNI's connection management over librdmacm. */
final class CoreCm extends RdmaCm {
  private final NativeCalls calls;

  /** Ids by the address of their structure, as events name them. */
  private final Map<Long, CoreObjects.CmId> ids = new ConcurrentHashMap<>();

  CoreCm(NativeCalls calls) {
    this.calls = calls;
  }

  private static MemorySegment pointer(RdmaCmId id) {
    return ((CoreObjects.CmId) id).pointer;
  }

  private static MemorySegment pointer(RdmaEventChannel channel) {
    return ((CoreObjects.EventChannel) channel).pointer;
  }

  @Override
  public RdmaEventChannel createEventChannel() throws IOException {
    CoreObjects.EventChannel made =
        new CoreObjects.EventChannel(
            calls.create("rdma_create_event_channel").reinterpret(Integer.BYTES));
    Readiness.makeNonBlocking(made.getFd());
    return made;
  }

  @Override
  public RdmaCmId createId(RdmaEventChannel channel, short portSpace) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment made = arena.allocate(Long.BYTES, Long.BYTES);
      calls.call(
          "rdma_create_id",
          pointer(channel),
          made,
          MemorySegment.NULL,
          Short.toUnsignedInt(portSpace));
      return keep(channel, Layouts.pointer(made, 0, Layouts.CmId.BYTES));
    }
  }

  private CoreObjects.CmId keep(RdmaEventChannel channel, MemorySegment pointer)
      throws IOException {
    CoreObjects.CmId id = new CoreObjects.CmId(channel, pointer);
    ids.put(pointer.address(), id);
    return id;
  }

  @Override
  public IbvQP createQP(RdmaCmId id, IbvPd pd, IbvQPInitAttr wanted) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attr = arena.allocate(Layouts.QpInitAttr.BYTES, Long.BYTES);
      attr.set(Layouts.LONG, Layouts.QpInitAttr.SEND_CQ, address(wanted.getSend_cq()));
      attr.set(Layouts.LONG, Layouts.QpInitAttr.RECV_CQ, address(wanted.getRecv_cq()));
      attr.set(Layouts.INT, Layouts.QpInitAttr.MAX_SEND_WR, wanted.cap().getMax_send_wr());
      attr.set(Layouts.INT, Layouts.QpInitAttr.MAX_RECV_WR, wanted.cap().getMax_recv_wr());
      attr.set(Layouts.INT, Layouts.QpInitAttr.MAX_SEND_SGE, wanted.cap().getMax_send_sge());
      attr.set(Layouts.INT, Layouts.QpInitAttr.MAX_RECV_SGE, wanted.cap().getMax_recv_sge());
      attr.set(Layouts.INT, Layouts.QpInitAttr.QP_TYPE, wanted.getQp_type());
      attr.set(Layouts.INT, Layouts.QpInitAttr.SQ_SIG_ALL, wanted.getSq_sig_all());
      calls.call("rdma_create_qp", pointer(id), ((CoreObjects.Pd) pd).pointer, attr);
      CoreObjects.CmId core = (CoreObjects.CmId) id;
      CoreObjects.Qp made =
          new CoreObjects.Qp(
              core,
              (CoreObjects.Pd) pd,
              Layouts.pointer(core.pointer, Layouts.CmId.QP, Layouts.Qp.BYTES));
      core.queuePair(made);
      return made;
    }
  }

  private static long address(com.ibm.disni.verbs.IbvCQ queue) {
    return ((CoreObjects.Cq) queue).pointer.address();
  }

  @Override
  public void bindAddr(RdmaCmId id, SocketAddress address) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      calls.call("rdma_bind_addr", pointer(id), sockaddr(arena, address));
    }
  }

  private static MemorySegment sockaddr(Arena arena, SocketAddress address) throws IOException {
    MemorySegment made = arena.allocate(SocketAddresses.BYTES, Long.BYTES);
    SocketAddresses.write(address, made);
    return made;
  }

  @Override
  public void listen(RdmaCmId id, int backlog) throws IOException {
    calls.call("rdma_listen", pointer(id), backlog);
  }

  @Override
  public void resolveAddr(
      RdmaCmId id, SocketAddress source, SocketAddress destination, int timeoutMillis)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      calls.call(
          "rdma_resolve_addr",
          pointer(id),
          source == null ? MemorySegment.NULL : sockaddr(arena, source),
          sockaddr(arena, destination),
          timeoutMillis);
    }
  }

  @Override
  public void resolveRoute(RdmaCmId id, int timeoutMillis) throws IOException {
    calls.call("rdma_resolve_route", pointer(id), timeoutMillis);
  }

  /** As DiSNI's: null if there is none within the timeout, which may be -1 for no limit. */
  @Override
  public RdmaCmEvent getCmEvent(RdmaEventChannel channel, int timeoutMillis) throws IOException {
    if (!Readiness.await(channel.getFd(), timeoutMillis)) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment got = arena.allocate(Long.BYTES, Long.BYTES);
      calls.call("rdma_get_cm_event", pointer(channel), got);
      MemorySegment event = Layouts.pointer(got, 0, Layouts.CmEvent.BYTES);
      long listenAddress = event.get(Layouts.LONG, Layouts.CmEvent.LISTEN_ID);
      long idAddress = event.get(Layouts.LONG, Layouts.CmEvent.ID);
      // The id of an event that names a listener is new.
      RdmaCmId id =
          listenAddress == 0
              ? ids.get(idAddress)
              : keep(channel, Layouts.pointer(event, Layouts.CmEvent.ID, Layouts.CmId.BYTES));
      MemorySegment said = event.asSlice(Layouts.CmEvent.CONN, Layouts.ConnParam.BYTES);
      return new CoreObjects.CmEvent(event, ids.get(listenAddress), id, new CoreObjects.Said(said));
    } catch (ErrnoException e) {
      if (e.errno() == ErrnoException.EAGAIN) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public void connect(RdmaCmId id, RdmaConnParam param) throws IOException {
    converse("rdma_connect", id, param);
  }

  @Override
  public void accept(RdmaCmId id, RdmaConnParam param) throws IOException {
    converse("rdma_accept", id, param);
  }

  private void converse(String call, RdmaCmId id, RdmaConnParam param) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment native_ = arena.allocate(Layouts.ConnParam.BYTES, Long.BYTES);
      native_.set(Layouts.LONG, Layouts.ConnParam.PRIVATE_DATA, param.getPrivate_data());
      native_.set(Layouts.BYTE, Layouts.ConnParam.PRIVATE_DATA_LEN, param.getPrivate_data_len());
      native_.set(
          Layouts.BYTE, Layouts.ConnParam.RESPONDER_RESOURCES, param.getResponder_resources());
      native_.set(Layouts.BYTE, Layouts.ConnParam.INITIATOR_DEPTH, param.getInitiator_depth());
      native_.set(Layouts.BYTE, Layouts.ConnParam.FLOW_CONTROL, param.getFlow_control());
      native_.set(Layouts.BYTE, Layouts.ConnParam.RETRY_COUNT, param.getRetry_count());
      native_.set(Layouts.BYTE, Layouts.ConnParam.RNR_RETRY_COUNT, param.getRnr_retry_count());
      calls.call(call, pointer(id), native_);
    }
  }

  void reject(RdmaCmId id) throws ErrnoException {
    calls.call("rdma_reject", pointer(id), MemorySegment.NULL, 0);
  }

  @Override
  public int ackCmEvent(RdmaCmEvent event) {
    try {
      return calls.call("rdma_ack_cm_event", ((CoreObjects.CmEvent) event).pointer);
    } catch (ErrnoException e) {
      throw new IllegalStateException("an event was acknowledged twice", e);
    }
  }

  @Override
  public int disconnect(RdmaCmId id) throws IOException {
    return calls.call("rdma_disconnect", pointer(id));
  }

  @Override
  public int destroyEventChannel(RdmaEventChannel channel) {
    calls.run("rdma_destroy_event_channel", pointer(channel));
    ((CoreObjects.EventChannel) channel).closed();
    return 0;
  }

  @Override
  public int destroyCmId(RdmaCmId id) throws IOException {
    // Before its address can be another id's.
    ids.remove(pointer(id).address(), id);
    int result = calls.call("rdma_destroy_id", pointer(id));
    ((CoreObjects.CmId) id).closed();
    return result;
  }

  @Override
  public int destroyQP(RdmaCmId id) {
    calls.run("rdma_destroy_qp", pointer(id));
    ((CoreObjects.Qp) id.getQp()).free();
    return 0;
  }

  @Override
  public SocketAddress getSrcAddr(RdmaCmId id) throws IOException {
    return address(id, Layouts.CmId.SRC_ADDR);
  }

  @Override
  public SocketAddress getDstAddr(RdmaCmId id) throws IOException {
    return address(id, Layouts.CmId.DST_ADDR);
  }

  private static SocketAddress address(RdmaCmId id, int offset) throws IOException {
    return SocketAddresses.read(pointer(id).asSlice(offset, SocketAddresses.BYTES));
  }

  @Override
  public int destroyEp(RdmaCmId id) throws IOException {
    if (id.getQp() != null) {
      destroyQP(id);
    }
    return destroyCmId(id);
  }
}
