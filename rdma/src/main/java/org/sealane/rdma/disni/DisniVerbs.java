package org.sealane.rdma.disni;

import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvCompChannel;
import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.SVCRegMr;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.sealane.rdma.verbs.Access;
import org.sealane.rdma.verbs.CompletionQueue;
import org.sealane.rdma.verbs.ConnectParameters;
import org.sealane.rdma.verbs.ConnectRequest;
import org.sealane.rdma.verbs.DeviceAttributes;
import org.sealane.rdma.verbs.MemoryRegion;
import org.sealane.rdma.verbs.MemoryWindow;
import org.sealane.rdma.verbs.QueuePair;
import org.sealane.rdma.verbs.QueuePairSettings;
import org.sealane.rdma.verbs.Slice;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.rdma.verbs.VerbsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One device, through DiSNI's verbs API. */
public final class DisniVerbs implements Verbs {
  private static final Logger LOG = LoggerFactory.getLogger(DisniVerbs.class);
  private static final long PAGE_BYTES = 4096;

  private final String provider;
  private final DisniExtensions extensions;
  private final DisniExtensions.Devices devices;
  private final DisniExtensions.Device device;
  private final IbvPd domain;
  private final CmEvents events;
  private final Set<Integer> windowKeys = ConcurrentHashMap.newKeySet();
  private final AtomicInteger lastSerial = new AtomicInteger();
  private final Set<DisniQueuePair> queuePairs = ConcurrentHashMap.newKeySet();
  private final Set<DisniWindow> windows = ConcurrentHashMap.newKeySet();
  private final Set<DisniListener> listeners = ConcurrentHashMap.newKeySet();
  private final Set<Connecting> connecting = ConcurrentHashMap.newKeySet();
  private final Set<DisniConnectRequest> accepting = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private DisniVerbs(
      String provider,
      DisniExtensions extensions,
      DisniExtensions.Devices devices,
      DisniExtensions.Device device,
      IbvPd domain,
      CmEvents events) {
    this.provider = provider;
    this.extensions = extensions;
    this.devices = devices;
    this.device = device;
    this.domain = domain;
    this.events = events;
  }

  /**
   * Opens a device.
   *
   * @param provider the name in status and reports
   * @param devices closed with the device; the caller's if this fails
   * @param device one of them
   */
  public static DisniVerbs open(
      String provider,
      DisniExtensions extensions,
      DisniExtensions.Devices devices,
      DisniExtensions.Device device)
      throws VerbsException {
    try {
      IbvPd domain = device.context().allocPd();
      try {
        return new DisniVerbs(provider, extensions, devices, device, domain, new CmEvents());
      } catch (IOException e) {
        free(domain);
        throw e;
      }
    } catch (IOException e) {
      throw asVerbs("device " + device.attributes().device() + " not opened", e);
    }
  }

  private static void free(IbvPd domain) {
    try {
      domain.deallocPd();
    } catch (Exception e) {
      // DiSNI declares no narrower one.
      LOG.error("rdma protection domain not freed: {}", e.getMessage());
    }
  }

  /** One of this interface's failures, with what could be told. */
  static VerbsException asVerbs(String what, Exception cause) {
    if (cause instanceof VerbsException already) {
      return already;
    }
    VerbsException.Kind kind = VerbsException.Kind.DEVICE;
    if (cause instanceof ErrnoException errno) {
      kind =
          switch (errno.errno()) {
            case ErrnoException.ENOMEM, ErrnoException.EAGAIN -> VerbsException.Kind.EXHAUSTED;
            case ErrnoException.EADDRINUSE -> VerbsException.Kind.ADDRESS_IN_USE;
            case ErrnoException.ENODEV -> VerbsException.Kind.UNREACHABLE;
            default -> VerbsException.Kind.DEVICE;
          };
    }
    return new VerbsException(kind, what + ": " + cause.getMessage(), cause);
  }

