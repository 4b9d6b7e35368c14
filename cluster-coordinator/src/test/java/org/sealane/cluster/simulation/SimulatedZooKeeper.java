package org.sealane.cluster.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sealane.cluster.store.NodeStat;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;

/**
 * Znodes, sessions and transactions of an ensemble, as clients can tell: writes are in one order,
 * reads are of the server that a client is connected to, which may lag.
 */
final class SimulatedZooKeeper {
  static final int SERVERS = 3;

  /** Who hears of changes and ends. */
  interface Observer {
    /** A transaction has changed a path. */
    void committed(String path);

    /** A server shows the change, and tells those who watch there. */
    void shown(SimulatedServer server, String path);

    /** After each request that was carried out, on what its server showed at {@code moment}. */
    void applied(long session, long moment, StoreRequest request, StoreResult result);
  }

  /** What a backup holds. */
  record Snapshot(Map<String, Znode> znodes, List<Long> sessions, long zxid) {}

  /** One znode. */
  record Znode(byte[] data, NodeStat stat) {}

  private final VirtualTime time;
  private final long timeoutNanos;
  private final Observer observer;
  private final TreeMap<String, Znode> znodes = new TreeMap<>();
  private final TreeMap<Long, Long> expiryBySession = new TreeMap<>();
  private final List<SimulatedServer> servers = new ArrayList<>();
  private long zxid = 0x100;
  private long moment;
  private long lastSession = 0x5000;
  private long incarnation;
  private boolean away;

  SimulatedZooKeeper(VirtualTime time, Dials dials, long timeoutNanos, Observer observer) {
    this.time = time;
    this.timeoutNanos = timeoutNanos;
    this.observer = observer;
    for (int i = 0; i < SERVERS; i++) {
      servers.add(new SimulatedServer(time, dials, zxid, observer));
    }
  }

  boolean isAway() {
    return away;
  }

  /** Grows whenever the ensemble stops: what was on its way to it is lost. */
  long incarnation() {
    return incarnation;
  }

  void goAway() {
    away = true;
    incarnation++;
  }

  /** A new leader gives every session its whole timeout again. */
  void comeBack() {
    away = false;
    List.copyOf(expiryBySession.keySet()).forEach(this::heard);
  }

  /** What a backup taken now would hold. */
  Snapshot snapshot() {
    return new Snapshot(new TreeMap<>(znodes), List.copyOf(expiryBySession.keySet()), zxid);
  }

  /** Everything since the backup is lost, on every server. */
  void restore(Snapshot backup) {
    incarnation++;
    TreeMap<String, Znode> before = new TreeMap<>(znodes);
    znodes.clear();
    znodes.putAll(backup.znodes());
    zxid = backup.zxid();
    moment++;
    expiryBySession.clear();
    for (long session : backup.sessions()) {
      expiryBySession.put(session, time.now() + timeoutNanos);
      checkLater(session, timeoutNanos);
    }
    servers.forEach(server -> server.restore(znodes, zxid, moment));
    before.keySet().removeAll(znodes.keySet());
    before.putAll(znodes);
    before.keySet().forEach(observer::committed);
  }

  /** A server that a client which has seen {@code seenZxid} may use, if there is one. */
  SimulatedServer server(long seenZxid) {
    SimulatedServer server = servers.get(time.pick(SERVERS));
    // It lets no client in that has seen more than it shows.
    if (server.zxid() < seenZxid) {
      server.catchUp();
    }
    return server;
  }

  /** Whether a client which has seen {@code seenZxid} would be let in: never after a restore. */
  boolean admits(long seenZxid) {
    return seenZxid <= zxid;
  }

  long openSession() {
    long session = ++lastSession;
    expiryBySession.put(session, time.now() + timeoutNanos);
    checkLater(session, timeoutNanos);
    commit(Map.of(), 0);
    return session;
  }

  boolean isOpen(long session) {
    return expiryBySession.containsKey(session);
  }

  void heard(long session) {
    expiryBySession.computeIfPresent(session, (_, _) -> time.now() + timeoutNanos);
  }

  private void checkLater(long session, long nanos) {
    time.after(
        nanos,
        () -> {
          Long expiry = expiryBySession.get(session);
          if (expiry == null) {
            return;
          }
          if (away) {
            checkLater(session, timeoutNanos);
          } else if (expiry <= time.now()) {
            close(session);
          } else {
            checkLater(session, expiry - time.now());
          }
        });
  }

