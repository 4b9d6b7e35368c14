package org.sealane.smb.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.auth.SecurityMechanism;
import org.sealane.smb.io.NetworkInterfaceInfo;
import org.sealane.smb.io.fscc.Filetime;
import org.sealane.smb.negotiate.ServerNegotiation;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.transport.Transport;
import org.sealane.smb.transport.TransportConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An SMB 3.1.1 server. Any thread may call any method, but {@link #close} no thread of a transport.
 *
 * <pre>{@code
 * SmbServer server =
 *     SmbServer.builder()
 *         .settings(ServerSettings.defaults(UUID.randomUUID()))
 *         .mechanism(mechanism)
 *         .resolver(request -> ShareResolver.Granted.open(request.shareName(), backend))
 *         .pool(transport.pool())
 *         .listen(transport, new InetSocketAddress("127.0.0.1", 0))
 *         .start();
 * server.addresses().forEach(address -> log.info("listening on {}", address));
 * server.close();
 * }</pre>
 */
public final class SmbServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SmbServer.class);

  /** How often limits of time are looked at: fine enough for the shortest of them that matters. */
  private static final int TICK_MILLIS = 200;

  /** [MS-SMB2] product behaviour: Windows' salt. */
  private static final int SALT_BYTES = 32;

  /** How long {@link #close} waits for operations that nothing can hurry. */
  private static final int FORCED_CLOSE_MILLIS = 5_000;

  private final ServerSettings settings;
  private final Supplier<ServerSettings> connectionSettings;
  private final FramePool pool;
  private final SecurityMechanism mechanism;
  private final ShareResolver resolver;
  private final EventSink events;
  private final LongSupplier nanoClock;
  private final Optional<ExecutorService> ownExecutor;
  private final WorkQueue work;
  private final ScheduledExecutorService ticker;
  private final SecureRandom random = new SecureRandom();
  private final AtomicLong nextOpenId = new AtomicLong(1);
  private final GlobalSessions globalSessions = new GlobalSessions();
  private final DurableOpens durableOpens;
  private final Supplier<List<NetworkInterfaceInfo>> interfaces;
  private final List<Transport.Listener> listeners = new ArrayList<>();

  /** Guards the three below; held for a few instructions. */
  private final Object lock = new Object();

  private final Set<ServerConnection> connections = new LinkedHashSet<>();
  private final Set<ServerConnection> halfOpen = new LinkedHashSet<>();
  private boolean closing;

  private SmbServer(Builder builder) {
    this.connectionSettings = builder.settings.orElseThrow(() -> missing("settings"));
    this.settings = connectionSettings.get();
    this.mechanism = builder.mechanism.orElseThrow(() -> missing("mechanism"));
    this.resolver = builder.resolver.orElseThrow(() -> missing("resolver"));
    this.pool = builder.pool.orElseGet(FramePool::ofHeapShare);
    this.events = builder.events;
    this.interfaces = builder.interfaces;
    this.nanoClock = builder.nanoClock;
    this.ownExecutor =
        builder.executor.isPresent()
            ? Optional.empty()
            : Optional.of(
                Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("smb-worker-", 0).factory()));
    this.work = new WorkQueue(builder.executor.or(() -> ownExecutor).orElseThrow(), pool, settings);
    this.durableOpens = new DurableOpens(settings.limit(Limit.DURABLE_OPENS));
    this.ticker =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("smb-server-ticks").factory());
  }

  private static IllegalStateException missing(String what) {
    return new IllegalStateException("the server was given no " + what);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Collects what a server needs; for one thread. */
  public static final class Builder {
    private record Endpoint(Transport transport, InetSocketAddress address) {}

    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<Transport> beside = new ArrayList<>();
    private Optional<Supplier<ServerSettings>> settings = Optional.empty();
    private Optional<SecurityMechanism> mechanism = Optional.empty();
    private Optional<ShareResolver> resolver = Optional.empty();
    private Optional<FramePool> pool = Optional.empty();
    private Optional<Executor> executor = Optional.empty();
    private EventSink events = EventSink.NONE;
    private Supplier<List<NetworkInterfaceInfo>> interfaces = List::of;
    private LongSupplier nanoClock = System::nanoTime;

    private Builder() {}

    public Builder settings(ServerSettings value) {
      return settings(() -> value);
    }

    /**
     * Settings that change: each connection has those of the moment it was accepted. Limits of the
     * whole server are those of its start.
     */
    public Builder settings(Supplier<ServerSettings> value) {
      settings = Optional.of(value);
      return this;
    }

    /** Authenticates peers. */
    public Builder mechanism(SecurityMechanism value) {
      mechanism = Optional.of(value);
      return this;
    }

    /** Says what peers get for a tree's name. */
    public Builder resolver(ShareResolver value) {
      resolver = Optional.of(value);
      return this;
    }

    public Builder events(EventSink value) {
      events = Objects.requireNonNull(value);
      return this;
    }

    /**
     * What clients are told that ask for the server's interfaces; asked on a worker, may block. By
     * default they are told that this is not supported.
     */
    public Builder interfaces(Supplier<List<NetworkInterfaceInfo>> value) {
      interfaces = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Memory of responses and decrypted requests; give the transport's own, so that one limit
     * holds.
     */
    public Builder pool(FramePool value) {
      pool = Optional.of(value);
      return this;
    }

    /** Runs what blocks; stays the caller's. By default a virtual thread for each operation. */
    public Builder executor(Executor value) {
      executor = Optional.of(value);
      return this;
    }

    /** One more address to listen on; the transport stays the caller's, to be closed after. */
    public Builder listen(Transport transport, InetSocketAddress address) {
      endpoints.add(new Endpoint(transport, address));
      return this;
    }

    /**
     * The transport listens where the first address given was bound, with its port, as clients that
     * know that address try it too.
     */
    public Builder listenBeside(Transport transport) {
      beside.add(transport);
      return this;
    }

    /** For tests: the clock that time limits go by. */
    Builder nanoClock(LongSupplier value) {
      nanoClock = value;
      return this;
    }

    /** Listens. Throws an exception that names the address if one can not be bound. */
    public SmbServer start() throws IOException {
      SmbServer server = new SmbServer(this);
      try {
        for (Endpoint endpoint : endpoints) {
          server.listen(endpoint.transport(), endpoint.address());
        }
        for (Transport transport : beside) {
          server.listen(transport, server.addresses().getFirst());
        }
      } catch (IOException | RuntimeException e) {
        server.close();
        throw e;
      }
      server.startTicks();
      return server;
    }
  }

  private void listen(Transport transport, InetSocketAddress address) throws IOException {
    listeners.add(transport.listen(address, this::accept));
  }

  private void startTicks() {
    ticker.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Looks at the limits of time of every connection, and of opens that wait for their client. */
  void tick() {
    for (ServerConnection connection : snapshot()) {
      connection.tick();
    }
    closeOnWorker(durableOpens.expire(nanoClock.getAsLong()));
  }

  /** Durable opens that wait for their client. */
  public int durableOpensWaiting() {
    return durableOpens.waiting();
  }

  private void closeOnWorker(List<Open> opens) {
    if (!opens.isEmpty()) {
      work.run(() -> OpenCommands.closeShares(opens));
    }
  }

  /** The addresses it listens on, in the order they were given. */
  public List<InetSocketAddress> addresses() {
    return listeners.stream().map(Transport.Listener::address).toList();
  }

  /** Who is connected now. */
  public ServerStatus status() {
    return new ServerStatus(
        snapshot().stream()
            .map(ServerConnection::status)
            .sorted(Comparator.comparingLong(ServerStatus.ConnectionStatus::id))
            .toList());
  }

  /** Every limit, and how near the counts of the whole server are to theirs. */
  public List<ServerStatus.LimitStatus> limits() {
    int connected;
    int unauthenticated;
    synchronized (lock) {
      connected = connections.size();
      unauthenticated = halfOpen.size();
    }
    Map<Limit, Integer> now =
        Map.of(
            Limit.CONNECTIONS, connected,
            Limit.HALF_OPEN, unauthenticated,
            Limit.SESSIONS, globalSessions.size(),
            Limit.OPENS, globalSessions.opens(),
            Limit.OPERATIONS, work.size(),
            Limit.DURABLE_OPENS, durableOpens.waiting());
    return Arrays.stream(Limit.values())
        .map(limit ->
            new ServerStatus.LimitStatus(
                limit,
                settings.limit(limit),
                now.containsKey(limit) ? OptionalInt.of(now.get(limit)) : OptionalInt.empty()))
        .toList();
  }

  /**
   * Drops every connection with a session of a peer that {@code which} names, with what the kernel
   * holds of it; one that is still being authenticated is dropped if it turns out to be such a
   * peer's. Completes when nothing can pass any more over connections that were accepted before.
   */
  public CompletionStage<Void> reset(Predicate<Principal> which, String reason) {
    return CompletableFuture.allOf(
        snapshot().stream()
            .map(connection -> connection.reset(which, reason).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  /** Closes every connection of a session; false if there is none of that id. */
  public boolean disconnect(long sessionId, String reason) {
    boolean found = false;
    for (ServerConnection connection : snapshot()) {
      if (connection.status().sessions().stream().anyMatch(s -> s.sessionId() == sessionId)) {
        connection.close(reason);
        found = true;
      }
    }
    return found;
  }

  private List<ServerConnection> snapshot() {
    synchronized (lock) {
      return List.copyOf(connections);
    }
  }

  /** A transport accepted a connection; on its owner thread. */
  private FrameHandler accept(TransportConnection transport) {
    int deliveryMillis = settings.limit(Limit.DELIVERY_MILLIS);
    if (deliveryMillis > 0) {
      transport.deliveryTimeout(Duration.ofMillis(deliveryMillis));
    }
    ConnectionEnvironment environment =
        new ConnectionEnvironment(
            transport.id(),
            transport.peer(),
            connectionSettings.get(),
            pool,
            mechanism,
            resolver,
            this::fresh,
            this::newSessionId,
            nextOpenId::getAndIncrement,
            globalSessions,
            durableOpens,
            transport.placement(),
            interfaces);
    ServerConnection connection =
        new ServerConnection(transport, environment, work, events, nanoClock, listener);
    boolean full;
    Optional<ServerConnection> oldest = Optional.empty();
    synchronized (lock) {
      if (closing) {
        return refuse(transport, "the server closes");
      }
      full = connections.size() >= settings.limit(Limit.CONNECTIONS);
      if (!full) {
        if (halfOpen.size() >= settings.limit(Limit.HALF_OPEN)) {
          oldest = Optional.of(halfOpen.iterator().next());
          halfOpen.remove(oldest.get());
        }
        connections.add(connection);
        halfOpen.add(connection);
      }
    }
    if (full) {
      reached(transport, Limit.CONNECTIONS);
      return refuse(transport, Limit.CONNECTIONS.word());
    }
    if (oldest.isPresent()) {
      reached(transport, Limit.HALF_OPEN);
      oldest.get().close(Limit.HALF_OPEN.word());
    }
    return connection;
  }

  private void reached(TransportConnection transport, Limit limit) {
    ServerEvent event =
        new ServerEvent.LimitReached(
            transport.id(), transport.peer(), limit.word(), settings.limit(limit));
    log.warn("{}", event);
    events.accept(event);
  }

  private static FrameHandler refuse(TransportConnection transport, String reason) {
    transport.close(reason);
    return new FrameHandler() {
      @Override
      public void onFrame(InboundFrame frame) {
        frame.close();
      }

      @Override
      public void onClosed(Optional<Throwable> cause) {
        log.debug("connection was refused conn={} reason={}", transport.id(), reason);
      }

      @Override
      public void onWritable(boolean writable) {
        log.trace("refused conn={} writable={}", transport.id(), writable);
      }
    };
  }

  private final ServerConnection.Listener listener =
      new ServerConnection.Listener() {
        @Override
        public void onAuthenticated(ServerConnection connection, boolean authenticated) {
          synchronized (lock) {
            if (authenticated) {
              halfOpen.remove(connection);
            } else if (connections.contains(connection)) {
              halfOpen.add(connection);
            }
          }
        }

        @Override
        public void onFinished(ServerConnection connection) {
          synchronized (lock) {
            connections.remove(connection);
            halfOpen.remove(connection);
            lock.notifyAll();
          }
        }
      };

  private ServerNegotiation.Fresh fresh() {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return new ServerNegotiation.Fresh(salt, Filetime.of(Instant.now()));
  }

  private long newSessionId() {
    long id = 0;
    while (id == 0 || id == -1) {
      id = random.nextLong();
    }
    return id;
  }

  /**
   * Stops accepting, answers what is under way within {@link Limit#DRAIN_MILLIS}, closes all
   * connections and their opens; what a durable one was to delete stays, as its client will open it
   * again. Idempotent.
   */
  @Override
  public void close() {
    synchronized (lock) {
      closing = true;
    }
    listeners.forEach(Transport.Listener::close);
    snapshot().forEach(ServerConnection::drain);
    if (!awaitFinished(settings.limit(Limit.DRAIN_MILLIS))) {
      log.warn(
          "requests still under way after {} ms; their connections are closed",
          settings.limit(Limit.DRAIN_MILLIS));
      snapshot().forEach(connection -> connection.close("the server closed"));
      if (!awaitFinished(FORCED_CLOSE_MILLIS)) {
        log.error("{} operations of shares do not end; their opens stay", work.size());
      }
    }
    ticker.shutdownNow();
    OpenCommands.abandonShares(durableOpens.close());
    ownExecutor.ifPresent(ExecutorService::shutdown);
  }

  private boolean awaitFinished(long timeoutMillis) {
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    boolean interrupted = false;
    synchronized (lock) {
      while (!connections.isEmpty()) {
        long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        if (leftMillis <= 0) {
          break;
        }
        try {
          lock.wait(leftMillis);
        } catch (InterruptedException e) {
          interrupted = true;
          break;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      return connections.isEmpty();
    }
  }
}