  @Override
  public String provider() {
    return provider;
  }

  @Override
  public DeviceAttributes attributes() {
    return device.attributes();
  }

  DisniExtensions extensions() {
    return extensions;
  }

  IbvPd domain() {
    return domain;
  }

  CmEvents events() {
    return events;
  }

  /** The keys of windows that were bound. */
  Set<Integer> windowKeys() {
    return windowKeys;
  }

  int nextSerial() {
    return lastSerial.incrementAndGet();
  }

  void opened(DisniQueuePair queuePair) {
    queuePairs.add(queuePair);
  }

  void closed(DisniQueuePair queuePair) {
    queuePairs.remove(queuePair);
  }

  void closed(DisniWindow window) {
    windows.remove(window);
  }

  void closed(DisniListener listener) {
    listeners.remove(listener);
  }

  void done(Connecting made) {
    connecting.remove(made);
  }

  void accepting(DisniConnectRequest request) {
    accepting.add(request);
  }

  void done(DisniConnectRequest request) {
    accepting.remove(request);
  }

  /** What happens to a connection once it stands. */
  void afterConnect(DisniQueuePair queuePair, CmEvents.Event event) {
    switch (event.kind()) {
      case DISCONNECTED -> queuePair.onEnded("the peer disconnected, or is gone");
      case DEVICE_REMOVAL -> queuePair.onEnded("the device was removed");
      case ADDR_CHANGE -> queuePair.onEnded("the device's address has changed");
      case ADDR_RESOLVED,
          ADDR_ERROR,
          ROUTE_RESOLVED,
          ROUTE_ERROR,
          CONNECT_REQUEST,
          CONNECT_RESPONSE,
          CONNECT_ERROR,
          UNREACHABLE,
          REJECTED,
          ESTABLISHED,
          MULTICAST_JOIN,
          MULTICAST_ERROR,
          TIMEWAIT_EXIT -> {}
    }
  }

  /** The address of this device to connect from, so that the connection leaves by it. */
  Optional<InetSocketAddress> sourceFor(InetSocketAddress peer) {
    return device.addresses().stream()
        .filter(address -> address.getClass() == peer.getAddress().getClass())
        .filter(address -> address.isLinkLocalAddress() == peer.getAddress().isLinkLocalAddress())
        .findFirst()
        .map(address -> new InetSocketAddress(address, 0));
  }

  /**
   * Refuses an id of another device.
   *
   * @throws VerbsException {@link VerbsException.Kind#UNREACHABLE}
   */
  void requireDevice(RdmaCmId id) throws IOException {
    IbvContext context = id.getVerbs();
    if (context.getCmd_fd() != device.context().getCmd_fd()) {
      throw new VerbsException(
          VerbsException.Kind.UNREACHABLE, "the route is not by device " + attributes().device());
    }
  }

  private void requireOpen() throws VerbsException {
    if (closed) {
      throw new VerbsException(VerbsException.Kind.CLOSED, "the device is closed");
    }
  }

  @Override
  public MemoryRegion register(long lengthBytes, Set<Access> access) throws VerbsException {
    requireValid(access);
    requireOpen();
    if (lengthBytes < 1 || lengthBytes > attributes().regionBytesMax()) {
      throw new VerbsException(
          VerbsException.Kind.EXHAUSTED,
          "a region of " + lengthBytes + " bytes; at most " + attributes().regionBytesMax());
    }
    Arena arena = Arena.ofShared();
    try {
      MemorySegment bytes = arena.allocate(lengthBytes, PAGE_BYTES);
      return new DisniRegion(this, register(bytes, access), bytes, access, Optional.of(arena));
    } catch (VerbsException | RuntimeException e) {
      arena.close();
      throw e;
    } catch (OutOfMemoryError e) {
      // Of memory outside the heap: what else runs is not harmed.
      arena.close();
      throw new VerbsException(
          VerbsException.Kind.EXHAUSTED, "no memory for a region of " + lengthBytes + " bytes", e);
    }
  }

