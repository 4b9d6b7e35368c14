package org.sealane.rdma.disni;

import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvQPInitAttr;
import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Set;
import org.sealane.rdma.verbs.Access;
import org.sealane.rdma.verbs.CompletionStatus;
import org.sealane.rdma.verbs.ConnectParameters;
import org.sealane.rdma.verbs.QueuePair;
import org.sealane.rdma.verbs.QueuePairSettings;
import org.sealane.rdma.verbs.Slice;
import org.sealane.rdma.verbs.VerbsException;
import org.sealane.rdma.verbs.WorkRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue pair of a connection id.
 *
 * <p>Life: {@code OPEN -> BROKEN -> CLOSED}. Devices do not tell the peer when a queue pair fails,
 * and some never flush what is posted after that: so a failed completion has the connection
 * disconnected here, and what is posted to a BROKEN queue pair is flushed without the device.
 */
final class DisniQueuePair implements QueuePair {
  private static final Logger LOG = LoggerFactory.getLogger(DisniQueuePair.class);

  /** Bit of a device's work id that tells receives; below it is the slot, above it the serial. */
  private static final long RECEIVE = 1L << 31;

  private static final int SERIAL_SHIFT = 32;
  private static final int OPCODE_LOCAL_INVALIDATE = 7;
  private static final int OPCODE_SEND_WITH_INVALIDATE = 9;

  private enum State {
    OPEN,
    BROKEN,
    CLOSED
  }

  private final DisniVerbs verbs;
  private final int serial;
  private final RdmaCmId id;
  private final IbvQP queuePair;
  private final DisniCompletionQueue completions;
  private final int depths;
  private final WorkQueue sends;
  private final WorkQueue receives;
  private final Listener listener;
  private final InetSocketAddress local;
  private final InetSocketAddress peer;
  private volatile ConnectParameters negotiated;

  // Guarded by this; posting holds it too, so that nothing reaches a device that is not flushed.
  private State state = State.OPEN;
  private boolean told;

  /** Those that were bound through this queue pair, and perhaps through another since. */
  private final Set<DisniWindow> windows = new HashSet<>();

  private DisniQueuePair(
      DisniVerbs verbs,
      int serial,
      RdmaCmId id,
      IbvQP queuePair,
      QueuePairSettings settings,
      ConnectParameters negotiated,
      Listener listener)
      throws IOException {
    this.verbs = verbs;
    this.serial = serial;
    this.id = id;
    this.queuePair = queuePair;
    this.completions = (DisniCompletionQueue) settings.completions();
    this.depths = settings.sendDepth() + settings.receiveDepth();
    this.sends = new WorkQueue(settings.sendDepth());
    this.receives = new WorkQueue(settings.receiveDepth());
    this.negotiated = negotiated;
    this.listener = listener;
    this.local = (InetSocketAddress) id.getSource();
    this.peer = (InetSocketAddress) id.getDestination();
  }

  /**
   * Makes the queue pair of a resolved id. The id is the caller's if this fails, and else the queue
   * pair's.
   */
  static DisniQueuePair create(
      DisniVerbs verbs,
      int serial,
      RdmaCmId id,
      QueuePairSettings settings,
      ConnectParameters negotiated,
      Listener listener)
      throws VerbsException {
    if (!(settings.completions() instanceof DisniCompletionQueue completions)
        || completions.verbs() != verbs) {
      throw new VerbsException(VerbsException.Kind.CLOSED, "the completion queue is not open here");
    }
    int depthMax = verbs.attributes().queueDepthMax();
    if (settings.sendDepth() > depthMax || settings.receiveDepth() > depthMax) {
      throw new VerbsException(
          VerbsException.Kind.EXHAUSTED, "a queue holds " + depthMax + " requests at most");
    }
    int depths = settings.sendDepth() + settings.receiveDepth();
    if (!completions.reserve(depths)) {
      throw new VerbsException(
          VerbsException.Kind.EXHAUSTED,
          "the completion queue has no room for " + depths + " more requests");
    }
    try {
      IbvQP made = id.createQP(verbs.domain(), attributes(completions, settings));
      DisniQueuePair queuePair =
          new DisniQueuePair(verbs, serial, id, made, settings, negotiated, listener);
      completions.add(queuePair);
      return queuePair;
    } catch (IOException e) {
      completions.unreserve(depths);
      throw DisniVerbs.asVerbs("no queue pair", e);
    }
  }

