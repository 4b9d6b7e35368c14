package org.sealane.smb.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.sealane.smb.io.NetworkInterfaceInfo;
import org.sealane.smb.negotiate.ServerNegotiation;
import org.sealane.smb.transport.DirectPlacement;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;

/**
 * One connection of a server on the test's own thread: nothing runs unless the test says so, time
 * stands still unless it is moved.
 */
final class ServerHarness {
  static final UUID SERVER_GUID = new UUID(3, 3);

  final FramePool pool = new FramePool(64L << 20, 16L << 20);
  final MemoryShare share;
  final TestMechanism mechanism = new TestMechanism();
  final GlobalSessions globalSessions;
  final DurableOpens durableOpens;
  final List<ServerEvent> events = new ArrayList<>();
  final List<NetworkInterfaceInfo> interfaces = new ArrayList<>();
  final FakeTransportConnection transport = new FakeTransportConnection();
  final Deque<Runnable> workers = new ArrayDeque<>();
  final ServerConnection connection;
  private final AtomicLong sessionIds;
  private final AtomicLong openIds;
  private final ServerSettings settings;
  private final ShareResolver resolver;
  final List<ServerHarness> companions = new ArrayList<>();
  boolean workersPaused;
  boolean finished;
  boolean authenticated;
  long nowNanos = 1_000_000_000_000L;

  ServerHarness(ServerSettings settings, ShareResolver resolver) {
    this(settings, resolver, Optional.empty(), _ -> Optional.empty());
  }

  /**
   * @param placement the connection's, told of work requests that fail
   */
  ServerHarness(
      ServerSettings settings,
      ShareResolver resolver,
      Function<Consumer<IOException>, Optional<DirectPlacement>> placement) {
    this(settings, resolver, Optional.empty(), placement);
  }

  /**
   * @param beside another connection of the same server, with whose worker threads and owner this
   *     one's have nothing to do
   */
  private ServerHarness(
      ServerSettings settings,
      ShareResolver resolver,
      Optional<ServerHarness> beside,
      Function<Consumer<IOException>, Optional<DirectPlacement>> placement) {
    transport.placement = placement.apply(e -> transport.close(e.getMessage()));
    this.settings = settings;
    this.resolver = resolver;
    share = beside.map(other -> other.share).orElseGet(MemoryShare::new);
    globalSessions = beside.map(other -> other.globalSessions).orElseGet(GlobalSessions::new);
    durableOpens =
        beside
            .map(other -> other.durableOpens)
            .orElseGet(() -> new DurableOpens(settings.limit(Limit.DURABLE_OPENS)));
    sessionIds =
        beside
            .map(other -> other.sessionIds)
            .orElseGet(() -> new AtomicLong(0x5000_0000_0000_0001L));
    openIds = beside.map(other -> other.openIds).orElseGet(() -> new AtomicLong(1));
    ConnectionEnvironment environment =
        new ConnectionEnvironment(
            transport.id(),
            transport.peer(),
            settings,
            pool,
            mechanism,
            resolver,
            () -> new ServerNegotiation.Fresh(new byte[32], 0),
            sessionIds::getAndIncrement,
            openIds::getAndIncrement,
            globalSessions,
            durableOpens,
            transport.placement(),
            () -> List.copyOf(interfaces));
    connection =
        new ServerConnection(
            transport,
            environment,
            new WorkQueue(workers::add, pool, settings),
            events::add,
            () -> nowNanos,
            new ServerConnection.Listener() {
              @Override
              public void onAuthenticated(ServerConnection changed, boolean now) {
                authenticated = now;
              }

              @Override
              public void onFinished(ServerConnection ended) {
                finished = true;
              }
            });
    transport.handler = Optional.of(connection);
  }

  /** One more connection of the same server. */
  ServerHarness another() {
    return new ServerHarness(settings, resolver, Optional.of(this), _ -> Optional.empty());
  }

  /** A server whose every name is the one memory share, at any level. */
  static ServerHarness open() {
    return of(ServerSettings.defaults(SERVER_GUID));
  }

  static ServerHarness of(ServerSettings settings) {
    return gated(settings, TrafficGate.OPEN);
  }

  static ServerHarness gated(ServerSettings settings, TrafficGate gate) {
    return placing(settings, gate, _ -> Optional.empty());
  }

  static ServerHarness placing(
      ServerSettings settings,
      TrafficGate gate,
      Function<Consumer<IOException>, Optional<DirectPlacement>> placement) {
    ServerHarness[] made = new ServerHarness[1];
    made[0] =
        new ServerHarness(
            settings,
            request ->
                new ShareResolver.Granted(
                    request.shareName(), made[0].share, gate, ControlHandler.NONE, false),
            placement);
    return made[0];
  }

  /** Hands a frame to the server, and runs all that follows. */
  void deliver(byte[] frame) {
    if (transport.closed.isEmpty()) {
      connection.onFrame(frame(frame));
    }
    settle();
  }

  private InboundFrame frame(byte[] bytes) {
    FramePool.Buffer buffer = pool.borrow(bytes.length);
    MemorySegment.copy(bytes, 0, buffer.segment(), ValueLayout.JAVA_BYTE, 0, bytes.length);
    return new InboundFrame() {
      @Override
      public MemorySegment bytes() {
        return buffer.segment();
      }

      @Override
      public void close() {
        buffer.close();
      }
    };
  }

  /** Runs owner and workers until nothing is left to do; those of companions, too. */
  void settle() {
    boolean any = true;
    while (any) {
      any = runOne();
      for (ServerHarness companion : companions) {
        any |= companion.runOne();
      }
    }
  }

  private boolean runOne() {
    if (!transport.ownerTasks.isEmpty()) {
      transport.ownerTasks.poll().run();
      return true;
    }
    if (!workersPaused && !workers.isEmpty()) {
      workers.poll().run();
      return true;
    }
    return false;
  }

  /** One more connection of the same server, which runs whenever this one does. */
  ServerHarness companion() {
    ServerHarness other = another();
    other.companions.addAll(companions);
    companions.forEach(companion -> companion.companions.add(other));
    other.companions.add(this);
    companions.add(other);
    return other;
  }

  /** Lets one waiting operation run, and what follows from it on the owner thread. */
  void runWorker() {
    workers.poll().run();
    while (!transport.ownerTasks.isEmpty()) {
      transport.ownerTasks.poll().run();
    }
  }

  void resumeWorkers() {
    workersPaused = false;
    settle();
  }

  void advance(Duration time) {
    nowNanos += time.toNanos();
    connection.tick();
    settle();
  }

  void peerCloses() {
    transport.close("the peer closed");
    settle();
  }

  <T extends ServerEvent> List<T> events(Class<T> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** Ends the connection if it has not ended, and checks that nothing of it is left anywhere. */
  void assertNothingLeaks() {
    peerCloses();
    assertThat(finished).as("connection finished").isTrue();
    assertThat(pool.outstandingBytes()).as("bytes lent by the pool").isZero();
    assertThat(share.openNow()).as("opens of the share").isZero();
    assertThat(mechanism.openContexts()).as("security contexts").isZero();
  }
}
