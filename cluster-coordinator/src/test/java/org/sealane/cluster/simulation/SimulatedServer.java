package org.sealane.cluster.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.sealane.cluster.simulation.SimulatedZooKeeper.Znode;
import org.sealane.cluster.store.NodeStat;
import org.sealane.cluster.store.StoreResult;

/** One server of the ensemble: it shows transactions in their order, some time after. */
final class SimulatedServer {
  private record Transaction(
      long zxid, long moment, TreeMap<String, Znode> changes, long endedSession) {}

  private final VirtualTime time;
  private final Dials dials;
  private final SimulatedZooKeeper.Observer observer;
  private final TreeMap<String, Znode> znodes = new TreeMap<>();
  private final Deque<Transaction> awaited = new ArrayDeque<>();
  private final Set<Long> ended = new HashSet<>();
  private long zxid;
  private long moment;
  private long arrives;

  SimulatedServer(VirtualTime time, Dials dials, long zxid, SimulatedZooKeeper.Observer observer) {
    this.time = time;
    this.dials = dials;
    this.zxid = zxid;
    this.observer = observer;
  }

  long zxid() {
    return zxid;
  }

  /** When the last transaction that it shows was made. */
  long moment() {
    return moment;
  }

  boolean hasEnded(long session) {
    return ended.contains(session);
  }

  boolean isCurrent(long newestZxid) {
    return zxid == newestZxid;
  }

  /** A transaction is on its way. */
  void take(long number, long at, TreeMap<String, Znode> changes, long endedSession) {
    awaited.add(new Transaction(number, at, changes, endedSession));
    arrives = Math.max(arrives, time.now() + dials.lag(time));
    time.after(arrives - time.now(), () -> showUpTo(at));
  }

  private void showUpTo(long at) {
    while (!awaited.isEmpty() && awaited.getFirst().moment() <= at) {
      show(awaited.removeFirst());
    }
  }

  void catchUp() {
    showUpTo(Long.MAX_VALUE);
  }

  private void show(Transaction transaction) {
    zxid = transaction.zxid();
    moment = transaction.moment();
    if (transaction.endedSession() != 0) {
      ended.add(transaction.endedSession());
    }
    transaction
        .changes()
        .forEach((path, znode) -> {
          if (znode == null) {
            znodes.remove(path);
          } else {
            znodes.put(path, znode);
          }
        });
    transaction.changes().keySet().forEach(path -> observer.shown(this, path));
  }

  /** Takes over what a backup held. */
  void restore(Map<String, Znode> backup, long backupZxid, long at) {
    awaited.clear();
    ended.clear();
    znodes.clear();
    znodes.putAll(backup);
    zxid = backupZxid;
    moment = at;
  }

  StoreResult read(String path) {
    return value(znodes.get(path));
  }

  StoreResult children(String path) {
    return znodes.containsKey(path)
        ? new StoreResult.Names(List.copyOf(below(znodes, path).keySet()))
        : new StoreResult.NoNode();
  }

  static StoreResult value(Znode znode) {
    return znode == null
        ? new StoreResult.NoNode()
        : new StoreResult.Value(znode.data().clone(), znode.stat());
  }

  static Map<String, NodeStat> below(TreeMap<String, Znode> znodes, String path) {
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
}
