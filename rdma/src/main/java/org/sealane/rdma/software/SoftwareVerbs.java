package org.sealane.rdma.software;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
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

/** The emulated device of one process, or one of several of it. */
final class SoftwareVerbs implements Verbs {
  private final SoftwareSettings settings;
  private final MeetingPlace place;
  private final MeetingPlace.Instance instance;
  private final Arena arena = Arena.ofShared();
  private final DeviceFile device;
  private final EventLoop events;
  private final ConnectionSetUp connections;
  private final AtomicLong lastRegion = new AtomicLong();
  private final AtomicInteger lastQueuePair = new AtomicInteger();
  private final AtomicReferenceArray<SoftwareQueuePair> slots;

  // Guarded by this.
  private final BitSet slotsTaken = new BitSet();
  private final BitSet queuesTaken = new BitSet();
  private final Map<String, PeerDevice> peers = new HashMap<>();
  private boolean closed;

  SoftwareVerbs(SoftwareSettings settings) throws VerbsException {
    this.settings = settings;
    this.place = new MeetingPlace(settings.directory());
    this.slots = new AtomicReferenceArray<>(settings.queuePairsMax());
    try {
      this.instance = place.enter();
      this.device = DeviceFile.create(instance.directory(), settings.keysMax(), arena);
      this.events = new EventLoop("sealane-rdma-software");
    } catch (IOException e) {
      throw new VerbsException(
          VerbsException.Kind.DEVICE,
          "no shared memory in " + settings.directory() + ": " + e.getMessage(),
          e);
    }
    this.connections = new ConnectionSetUp(this, place, events);
  }

  @Override
  public String provider() {
    return SoftwareProvider.NAME;
  }

  @Override
  public DeviceAttributes attributes() {
    return attributes(settings);
  }

  static DeviceAttributes attributes(SoftwareSettings settings) {
    return new DeviceAttributes(
        "shm",
        true,
        SoftwareSettings.MESSAGE_BYTES_MAX,
        settings.regionBytesMax(),
        settings.keysMax(),
        settings.queuePairsMax(),
        SoftwareSettings.QUEUE_DEPTH_MAX,
        SoftwareSettings.COMPLETION_ENTRIES_MAX,
        SoftwareSettings.DEPTH_MAX,
        SoftwareSettings.DEPTH_MAX,
        true,
        settings.keysMax());
  }

  @Override
  public MemoryRegion register(long lengthBytes, Set<Access> access) throws VerbsException {
    requireValid(access);
    if (lengthBytes < 1 || lengthBytes > settings.regionBytesMax()) {
      throw new VerbsException(
          VerbsException.Kind.EXHAUSTED,
          "a region of " + lengthBytes + " bytes; at most " + settings.regionBytesMax());
    }
    int entry = takeKey();
    long number = lastRegion.incrementAndGet();
    Path file = instance.directory().resolve(PeerDevice.regionFile(number));
    Arena own = Arena.ofShared();
    try {
      MemorySegment bytes = Shared.create(file, lengthBytes, own);
      return new SoftwareRegion(this, number, 0, bytes, access, entry, Optional.of(own));
    } catch (IOException e) {
      own.close();
      MeetingPlace.remove(file);
      keys().free(entry);
      throw new VerbsException(
          VerbsException.Kind.EXHAUSTED,
          "no shared memory for " + lengthBytes + " bytes: " + e.getMessage(),
          e);
    }
  }

  @Override
  public MemoryRegion register(Slice part, Set<Access> access) throws VerbsException {
    requireValid(access);
    if (Transfers.local(this, part).isEmpty()) {
      throw new VerbsException(VerbsException.Kind.CLOSED, "the region is not open here");
    }
    SoftwareRegion whole = (SoftwareRegion) part.region();
    return new SoftwareRegion(
        this,
        whole.number(),
        whole.start() + part.offsetBytes(),
        part.bytes(),
        access,
        takeKey(),
        Optional.empty());
  }

  private static void requireValid(Set<Access> access) {
    if (access.contains(Access.REMOTE_WRITE) && !access.contains(Access.LOCAL_WRITE)) {
      throw new IllegalArgumentException("remote writing needs local writing");
    }
  }

  private int takeKey() throws VerbsException {
    requireOpen();
    return keys()
        .take()
        .orElseThrow(() ->
            new VerbsException(
                VerbsException.Kind.EXHAUSTED, "all " + settings.keysMax() + " keys are in use"));
  }

  @Override
  public MemoryWindow allocateWindow() throws VerbsException {
    return new SoftwareWindow(this, takeKey());
  }

  @Override
  public synchronized CompletionQueue createCompletionQueue(int entries) throws VerbsException {
    requireOpen();
    int number = queuesTaken.nextClearBit(0);
    if (number >= SoftwareSettings.COMPLETION_QUEUES_MAX
        || entries > SoftwareSettings.COMPLETION_ENTRIES_MAX) {
      throw new VerbsException(
          VerbsException.Kind.EXHAUSTED, "no completion queue of " + entries + " entries is left");
    }
    queuesTaken.set(number);
    return new SoftwareCompletionQueue(
        this, number, entries, device.doorbells(number), settings.spinNanos());
  }

