package org.sealane.cluster.member;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.sealane.cluster.store.NodeStat;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;

/** ZooKeeper's tree in memory, for tests that decide themselves what is lost and when. */
public final class MemoryStore {
  private record Znode(byte[] data, NodeStat stat) {}

  private final TreeMap<String, Znode> znodes = new TreeMap<>();
  private final List<Consumer<String>> watchers = new ArrayList<>();
  private long zxid;
  private long lastSession = 100;

  long newSession() {
    return ++lastSession;
  }

  void watch(Consumer<String> watcher) {
    watchers.add(watcher);
  }

  /** Ends a session: its ephemerals go. */
  void expire(long session) {
    if (session == 0) {
      return;
    }
    List<String> gone = new ArrayList<>();
    znodes.forEach((path, znode) -> {
      if (znode.stat().ephemeralOwner() == session) {
        gone.add(path);
      }
    });
    gone.forEach(this::remove);
  }

  boolean exists(String path) {
    return znodes.containsKey(path);
  }

  /** Paths below {@code root}. */
  Map<String, NodeStat> below(String root) {
    Map<String, NodeStat> found = new TreeMap<>();
    znodes.forEach((path, znode) -> {
      if (path.startsWith(root + "/")) {
        found.put(path, znode.stat());
      }
    });
    return found;
  }

  public StoreResult carryOut(StoreRequest request, long session) {
    return switch (request) {
      case StoreRequest.Create create -> create(create, session);
      case StoreRequest.Read read -> {
        Znode znode = znodes.get(read.path());
        yield znode == null
            ? new StoreResult.NoNode()
            : new StoreResult.Value(znode.data().clone(), znode.stat());
      }
      case StoreRequest.CompareAndSet set -> compareAndSet(set);
      case StoreRequest.Delete delete -> {
        Znode znode = znodes.get(delete.path());
        if (znode == null) {
          yield new StoreResult.NoNode();
        }
        if (isOther(delete.version(), znode)) {
          yield new StoreResult.BadVersion();
        }
        remove(delete.path());
        yield new StoreResult.Deleted();
      }
      case StoreRequest.Children children -> children(children.path());
    };
  }

  private StoreResult create(StoreRequest.Create create, long session) {
    if (znodes.containsKey(create.path())) {
      return new StoreResult.NodeExists();
    }
    for (int slash = create.path().indexOf('/', 1);
        slash > 0;
        slash = create.path().indexOf('/', slash + 1)) {
      String parent = create.path().substring(0, slash);
      if (!znodes.containsKey(parent)) {
        zxid++;
        znodes.put(parent, new Znode(new byte[0], new NodeStat(0, zxid, zxid, 0, 0, 0)));
      }
    }
    zxid++;
    long owner = create.lifetime() == StoreRequest.Lifetime.EPHEMERAL ? session : 0;
    Znode znode = new Znode(create.data().clone(), new NodeStat(0, zxid, zxid, zxid, zxid, owner));
    znodes.put(create.path(), znode);
    changed(create.path());
    return new StoreResult.Written(znode.stat());
  }

  private StoreResult compareAndSet(StoreRequest.CompareAndSet set) {
    Znode znode = znodes.get(set.path());
    if (znode == null) {
      return new StoreResult.NoNode();
    }
    if (isOther(set.version(), znode)) {
      return new StoreResult.BadVersion();
    }
    zxid++;
    NodeStat was = znode.stat();
    NodeStat stat =
        new NodeStat(
            was.version() + 1,
            was.czxid(),
            zxid,
            was.createdAtMillis(),
            zxid,
            was.ephemeralOwner());
    znodes.put(set.path(), new Znode(set.data().clone(), stat));
    changed(set.path());
    return new StoreResult.Written(stat);
  }

  private StoreResult children(String path) {
    if (!znodes.containsKey(path)) {
      return new StoreResult.NoNode();
    }
    TreeSet<String> names = new TreeSet<>();
    String prefix = path + "/";
    for (String below : znodes.tailMap(prefix).keySet()) {
      if (!below.startsWith(prefix)) {
        break;
      }
      names.add(below.substring(prefix.length()).split("/")[0]);
    }
    return new StoreResult.Names(List.copyOf(names));
  }

  private static boolean isOther(int version, Znode znode) {
    return version != StoreRequest.ANY_VERSION && version != znode.stat().version();
  }

  private void remove(String path) {
    zxid++;
    znodes.remove(path);
    changed(path);
  }

  private void changed(String path) {
    watchers.forEach(watcher -> watcher.accept(path));
  }
}
