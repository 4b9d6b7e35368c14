package org.sealane.cluster.simulation;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.sealane.cluster.store.StoreEvent;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;

/**
 * A client's connection to ZooKeeper and its session: in order both ways, with delays, and what a
 * client sees when it breaks.
 */
final class SimulatedConnection {
  private final String name;
  private final VirtualTime time;
  private final Dials dials;
  private final SimulatedZooKeeper zookeeper;
  private final long timeoutNanos;

  /** Runs what the client is told, when its thread comes to it. */
  private final Consumer<Runnable> thread;

  private final Consumer<StoreEvent> events;
  private final Map<Long, Consumer<StoreResult>> open = new LinkedHashMap<>();
  private long lastToken;
  private long session;
  private long generation;
  private boolean connected;
  private boolean closed;
  private boolean frozen;
  private SimulatedServer server;
  private long seenZxid;
  private long arrivesThere;
  private long arrivesHere;

  /** Until when nothing comes through in one direction, though the connection stands. */
  private long silentThereUntil;

  private long silentHereUntil;

  SimulatedConnection(
      String name,
      VirtualTime time,
      Dials dials,
      SimulatedZooKeeper zookeeper,
      long timeoutNanos,
      Consumer<Runnable> thread,
      Consumer<StoreEvent> events) {
    this.name = name;
    this.time = time;
    this.dials = dials;
    this.zookeeper = zookeeper;
    this.timeoutNanos = timeoutNanos;
    this.thread = thread;
    this.events = events;
  }

  void start() {
    connectLater();
    ping();
  }

  /** The session as the client knows it; 0 if there is none. */
  long session() {
    return session;
  }

  boolean isConnected() {
    return connected;
  }

  /** Whether its client is told what {@code other} shows. */
  boolean isTo(SimulatedServer other) {
    return connected && server == other;
  }

  /** Whether the client's process is stopped, so that it sends nothing. */
  void freeze(boolean on) {
    frozen = on;
  }

  /** The process is gone; what was sent may still arrive. */
  void abandon() {
    closed = true;
    connected = false;
    open.clear();
  }

  /** Ends the session in order. */
  void close() {
    long ending = session;
    abandon();
    if (ending != 0) {
      time.after(dials.delay(time), () -> zookeeper.close(ending));
    }
  }

  void submit(StoreRequest request, Consumer<StoreResult> then) {
    if (!connected) {
      tell(() -> then.accept(new StoreResult.Uncertain("not connected")), 0);
      return;
    }
    long token = ++lastToken;
    long sentBy = session;
    long of = generation;
    long to = zookeeper.incarnation();
    SimulatedServer through = server;
    open.put(token, then);
    boolean lost = time.chance(dials.lostReply);
    arrivesThere = arrival(arrivesThere, silentThereUntil);
    time.after(
        arrivesThere - time.now(),
        () -> {
          // After a reconnection nothing of the connection before it is carried out any more.
          boolean stale = of != generation && connected;
          if (stale || zookeeper.isAway() || to != zookeeper.incarnation()) {
            return;
          }
          StoreResult result = zookeeper.apply(sentBy, through, request);
          if (of == generation) {
            seenZxid = through.zxid();
            answer(token, lost ? new StoreResult.Uncertain("no answer came") : result);
          }
        });
  }

  /** When what is sent now arrives: in order, and not while that direction is silent. */
  private long arrival(long before, long silentUntil) {
    return Math.max(Math.max(before, silentUntil), time.now() + dials.delay(time));
  }

  /**
   * One direction goes silent for {@code nanos}; a client that hears nothing for two thirds of its
   * timeout gives the connection up.
   */
  void silence(boolean there, long nanos) {
    if (!connected || closed) {
      return;
    }
    time.note("%s: silent %s", name, there ? "to zookeeper" : "from zookeeper");
    if (there) {
      silentThereUntil = time.now() + nanos;
    } else {
      silentHereUntil = time.now() + nanos;
    }
    long patience = timeoutNanos * 2 / 3;
    long was = generation;
    if (nanos > patience) {
      time.after(
          patience,
          () -> {
            if (generation == was) {
              breakOff(nanos - patience);
            }
          });
    }
  }

  private void answer(long token, StoreResult result) {
    toClient(() -> {
      Consumer<StoreResult> then = open.remove(token);
      if (then != null) {
        then.accept(result);
      }
    });
  }

  /** Tells of a change below what every member watches. */
  void changed(String path) {
    if (connected) {
      toClient(() -> events.accept(new StoreEvent.Changed(path)));
    }
  }

  void elected(boolean on) {
    if (connected) {
      toClient(() -> events.accept(new StoreEvent.Election(on)));
    }
  }

  private void toClient(Runnable work) {
    long of = generation;
    arrivesHere = arrival(arrivesHere, silentHereUntil);
    time.after(
        arrivesHere - time.now(),
        () -> {
          if (of == generation && !closed) {
            thread.accept(work);
          }
        });
  }

  private void tell(Runnable work, long nanos) {
    time.after(
        nanos,
        () -> {
          if (!closed) {
            thread.accept(work);
          }
        });
  }

  /** The connection breaks; the session lives on until it expires. */
  void breakOff(long awayNanos) {
    if (!connected || closed) {
      return;
    }
    time.note("%s: connection breaks", name);
    connected = false;
    generation++;
    arrivesThere = 0;
    arrivesHere = 0;
    silentThereUntil = 0;
    silentHereUntil = 0;
    List<Consumer<StoreResult>> unanswered = List.copyOf(open.values());
    open.clear();
    boolean suspendedFirst = time.chance(0.5);
    if (suspendedFirst) {
      tell(() -> events.accept(new StoreEvent.Suspended()), 0);
    }
    unanswered.forEach(
        then -> tell(() -> then.accept(new StoreResult.Uncertain("connection lost")), 0));
    if (!suspendedFirst) {
      tell(() -> events.accept(new StoreEvent.Suspended()), 0);
    }
    time.after(awayNanos, this::connectLater);
    long was = generation;
    time.after(
        timeoutNanos,
        () -> {
          if (generation == was && !connected && !closed) {
            session = 0;
            seenZxid = 0;
            tell(() -> events.accept(new StoreEvent.SessionLost()), 0);
          }
        });
  }

  private void connectLater() {
    time.after(
        dials.delay(time) + VirtualTime.millis(1),
        () -> {
          if (closed || connected) {
            return;
          }
          if (zookeeper.isAway() || frozen || !zookeeper.admits(seenZxid)) {
            connectLater();
          } else {
            connect();
          }
        });
  }

  private void connect() {
    if (session != 0 && !zookeeper.isOpen(session)) {
      session = 0;
      tell(() -> events.accept(new StoreEvent.SessionLost()), 0);
    }
    if (session == 0) {
      session = zookeeper.openSession();
    }
    server = zookeeper.server(seenZxid);
    zookeeper.heard(session);
    generation++;
    connected = true;
    long now = session;
    time.note("%s: connected, session %x", name, now);
    toClient(() -> events.accept(new StoreEvent.Connected(now, Duration.ofNanos(timeoutNanos))));
  }

  private void ping() {
    if (closed) {
      return;
    }
    if (connected && !frozen && !zookeeper.isAway()) {
      if (zookeeper.isOpen(session)) {
        if (time.now() >= silentThereUntil) {
          zookeeper.heard(session);
        }
      } else if (server.hasEnded(session)) {
        breakOff(0);
      }
    }
    time.after(timeoutNanos / 3, this::ping);
  }
}