  @Override
  public CompletionStage<QueuePair> connect(
      InetSocketAddress address,
      QueuePairSettings queuePair,
      ConnectParameters offer,
      QueuePair.Listener listener,
      Duration timeout) {
    return connections.connect(address, queuePair, offer, listener, timeout);
  }

  @Override
  public Listener listen(InetSocketAddress address, int backlog, Consumer<ConnectRequest> requests)
      throws VerbsException {
    requireOpen();
    return connections.listen(address, backlog, requests);
  }

  String instanceName() {
    return instance.name();
  }

  Path directory() {
    return instance.directory();
  }

  KeyTable keys() {
    return device.keys();
  }

  Optional<SoftwareQueuePair> inSlot(int slot) {
    return slot < slots.length() ? Optional.ofNullable(slots.get(slot)) : Optional.empty();
  }

  /** Makes a queue pair without a peer. */
  SoftwareQueuePair createQueuePair(
      QueuePairSettings wanted,
      InetSocketAddress local,
      InetSocketAddress peer,
      ConnectParameters parameters,
      QueuePair.Listener listener,
      Link link)
      throws IOException {
    if (!(wanted.completions() instanceof SoftwareCompletionQueue completions)
        || completions.verbs() != this
        || completions.isClosed()) {
      throw new VerbsException(VerbsException.Kind.CLOSED, "the completion queue is not open here");
    }
    if (wanted.sendDepth() > SoftwareSettings.QUEUE_DEPTH_MAX
        || wanted.receiveDepth() > SoftwareSettings.QUEUE_DEPTH_MAX) {
      throw new VerbsException(
          VerbsException.Kind.EXHAUSTED,
          "a queue holds " + SoftwareSettings.QUEUE_DEPTH_MAX + " requests at most");
    }
    int depths = wanted.sendDepth() + wanted.receiveDepth();
    if (!completions.reserve(depths)) {
      throw new VerbsException(
          VerbsException.Kind.EXHAUSTED,
          "the completion queue has no room for " + depths + " more requests");
    }
    int slot = -1;
    try {
      slot = takeSlot();
      SoftwareQueuePair made =
          new SoftwareQueuePair(
              this,
              lastQueuePair.updateAndGet(last -> last == Integer.MAX_VALUE ? 1 : last + 1),
              slot,
              wanted,
              local,
              peer,
              parameters,
              listener,
              link);
      slots.set(slot, made);
      return made;
    } catch (IOException e) {
      completions.unreserve(depths);
      if (slot >= 0) {
        freeSlot(slot);
      }
      throw e;
    }
  }

  private synchronized int takeSlot() throws VerbsException {
    requireOpen();
    int slot = slotsTaken.nextClearBit(0);
    if (slot >= slots.length()) {
      throw new VerbsException(
          VerbsException.Kind.EXHAUSTED,
          "all " + settings.queuePairsMax() + " queue pairs are in use");
    }
    slotsTaken.set(slot);
    return slot;
  }

  private synchronized void freeSlot(int slot) {
    slots.set(slot, null);
    slotsTaken.clear(slot);
  }

  void queuePairClosed(
      SoftwareQueuePair queuePair, SoftwareCompletionQueue completions, int depths) {
    freeSlot(queuePair.slot());
    completions.unreserve(depths);
  }

  synchronized void completionQueueClosed(int number) {
    queuesTaken.clear(number);
  }

  /** Maps the peer's half of a connection; {@link #release} its device when it is closed. */
  SoftwareQueuePair.Remote remote(SetUpMessage.Endpoint endpoint) throws IOException {
    PeerDevice peer = use(endpoint.instance());
    Arena mapping = Arena.ofShared();
    try {
      MemorySegment block =
          Shared.open(
              peer.directory().resolve(PeerDevice.blockFile(endpoint.queuePair())), mapping);
      return new SoftwareQueuePair.Remote(
          peer,
          mapping,
          new QueuePairBlock(block, endpoint.receiveDepth()),
          endpoint.queuePair(),
          peer.file().doorbells(endpoint.completionQueue()),
          endpoint.slot());
    } catch (IOException | IllegalArgumentException e) {
      mapping.close();
      release(peer);
      throw new IOException("the peer's queue pair can not be mapped", e);
    }
  }

  private synchronized PeerDevice use(String name) throws IOException {
    PeerDevice peer = peers.get(name);
    if (peer == null) {
      peer = new PeerDevice(name, place.instance(name));
      peers.put(name, peer);
    }
    peer.use(1);
    return peer;
  }

  synchronized void release(PeerDevice peer) {
    if (peer.use(-1) == 0) {
      peers.remove(peer.instance());
      peer.close();
    }
  }

  /** Returns when what peers had begun to do to this process's memory is over. */
  void awaitPeersIdle() {
    for (int i = 0; i < slots.length(); i++) {
      inSlot(i).ifPresent(SoftwareQueuePair::awaitPeerIdleIfOpen);
    }
  }

  void regionClosed(long number) {
    MeetingPlace.remove(directory().resolve(PeerDevice.regionFile(number)));
  }

  private synchronized void requireOpen() throws VerbsException {
    if (closed) {
      throw new VerbsException(VerbsException.Kind.CLOSED, "the device is closed");
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    connections.close();
    for (int i = 0; i < slots.length(); i++) {
      inSlot(i).ifPresent(SoftwareQueuePair::close);
    }
    events.close();
    instance.close();
    arena.close();
  }
}