  private static IbvQPInitAttr attributes(
      DisniCompletionQueue completions, QueuePairSettings settings) {
    IbvQPInitAttr wanted = new IbvQPInitAttr();
    wanted.setQp_type(IbvQP.IBV_QPT_RC);
    wanted.setSend_cq(completions.queue());
    wanted.setRecv_cq(completions.queue());
    wanted.cap().setMax_send_wr(settings.sendDepth());
    wanted.cap().setMax_recv_wr(settings.receiveDepth());
    wanted.cap().setMax_send_sge(1);
    wanted.cap().setMax_recv_sge(1);
    return wanted;
  }

  int serial() {
    return serial;
  }

  RdmaCmId id() {
    return id;
  }

  static int serial(long deviceWorkId) {
    return (int) (deviceWorkId >>> SERIAL_SHIFT);
  }

  static int slot(long deviceWorkId) {
    return (int) (deviceWorkId & (RECEIVE - 1));
  }

  WorkQueue queue(long deviceWorkId) {
    return (deviceWorkId & RECEIVE) != 0 ? receives : sends;
  }

  void negotiated(ConnectParameters both) {
    negotiated = both;
  }

  @Override
  public int number() {
    try {
      return queuePair.getQp_num();
    } catch (IOException e) {
      throw new IllegalStateException("a queue pair without a number", e);
    }
  }

  @Override
  public InetSocketAddress local() {
    return local;
  }

  @Override
  public InetSocketAddress peer() {
    return peer;
  }

  @Override
  public ConnectParameters negotiated() {
    return negotiated;
  }

  @Override
  public synchronized void postReceive(long workId, Slice into) throws VerbsException {
    if (flushes(receives, workId)) {
      return;
    }
    int slot = take(receives, workId);
    try {
      IbvRecvWR request = new IbvRecvWR();
      request.setWr_id((long) serial << SERIAL_SHIFT | RECEIVE | slot);
      request.setSg_list(elements(into));
      request.setNum_sge(1);
      queuePair.postRecv(List.of(request), List.of()).execute().free();
    } catch (IOException | RuntimeException e) {
      receives.giveBack(slot);
      throw DisniVerbs.asVerbs("a receive was not taken", e);
    }
  }

  @Override
  public synchronized void post(WorkRequest request) throws VerbsException {
    if (flushes(sends, request.workId())) {
      return;
    }
    int slot = take(sends, request.workId());
    try {
      IbvSendWR wanted = native_(request);
      wanted.setWr_id((long) serial << SERIAL_SHIFT | slot);
      wanted.setSend_flags(wanted.getSend_flags() | IbvSendWR.IBV_SEND_SIGNALED);
      queuePair.postSend(List.of(wanted), List.of()).execute().free();
      if (wanted instanceof BindWr bind && request instanceof WorkRequest.BindWindow of) {
        DisniWindow window = (DisniWindow) of.window();
        windows.add(window);
        window.bound(bind.window(), bind.key(), this);
      }
    } catch (IOException | RuntimeException e) {
      sends.giveBack(slot);
      throw DisniVerbs.asVerbs("a request was not taken", e);
    }
  }

  /** True if the queue pair is broken, and the request will be flushed. */
  private boolean flushes(WorkQueue queue, long workId) throws VerbsException {
    return switch (state) {
      case OPEN -> false;
      case BROKEN -> {
        if (queue.takeLate(workId) < 0) {
          throw full(queue);
        }
        completions.flush(this, queue);
        yield true;
      }
      case CLOSED ->
          throw new VerbsException(VerbsException.Kind.CLOSED, "the queue pair is closed");
    };
  }

  private static int take(WorkQueue queue, long workId) throws VerbsException {
    int slot = queue.take(workId);
    if (slot < 0) {
      throw full(queue);
    }
    return slot;
  }

  private static VerbsException full(WorkQueue queue) {
    return new VerbsException(
        VerbsException.Kind.EXHAUSTED, "the queue holds " + queue.depth() + " requests");
  }

