package org.sealane.cluster.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sealane.cluster.store.NodeStat;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;

/** Znodes, sessions and transactions of an ensemble, as clients can tell. */
final class SimulatedZooKeeper {

  /** Who hears of changes and ends. */
  interface Observer {
    void changed(String path);

    void expired(long session);

    /** After each request that was carried out. */
    void applied(long session, StoreRequest request, StoreResult result);
  }

  private record Znode(byte[] data, NodeStat stat) {}

  private final VirtualTime time;
  private final long timeoutNanos;
  private final Observer observer;
  private final TreeMap<String, Znode> znodes = new TreeMap<>();
  private final TreeMap<Long, Long> expiryBySession = new TreeMap<>();
  private long zxid = 0x100;
  private long lastSession = 0x5000;
  private boolean away;

  SimulatedZooKeeper(VirtualTime time, long timeoutNanos, Observer observer) {
    this.time = time;
    this.timeoutNanos = timeoutNanos;
    this.observer = observer;
  }

  boolean isAway() {
    return away;
  }

  void goAway() {
    away = true;
  }

  /** A new leader gives every session its whole timeout again. */
  void comeBack() {
    away = false;
    List.copyOf(expiryBySession.keySet()).forEach(this::heard);
  }

  long openSession() {
    long session = ++lastSession;
    zxid++;
    expiryBySession.put(session, time.now() + timeoutNanos);
    checkLater(session, timeoutNanos);
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
    zxid++;
    List<String> gone = new ArrayList<>();
    znodes.forEach((path, znode) -> {
      if (znode.stat().ephemeralOwner() == session) {
        gone.add(path);
      }
    });
    gone.forEach(path -> {
      znodes.remove(path);
      observer.changed(path);
    });
    observer.expired(session);
  }

  /** Carries out one request of a living session. */
  StoreResult apply(long session, StoreRequest request) {
    if (!isOpen(session)) {
      return new StoreResult.SessionExpired();
    }
    heard(session);
    StoreResult result =
        switch (request) {
          case StoreRequest.Create create -> create(session, create);
          case StoreRequest.Read read -> read(read.path());
          case StoreRequest.CompareAndSet set -> set(set);
          case StoreRequest.Delete delete -> delete(delete);
          case StoreRequest.Children children -> children(children.path());
        };
    observer.applied(session, request, result);
    return result;
  }

  StoreResult read(String path) {
    Znode znode = znodes.get(path);
    return znode == null
        ? new StoreResult.NoNode()
        : new StoreResult.Value(znode.data().clone(), znode.stat());
  }

  /** Paths and stats of the children of {@code path}. */
  Map<String, NodeStat> below(String path) {
    Map<String, NodeStat> found = new TreeMap<>();
    String prefix = path + "/";
    for (Map.Entry<String, Znode> entry : znodes.tailMap(prefix).entrySet()) {
      if (!entry.getKey().startsWith(prefix)) {
        break;
      }
      String name = entry.getKey().substring(prefix.length());
      if (name.indexOf('/') < 0) {
        found.put(name, entry.getValue().stat());
      }
    }
    return found;
  }

  private StoreResult create(long session, StoreRequest.Create create) {
    if (znodes.containsKey(create.path())) {
      return new StoreResult.NodeExists();
    }
    String path = create.path();
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
    zxid++;
    NodeStat stat = new NodeStat(0, zxid, zxid, millis(), millis(), owner);
    znodes.put(path, new Znode(data.clone(), stat));
    observer.changed(path);
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
    zxid++;
    NodeStat stat =
        new NodeStat(
            was.version() + 1,
            was.czxid(),
            zxid,
            was.createdAtMillis(),
            millis(),
            was.ephemeralOwner());
    znodes.put(set.path(), new Znode(set.data().clone(), stat));
    observer.changed(set.path());
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
    zxid++;
    znodes.remove(delete.path());
    observer.changed(delete.path());
    return new StoreResult.Deleted();
  }

  private StoreResult children(String path) {
    return znodes.containsKey(path)
        ? new StoreResult.Names(List.copyOf(below(path).keySet()))
        : new StoreResult.NoNode();
  }

  /** The number of the last transaction. */
  long zxid() {
    return zxid;
  }

  private long millis() {
    return time.now() / 1_000_000;
  }
}