  /** Ends a session: its ephemerals go. */
  void close(long session) {
    if (expiryBySession.remove(session) == null) {
      return;
    }
    time.note("zookeeper: session %x ends", session);
    Map<String, Znode> gone = new HashMap<>();
    znodes.forEach((path, znode) -> {
      if (znode.stat().ephemeralOwner() == session) {
        gone.put(path, null);
      }
    });
    commit(gone, session);
  }

  /** One transaction: a null znode is removed. */
  private void commit(Map<String, Znode> changes, long ended) {
    zxid++;
    moment++;
    changes.forEach((path, znode) -> {
      if (znode == null) {
        znodes.remove(path);
      } else {
        znodes.put(path, znode);
      }
    });
    servers.forEach(server -> server.take(zxid, moment, new TreeMap<>(changes), ended));
    new TreeMap<>(changes).keySet().forEach(observer::committed);
  }

  /** Carries out one request of a session, on the server it is connected to. */
  StoreResult apply(long session, SimulatedServer server, StoreRequest request) {
    if (request.isWrite()) {
      if (!isOpen(session)) {
        return new StoreResult.SessionExpired();
      }
    } else if (server.hasEnded(session) || !isOpen(session) && server.isCurrent(zxid)) {
      return new StoreResult.SessionExpired();
    }
    heard(session);
    StoreResult result =
        switch (request) {
          case StoreRequest.Create create -> create(session, create);
          case StoreRequest.Read read -> server.read(read.path());
          case StoreRequest.CompareAndSet set -> set(set);
          case StoreRequest.Delete delete -> delete(delete);
          case StoreRequest.Children children -> server.children(children.path());
        };
    if (request.isWrite()) {
      // The server answers when it shows the write.
      server.catchUp();
    }
    observer.applied(session, server.moment(), request, result);
    return result;
  }

  /** What the ensemble has agreed on, whatever its servers show. */
  StoreResult read(String path) {
    return SimulatedServer.value(znodes.get(path));
  }

  /** Names and stats of the children of {@code path}, as agreed on. */
  Map<String, NodeStat> below(String path) {
    return SimulatedServer.below(znodes, path);
  }

  private StoreResult create(long session, StoreRequest.Create create) {
    String path = create.path();
    if (znodes.containsKey(path)) {
      return new StoreResult.NodeExists();
    }
    for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      String parent = path.substring(0, slash);
      if (!znodes.containsKey(parent)) {
        make(parent, new byte[0], 0);
      }
    }
    boolean ephemeral = create.lifetime() == StoreRequest.Lifetime.EPHEMERAL;
    return new StoreResult.Written(make(path, create.data(), ephemeral ? session : 0));
  }

  private NodeStat make(String path, byte[] data, long owner) {
    NodeStat stat = new NodeStat(0, zxid + 1, zxid + 1, millis(), millis(), owner);
    commit(Map.of(path, new Znode(data.clone(), stat)), 0);
    return stat;
  }

  private StoreResult set(StoreRequest.CompareAndSet set) {
    Znode znode = znodes.get(set.path());
    if (znode == null) {
      return new StoreResult.NoNode();
    }
    NodeStat was = znode.stat();
    if (set.version() != StoreRequest.ANY_VERSION && set.version() != was.version()) {
      return new StoreResult.BadVersion();
    }
    NodeStat stat =
        new NodeStat(
            was.version() + 1,
            was.czxid(),
            zxid + 1,
            was.createdAtMillis(),
            millis(),
            was.ephemeralOwner());
    commit(Map.of(set.path(), new Znode(set.data().clone(), stat)), 0);
    return new StoreResult.Written(stat);
  }

  private StoreResult delete(StoreRequest.Delete delete) {
    Znode znode = znodes.get(delete.path());
    if (znode == null) {
      return new StoreResult.NoNode();
    }
    if (delete.version() != StoreRequest.ANY_VERSION
        && delete.version() != znode.stat().version()) {
      return new StoreResult.BadVersion();
    }
    Map<String, Znode> removed = new HashMap<>();
    removed.put(delete.path(), null);
    commit(removed, 0);
    return new StoreResult.Deleted();
  }

  /** The number of transactions ever, those lost by a restore among them. */
  long moment() {
    return moment;
  }

  private long millis() {
    return time.now() / 1_000_000;
  }
}