  private IbvSendWR native_(WorkRequest request) throws VerbsException {
    IbvSendWR made = new IbvSendWR();
    switch (request) {
      case WorkRequest.Send send -> {
        made.setOpcode(IbvSendWR.IBV_WR_SEND);
        name(made, send.from());
      }
      case WorkRequest.SendWithInvalidate send -> {
        made.setOpcode(OPCODE_SEND_WITH_INVALIDATE);
        made.setImm_data(send.invalidated().value());
        name(made, send.from());
      }
      case WorkRequest.Read read -> {
        made.setOpcode(IbvSendWR.IBV_WR_RDMA_READ);
        made.getRdma().setRemote_addr(read.from().address());
        made.getRdma().setRkey(read.from().key().value());
        name(made, read.into().first(read.from().lengthBytes()));
      }
      case WorkRequest.Write write -> {
        made.setOpcode(IbvSendWR.IBV_WR_RDMA_WRITE);
        made.getRdma().setRemote_addr(write.into().address());
        made.getRdma().setRkey(write.into().key().value());
        name(made, write.from());
      }
      case WorkRequest.BindWindow bind -> made = bind(bind);
      case WorkRequest.LocalInvalidate invalidate -> {
        made.setOpcode(OPCODE_LOCAL_INVALIDATE);
        made.setImm_data(invalidate.key().value());
      }
    }
    return made;
  }

  private BindWr bind(WorkRequest.BindWindow bind) throws VerbsException {
    if (!(bind.window() instanceof DisniWindow window) || window.verbs() != verbs) {
      throw new VerbsException(VerbsException.Kind.CLOSED, "the window is not this device's");
    }
    DisniExtensions.Window native_ = window.window();
    return new BindWr(
        native_,
        DisniWindow.nextKey(native_),
        region(bind.to()).registration(),
        bind.to().remoteAddress(),
        bind.to().lengthBytes(),
        flags(bind.access()));
  }

  static int flags(Set<Access> access) {
    return access.stream().mapToInt(Access::flag).reduce(0, (all, one) -> all | one);
  }

  private void name(IbvSendWR request, Slice slice) throws VerbsException {
    request.setSg_list(elements(slice));
    request.setNum_sge(1);
  }

  private LinkedList<IbvSge> elements(Slice slice) throws VerbsException {
    IbvSge element = new IbvSge();
    element.setAddr(slice.remoteAddress());
    element.setLength(slice.lengthBytes());
    element.setLkey(region(slice).localKey());
    LinkedList<IbvSge> elements = new LinkedList<>();
    elements.add(element);
    return elements;
  }

  private DisniRegion region(Slice slice) throws VerbsException {
    if (!(slice.region() instanceof DisniRegion region) || region.verbs() != verbs) {
      throw new VerbsException(VerbsException.Kind.CLOSED, "the region is not this device's");
    }
    return region;
  }

  /** A completion failed: the peer hears of it from the connection's end only. */
  void onFailed(CompletionStatus status) {
    verbs.events().execute(() -> end("a request ended as " + status, false));
  }

  /** The peer has ended the connection, or the device is gone. On the events' thread. */
  void onEnded(String reason) {
    end(reason, true);
  }

  private void end(String reason, boolean peerEnded) {
    boolean tell;
    synchronized (this) {
      if (state == State.CLOSED) {
        return;
      }
      breakUp();
      tell = peerEnded && !told;
      told |= peerEnded;
    }
    if (tell) {
      listener.onDisconnected(reason);
    }
  }

  /** To error, whether or not the device is there already: so that all it was given flushes. */
  private void breakUp() {
    state = State.BROKEN;
    try {
      id.disconnect();
    } catch (IOException e) {
      // The other side was first, or the connection was never established.
      LOG.trace("rdma connection already ended qp={}", serial, e);
    }
  }

  @Override
  public synchronized void disconnect() {
    if (state == State.OPEN) {
      told = true;
      breakUp();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (state == State.CLOSED) {
        return;
      }
      told = true;
      if (state == State.OPEN) {
        breakUp();
      }
      state = State.CLOSED;
      windows.forEach(window -> window.unbind(this));
      try {
        id.destroyQP();
      } catch (IOException e) {
        LOG.error("rdma queue pair not destroyed: {}", e.getMessage());
      }
    }
    verbs.events().destroy(id);
    completions.remove(this);
    completions.unreserve(depths);
    verbs.closed(this);
  }
}