  @Override
  public MemoryRegion register(Slice part, Set<Access> access) throws VerbsException {
    requireValid(access);
    requireOpen();
    if (!(part.region() instanceof DisniRegion whole) || whole.verbs() != this) {
      throw new VerbsException(VerbsException.Kind.CLOSED, "the region is not this device's");
    }
    return new DisniRegion(
        this, register(part.bytes(), access), part.bytes(), access, Optional.empty());
  }

  private static void requireValid(Set<Access> access) {
    if (access.contains(Access.REMOTE_WRITE) && !access.contains(Access.LOCAL_WRITE)) {
      throw new IllegalArgumentException("remote writing needs local writing");
    }
  }

  private IbvMr register(MemorySegment bytes, Set<Access> access) throws VerbsException {
    try {
      SVCRegMr call =
          domain
              .regMr(bytes.address(), (int) bytes.byteSize(), DisniQueuePair.flags(access))
              .execute();
      IbvMr made = call.getMr();
      call.free();
      return made;
    } catch (IOException e) {
      throw asVerbs(
          "no region of %d bytes, is the limit of locked memory high enough?"
              .formatted(bytes.byteSize()),
          e);
    }
  }

  @Override
  public MemoryWindow allocateWindow() throws VerbsException {
    requireOpen();
    if (!attributes().memoryWindows()) {
      throw new VerbsException(
          VerbsException.Kind.UNSUPPORTED, attributes().device() + " has no memory windows");
    }
    try {
      DisniWindow made = new DisniWindow(this);
      windows.add(made);
      return made;
    } catch (IOException e) {
      throw asVerbs("no memory window", e);
    }
  }

  @Override
  public CompletionQueue createCompletionQueue(int entries) throws VerbsException {
    requireOpen();
    if (entries < 1 || entries > attributes().completionEntriesMax()) {
      throw new VerbsException(
          VerbsException.Kind.EXHAUSTED,
          "a completion queue holds " + attributes().completionEntriesMax() + " entries at most");
    }
    List<AutoCloseable> made = new ArrayList<>();
    try {
      IbvCompChannel channel = device.context().createCompChannel();
      made.add(channel::destroyCompChannel);
      IbvCQ queue = device.context().createCQ(channel, entries, 0);
      made.add(queue::destroyCQ);
      return new DisniCompletionQueue(this, channel, queue);
    } catch (IOException e) {
      made.reversed().forEach(DisniVerbs::closeQuietly);
      throw asVerbs("no completion queue", e);
    }
  }

  private static void closeQuietly(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.debug("rdma: a part of what failed was not closed", e);
    }
  }

  @Override
  public CompletionStage<QueuePair> connect(
      InetSocketAddress address,
      QueuePairSettings settings,
      ConnectParameters offer,
      QueuePair.Listener listener,
      Duration timeout) {
    if (closed) {
      return CompletableFuture.failedFuture(
          new VerbsException(VerbsException.Kind.CLOSED, "the device is closed"));
    }
    Connecting connection = new Connecting(this, address, settings, offer, listener, timeout);
    connecting.add(connection);
    events.execute(connection::start);
    return connection.connected();
  }

  @Override
  public Listener listen(InetSocketAddress address, int backlog, Consumer<ConnectRequest> requests)
      throws VerbsException {
    requireOpen();
    DisniListener listener = DisniListener.open(this, address, backlog, requests);
    listeners.add(listener);
    return listener;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    listeners.forEach(DisniListener::close);
    events.execute(() -> connecting.forEach(Connecting::abandon));
    accepting.forEach(DisniConnectRequest::abandon);
    queuePairs.forEach(DisniQueuePair::close);
    events.close();
    // A window that a caller still holds keeps the domain busy.
    windows.forEach(DisniWindow::close);
    free(domain);
    devices.close();
  }
}
