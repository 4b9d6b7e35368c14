package org.sealane.rdma.disni;

import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaEventChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.sealane.rdma.verbs.ConnectParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that takes a device's connection events, and tells each to the owner of its id. */
final class CmEvents implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CmEvents.class);
  private static final Duration END_MAX = Duration.ofSeconds(10);

  /** A wait without limit, cut so that it fits the call. */
  private static final int WAIT_MILLIS_MAX = 60_000;

  private final RdmaEventChannel channel;
  private final Readiness readiness;
  private final Map<RdmaCmId, Owner> owners = new ConcurrentHashMap<>();
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  // Of the thread.
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::atNanos));
  private final long startNanos = System.nanoTime();
  private final Thread thread;
  private volatile boolean ending;

  /** An event, copied. */
  record Event(Kind kind, int status, ConnectParameters peerSaid) {}

  /** {@code rdma_cm_event_type}, in its order. */
  enum Kind {
    ADDR_RESOLVED,
    ADDR_ERROR,
    ROUTE_RESOLVED,
    ROUTE_ERROR,
    CONNECT_REQUEST,
    CONNECT_RESPONSE,
    CONNECT_ERROR,
    UNREACHABLE,
    REJECTED,
    ESTABLISHED,
    DISCONNECTED,
    DEVICE_REMOVAL,
    MULTICAST_JOIN,
    MULTICAST_ERROR,
    ADDR_CHANGE,
    TIMEWAIT_EXIT;

    private static final Kind[] BY_CODE = values();
  }

  /** Whose an id is. Called on the thread; must not block. */
  @FunctionalInterface
  interface Owner {
    /**
     * @param id the event's: a listener hears of ids that are new
     */
    void onEvent(RdmaCmId id, Event event);
  }

  private record Timer(long atNanos, Runnable task) {}

  CmEvents() throws IOException {
    channel = RdmaEventChannel.createEventChannel();
    try {
      readiness = new Readiness(channel.getFd());
    } catch (IOException e) {
      channel.destroyEventChannel();
      throw e;
    }
    thread = Thread.ofPlatform().name("sealane-rdma-cm").daemon().start(this::run);
  }

  RdmaCmId createId() throws IOException {
    return channel.createId(RdmaCm.RDMA_PS_TCP);
  }

  /** Events of the id go to the owner from now on. */
  void own(RdmaCmId id, Owner owner) {
    owners.put(id, owner);
  }

  /** Destroys an id, without a queue pair; waits until no event of it is being taken. */
  void destroy(RdmaCmId id) {
    owners.remove(id);
    try {
      id.destroyId();
    } catch (IOException e) {
      LOG.error("rdma connection id not destroyed: {}", e.getMessage());
    }
  }

  /** Runs a task on the thread; after close it is dropped. */
  void execute(Runnable task) {
    tasks.add(task);
    if (!ending) {
      readiness.wakeUp();
    }
  }

  /** Runs a task later; it must look whether it is still wanted. Only on the thread. */
  void schedule(Duration delay, Runnable task) {
    timers.add(new Timer(now() + delay.toNanos(), task));
  }

  private long now() {
    return System.nanoTime() - startNanos;
  }

  private void run() {
    while (!ending) {
      try {
        readiness.await(waitMillis());
        while (takeEvent()) {
          LOG.trace("rdma connection event taken");
        }
      } catch (IOException | RuntimeException e) {
        LOG.error("rdma connection event not handled", e);
        // A channel that fails at once, always, must not take a core.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
      runDue();
    }
  }

  private int waitMillis() {
    Timer next = timers.peek();
    long millis =
        next == null ? WAIT_MILLIS_MAX : TimeUnit.NANOSECONDS.toMillis(next.atNanos() - now()) + 1;
    return tasks.isEmpty() ? Math.clamp(millis, 0, WAIT_MILLIS_MAX) : 0;
  }

  /** The owner is looked up before the event is acknowledged: after it, an id may be another's. */
  private boolean takeEvent() throws IOException {
    RdmaCmEvent taken = channel.getCmEvent(0);
    if (taken == null) {
      return false;
    }
    RdmaCmId id = taken.getConnIdPriv();
    RdmaCmId of = taken.getListenIdPriv() == null ? id : taken.getListenIdPriv();
    Optional<Owner> owner = Optional.ofNullable(of).map(owners::get);
    Event event;
    try {
      event =
          new Event(
              Kind.BY_CODE[taken.getEvent()], taken.getStatus(), ConnParam.ofPeer(taken.getConn()));
    } finally {
      taken.ackEvent();
    }
    if (owner.isPresent()) {
      owner.get().onEvent(id, event);
    } else if (event.kind() == Kind.CONNECT_REQUEST) {
      // Its listener was closed meanwhile.
      destroy(id);
    }
    return true;
  }

  private void runDue() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      runOne(task);
    }
    while (!timers.isEmpty() && timers.peek().atNanos() <= now()) {
      runOne(timers.poll().task());
    }
  }

  private static void runOne(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("rdma connection task failed", e);
    }
  }

  /** Ends the thread and closes the channel, when all ids are destroyed. Not on the thread. */
  @Override
  public void close() {
    tasks.add(() -> ending = true);
    readiness.wakeUp();
    try {
      if (!thread.join(END_MAX)) {
        LOG.error("rdma connection thread did not end in {}; its channel is kept", END_MAX);
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    try {
      channel.destroyEventChannel();
    } catch (IOException e) {
      LOG.error("rdma event channel not destroyed: {}", e.getMessage());
    }
    readiness.close();
  }
}
