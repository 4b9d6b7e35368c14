package org.sealane.rdma.disni;

import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.sealane.rdma.verbs.ConnectRequest;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.rdma.verbs.VerbsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening id. */
final class DisniListener implements Verbs.Listener, CmEvents.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(DisniListener.class);

  private final DisniVerbs verbs;
  private final RdmaCmId id;
  private final InetSocketAddress address;
  private final int backlog;
  private final Consumer<ConnectRequest> requests;
  private final Set<DisniConnectRequest> waiting = ConcurrentHashMap.newKeySet();
  private boolean closed;

  private DisniListener(
      DisniVerbs verbs, RdmaCmId id, int backlog, Consumer<ConnectRequest> requests)
      throws IOException {
    this.verbs = verbs;
    this.id = id;
    this.address = (InetSocketAddress) id.getSource();
    this.backlog = backlog;
    this.requests = requests;
  }

  static DisniListener open(
      DisniVerbs verbs, InetSocketAddress wanted, int backlog, Consumer<ConnectRequest> requests)
      throws VerbsException {
    RdmaCmId id;
    try {
      id = verbs.events().createId();
    } catch (IOException e) {
      throw DisniVerbs.asVerbs("no listener", e);
    }
    try {
      id.bindAddr(wanted);
      DisniListener listener = new DisniListener(verbs, id, backlog, requests);
      verbs.events().own(id, listener);
      id.listen(backlog);
      return listener;
    } catch (IOException e) {
      verbs.events().destroy(id);
      throw DisniVerbs.asVerbs("can not listen on " + wanted, e);
    }
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public void onEvent(RdmaCmId of, CmEvents.Event event) {
    switch (event.kind()) {
      case CONNECT_REQUEST -> onRequest(of, event);
      case DEVICE_REMOVAL -> LOG.warn("rdma listener address={} lost its device", address);
      case ADDR_RESOLVED,
          ADDR_ERROR,
          ROUTE_RESOLVED,
          ROUTE_ERROR,
          CONNECT_RESPONSE,
          CONNECT_ERROR,
          UNREACHABLE,
          REJECTED,
          ESTABLISHED,
          DISCONNECTED,
          MULTICAST_JOIN,
          MULTICAST_ERROR,
          ADDR_CHANGE,
          TIMEWAIT_EXIT -> {}
    }
  }

  private void onRequest(RdmaCmId of, CmEvents.Event event) {
    try {
      DisniConnectRequest request =
          new DisniConnectRequest(verbs, of, event.peerSaid(), waiting::remove);
      verbs.events().own(of, request);
      verbs.requireDevice(of);
      if (!wait(request)) {
        request.reject();
        return;
      }
      requests.accept(request);
    } catch (IOException e) {
      LOG.debug("rdma connect request refused: {}", e.getMessage());
      DisniConnectRequest.refuse(verbs, of);
    }
  }

  private synchronized boolean wait(DisniConnectRequest request) {
    if (closed || waiting.size() >= backlog) {
      return false;
    }
    waiting.add(request);
    return true;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    verbs.events().destroy(id);
    waiting.forEach(DisniConnectRequest::withdraw);
    verbs.closed(this);
  }
}
