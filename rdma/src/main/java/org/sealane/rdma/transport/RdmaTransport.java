package org.sealane.rdma.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.sealane.rdma.verbs.ConnectParameters;
import org.sealane.rdma.verbs.ConnectRequest;
import org.sealane.rdma.verbs.MemoryRegion;
import org.sealane.rdma.verbs.QueuePair;
import org.sealane.rdma.verbs.QueuePairSettings;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.rdma.verbs.VerbsException;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.Transport;
import org.sealane.smb.transport.TransportConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SMB2 over SMB Direct, [MS-SMBD], on one opened device. Its threads are named {@code
 * sealane-rdma-n}; each carries many connections, each connection belongs to one.
 */
public final class RdmaTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(RdmaTransport.class);

  /** Sends, transfers and invalidations under way on one connection; binds are apart. */
  static final int POSTS_MAX = 128;

  /** RDMA READs under way in each direction. */
  private static final int READS_MAX = 16;

  private static final int ACCEPT_BACKLOG = 64;
  private static final long CLOSE_SECONDS_MAX = 10;

  private final Verbs verbs;
  private final RdmaSettings settings;
  private final FramePool pool;
  private final RdmaCounters counters = new RdmaCounters();
  private final List<RdmaLoop> loops = new ArrayList<>();
  private final MessageBuffers messages;
  private final PlacementPool placementOfAccepted;
  private final PlacementPool placementOfMade;
  private final Set<Verbs.Listener> listeners = ConcurrentHashMap.newKeySet();
  private final AtomicInteger lastSerial = new AtomicInteger();
  private volatile boolean closed;

  /**
   * Opens the transport with the process's pool of frame memory, and registers all its memory.
   *
   * @param verbs the opened device; the transport closes it
   */
  public RdmaTransport(Verbs verbs, RdmaSettings settings, FramePool pool) throws VerbsException {
    this.verbs = verbs;
    this.settings = settings;
    this.pool = pool;
    List<AutoCloseable> made = new ArrayList<>(List.of(verbs));
    try {
      messages = keep(made, new MessageBuffers(verbs, settings));
      placementOfAccepted = keep(made, new PlacementPool(verbs, settings, counters));
      placementOfMade = keep(made, new PlacementPool(verbs, settings, counters));
      int entries =
          Math.min(
              verbs.attributes().completionEntriesMax(),
              settings.connectionsMax() * (sendDepth() + receiveDepth()));
      for (int i = 0; i < settings.loops(); i++) {
        loops.add(new RdmaLoop("sealane-rdma-" + (i + 1), verbs.createCompletionQueue(entries)));
      }
    } catch (VerbsException e) {
      for (AutoCloseable part : made.reversed()) {
        closeQuietly(part);
      }
      throw e;
    }
    loops.forEach(RdmaLoop::start);
  }

  private static <T extends AutoCloseable> T keep(List<AutoCloseable> made, T part) {
    made.add(part);
    return part;
  }

  private int sendDepth() {
    return POSTS_MAX + PlacementPool.buffers(settings);
  }

  private int receiveDepth() {
    return MessageBuffers.receives(settings);
  }

  @Override
  public String name() {
    return "rdma";
  }

  /** The name of the device it runs on. */
  public String device() {
    return verbs.attributes().device();
  }

  @Override
  public String provider() {
    return verbs.provider();
  }

  public RdmaCounters counters() {
    return counters;
  }

  /** The memory of frames received; also for building frames to send. */
  public FramePool pool() {
    return pool;
  }

  /** All registered memory that placed payloads pass through, for a look at the real bytes. */
  public List<MemoryRegion> placementRegions() {
    return List.of(placementOfAccepted.region(), placementOfMade.region());
  }

  /** All registered memory that messages pass through, for a look at the real bytes. */
  public MemoryRegion messageRegion() {
    return messages.region();
  }

  /** Placement buffers that are not lent. */
  public int freeBuffers() {
    return placementOfAccepted.freeCount() + placementOfMade.freeCount();
  }

  /** Connections that could still be opened. */
  public int freeConnections() {
    return messages.freeCount();
  }

  Verbs verbs() {
    return verbs;
  }

  RdmaSettings settings() {
    return settings;
  }

  /** Two budgets, so that processes that serve each other do not wait for each other's buffers. */
  PlacementPool placementPool(boolean accepted) {
    return accepted ? placementOfAccepted : placementOfMade;
  }

  private RdmaLoop nextLoop(int serial) {
    return loops.get(Math.floorMod(serial, loops.size()));
  }

  private QueuePairSettings queuePair(RdmaLoop loop) {
    return new QueuePairSettings(loop.completions(), sendDepth(), receiveDepth());
  }

  private ConnectParameters parameters() {
    int answered = Math.min(READS_MAX, verbs.attributes().responderResourcesMax());
    int asked = Math.min(READS_MAX, verbs.attributes().initiatorDepthMax());
    return new ConnectParameters(new byte[0], answered, asked);
  }

  @Override
  public CompletionStage<TransportConnection> connect(
      InetSocketAddress address, Function<TransportConnection, FrameHandler> handler) {
    CompletableFuture<TransportConnection> connected = new CompletableFuture<>();
    if (address.isUnresolved()) {
      connected.completeExceptionally(new UnknownHostException(address.getHostString()));
      return connected;
    }
    Optional<MessageBuffers.Buffers> buffers = closed ? Optional.empty() : messages.take();
    if (buffers.isEmpty()) {
      counters.increment(RdmaCounter.CONNECTIONS_REFUSED);
      connected.completeExceptionally(
          new IOException(
              closed
                  ? "the transport is closed"
                  : "all " + settings.connectionsMax() + " RDMA connections are in use"));
      return connected;
    }
    int serial = lastSerial.incrementAndGet();
    RdmaLoop loop = nextLoop(serial);
    RdmaConnection connection =
        new RdmaConnection(
            this,
            loop,
            serial,
            false,
            buffers.get(),
            handler,
            open -> {
              counters.increment(RdmaCounter.CONNECTIONS_MADE);
              connected.complete(open);
            },
            connected::completeExceptionally);
    loop.add(connection);
    verbs
        .connect(
            address,
            queuePair(loop),
            parameters(),
            connection::onDisconnected,
            settings.connectTimeout())
        .whenComplete((made, failure) -> {
          if (failure == null) {
            loop.execute(() -> connection.request(made));
          } else {
            connection.fail(asIo(failure));
          }
        });
    return connected;
  }

  private static IOException asIo(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof IOException io ? io : new IOException(cause.getMessage(), cause);
  }

  @Override
  public Listener listen(
      InetSocketAddress address, Function<TransportConnection, FrameHandler> handler)
      throws IOException {
    if (address.isUnresolved()) {
      throw new UnknownHostException(address.getHostString());
    }
    if (closed) {
      throw new IOException("the transport is closed");
    }
    Verbs.Listener listener =
        verbs.listen(address, ACCEPT_BACKLOG, request -> accept(request, handler));
    listeners.add(listener);
    return new RdmaListener(listener, () -> listeners.remove(listener));
  }

  private void accept(ConnectRequest request, Function<TransportConnection, FrameHandler> handler) {
    Optional<MessageBuffers.Buffers> buffers = closed ? Optional.empty() : messages.take();
    if (buffers.isEmpty()) {
      counters.increment(RdmaCounter.CONNECTIONS_REFUSED);
      LOG.debug(
          "rdma connection refused peer={} limit={}", request.peer(), settings.connectionsMax());
      request.reject();
      return;
    }
    int serial = lastSerial.incrementAndGet();
    RdmaLoop loop = nextLoop(serial);
    RdmaConnection connection =
        new RdmaConnection(
            this,
            loop,
            serial,
            true,
            buffers.get(),
            handler,
            open -> counters.increment(RdmaCounter.CONNECTIONS_ACCEPTED),
            cause -> LOG.trace("rdma connection ended conn={}", serial, cause));
    loop.add(connection);
    CompletionStage<QueuePair> accepting =
        request.accept(
            queuePair(loop), parameters(), connection::onDisconnected, connection::prepare);
    accepting.whenComplete((made, failure) -> {
      if (failure != null) {
        connection.fail(asIo(failure));
      }
    });
  }

  /** A connection has ended; its buffers are free. */
  void ended(MessageBuffers.Buffers buffers) {
    counters.increment(RdmaCounter.CONNECTIONS_CLOSED);
    messages.giveBack(buffers);
  }

  /** Closes every connection and listener, and returns when all threads have ended. Idempotent. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    listeners.forEach(Verbs.Listener::close);
    for (RdmaLoop loop : loops) {
      CountDownLatch done = new CountDownLatch(1);
      loop.execute(() -> {
        loop.connections().forEach(connection -> connection.close("the transport is closed"));
        done.countDown();
      });
      await(loop, done);
      loop.close();
    }
    placementOfMade.close();
    placementOfAccepted.close();
    messages.close();
    verbs.close();
  }

  private static void await(RdmaLoop loop, CountDownLatch done) {
    try {
      if (!loop.isThread() && !done.await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        LOG.warn("rdma transport: connections did not end in {} s", CLOSE_SECONDS_MAX);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeQuietly(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.debug("rdma transport: {} not closed in order", part, e);
    }
  }

  private record RdmaListener(Verbs.Listener listener, Runnable whenClosed) implements Listener {
    @Override
    public InetSocketAddress address() {
      return listener.address();
    }

    @Override
    public void close() {
      listener.close();
      whenClosed.run();
    }
  }
}
