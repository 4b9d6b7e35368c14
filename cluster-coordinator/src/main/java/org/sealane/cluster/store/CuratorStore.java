package org.sealane.cluster.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.curator.utils.CloseableUtils;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link ClusterStore} on ZooKeeper. Curator keeps the connection, makes new sessions and elects;
 * requests go to the session's own handle, once each: Curator's retries would turn a write whose
 * reply was lost into a BadVersion of its own making. A handle is used only after its session was
 * announced, so no request of one session is ever carried out in the next.
 */
public final class CuratorStore implements ClusterStore {
  private static final Logger LOG = LoggerFactory.getLogger(CuratorStore.class);
  private static final int RECONNECT_BASE_MILLIS = 100;
  private static final int RECONNECT_TRIES_MAX = 10;
  private static final int RECONNECT_PAUSE_MAX_MILLIS = 1000;

  private final CuratorFramework client;
  private final Set<String> watchedRoots = ConcurrentHashMap.newKeySet();
  private final Map<String, LeaderLatch> elections = new ConcurrentHashMap<>();
  private volatile Consumer<StoreEvent> listener = event -> {};

  /** Events of connections come from several threads; what is announced must follow one order. */
  private final Object announcing = new Object();

  /** The session that was announced last; null before the first. */
  private volatile Session session;

  private volatile boolean closed;

  /**
   * A session's handle, and the one watcher used with it: ZooKeeper keeps each watcher once a path,
   * and tells it when the session expires.
   */
  private record Session(ZooKeeper handle, Watcher watcher) {}

  public CuratorStore(StoreSettings settings) {
    client =
        CuratorFrameworkFactory.builder()
            .connectString(settings.connect())
            .sessionTimeoutMs((int) settings.sessionTimeout().toMillis())
            .connectionTimeoutMs((int) settings.connectTimeout().toMillis())
            .retryPolicy(
                new ExponentialBackoffRetry(
                    RECONNECT_BASE_MILLIS, RECONNECT_TRIES_MAX, RECONNECT_PAUSE_MAX_MILLIS))
            .ensembleTracker(false)
            .build();
  }

  @Override
  public void start(Consumer<StoreEvent> events) {
    listener = events;
    client.getConnectionStateListenable().addListener((_, state) -> stateChanged(state));
    client.start();
  }

  @Override
  public CompletionStage<StoreResult> submit(StoreRequest request) {
    CompletableFuture<StoreResult> result = new CompletableFuture<>();
    Session current = session;
    if (current == null || closed) {
      result.complete(new StoreResult.Uncertain("not connected"));
      return result;
    }
    ZooKeeper handle = current.handle();
    switch (request) {
      case StoreRequest.Create create -> create(handle, create, true, result);
      case StoreRequest.Read read ->
          handle.getData(
              read.path(),
              false,
              (rc, _, _, data, stat) ->
                  result.complete(
                      rc == Code.OK.intValue()
                          ? new StoreResult.Value(data == null ? new byte[0] : data, stat(stat))
                          : failure(rc)),
              null);
      case StoreRequest.CompareAndSet set ->
          handle.setData(
              set.path(),
              set.data(),
              set.version(),
              (rc, _, _, stat) ->
                  result.complete(
                      rc == Code.OK.intValue() ? new StoreResult.Written(stat(stat)) : failure(rc)),
              null);
      case StoreRequest.Delete delete ->
          handle.delete(
              delete.path(),
              delete.version(),
              (rc, _, _) ->
                  result.complete(
                      rc == Code.OK.intValue() ? new StoreResult.Deleted() : failure(rc)),
              null);
      case StoreRequest.Children children ->
          handle.getChildren(
              children.path(),
              false,
              (int rc, String _, Object _, List<String> names) ->
                  result.complete(
                      rc == Code.OK.intValue() ? new StoreResult.Names(names) : failure(rc)),
              null);
    }
    return result;
  }

  private void create(
      ZooKeeper handle,
      StoreRequest.Create create,
      boolean makeParents,
      CompletableFuture<StoreResult> result) {
    CreateMode mode =
        switch (create.lifetime()) {
          case PERSISTENT -> CreateMode.PERSISTENT;
          case EPHEMERAL -> CreateMode.EPHEMERAL;
        };
    handle.create(
        create.path(),
        create.data(),
        ZooDefs.Ids.OPEN_ACL_UNSAFE,
        mode,
        (rc, _, _, _, stat) -> {
          if (rc == Code.NONODE.intValue() && makeParents) {
            createParents(handle, create, result);
          } else {
            result.complete(
                rc == Code.OK.intValue() ? new StoreResult.Written(stat(stat)) : failure(rc));
          }
        },
        null);
  }

  /** Asks for all missing parents at once, outermost first; ZooKeeper keeps their order. */
  private void createParents(
      ZooKeeper handle, StoreRequest.Create create, CompletableFuture<StoreResult> result) {
    for (String parent : parents(create.path())) {
      handle.create(
          parent,
          new byte[0],
          ZooDefs.Ids.OPEN_ACL_UNSAFE,
          CreateMode.PERSISTENT,
          (rc, path, _, _) -> {
            if (rc != Code.OK.intValue() && rc != Code.NODEEXISTS.intValue()) {
              LOG.debug("parent not made path={} code={}", path, Code.get(rc));
            }
          },
          null);
    }
    create(handle, create, false, result);
  }

  static List<String> parents(String path) {
    List<String> parents = new ArrayList<>();
    for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      parents.add(path.substring(0, slash));
    }
    return parents;
  }

  private static StoreResult failure(int rc) {
    Code code = Code.get(rc);
    if (code == null) {
      return new StoreResult.Uncertain("code " + rc);
    }
    return switch (code) {
      case NONODE -> new StoreResult.NoNode();
      case NODEEXISTS -> new StoreResult.NodeExists();
      case BADVERSION -> new StoreResult.BadVersion();
      case SESSIONEXPIRED, SESSIONMOVED -> new StoreResult.SessionExpired();
      // Everything else, connection loss above all, leaves open what became of a write.
      default -> new StoreResult.Uncertain(code.toString());
    };
  }

  private static NodeStat stat(Stat stat) {
    return new NodeStat(
        stat.getVersion(),
        stat.getCzxid(),
        stat.getMzxid(),
        stat.getCtime(),
        stat.getMtime(),
        stat.getEphemeralOwner());
  }

  /** The handle of the session that was announced last; null before the first. */
  ZooKeeper announcedSession() {
    Session current = session;
    return current == null ? null : current.handle();
  }

  @Override
  public void watch(String root) {
    watchedRoots.add(root);
    Session current = session;
    if (current != null) {
      addWatch(current, root);
    }
  }

  private static void addWatch(Session current, String root) {
    current
        .handle()
        .addWatch(
            root,
            current.watcher(),
            AddWatchMode.PERSISTENT_RECURSIVE,
            (rc, path, _) -> {
              // A lost connection is announced, and the watch is added again then.
              if (rc != Code.OK.intValue()) {
                LOG.debug("watch not added path={} code={}", path, Code.get(rc));
              }
            },
            null);
  }

  private void watched(ZooKeeper handle, WatchedEvent event) {
    if (event.getType() != Watcher.Event.EventType.None) {
      listener.accept(new StoreEvent.Changed(event.getPath()));
    } else if (event.getState() == Watcher.Event.KeeperState.Expired) {
      // Curator says so too, but later and from another thread.
      synchronized (announcing) {
        if (session != null && session.handle() == handle && !closed) {
          listener.accept(new StoreEvent.SessionLost());
        }
      }
    }
  }

  private void stateChanged(ConnectionState state) {
    if (closed) {
      return;
    }
    switch (state) {
      case CONNECTED, RECONNECTED, READ_ONLY -> connected();
      case SUSPENDED -> announce(new StoreEvent.Suspended());
      case LOST -> announce(new StoreEvent.SessionLost());
    }
  }

  private void connected() {
    ZooKeeper handle;
    try {
      handle = client.getZookeeperClient().getZooKeeper();
    } catch (Exception e) {
      // Curator declares the bare Exception; the next change of state brings another try.
      LOG.warn("connected, but no session: {}", e.toString());
      return;
    }
    synchronized (announcing) {
      Session former = session;
      if (former == null || former.handle() != handle) {
        if (former != null) {
          listener.accept(new StoreEvent.SessionLost());
        }
        session = new Session(handle, event -> watched(handle, event));
      }
      Session current = session;
      watchedRoots.forEach(root -> addWatch(current, root));
      listener.accept(
          new StoreEvent.Connected(
              handle.getSessionId(), Duration.ofMillis(handle.getSessionTimeout())));
    }
  }

  private void announce(StoreEvent event) {
    synchronized (announcing) {
      listener.accept(event);
    }
  }

  @Override
  public void contend(String path, String name) {
    elections.computeIfAbsent(path, _ -> elect(path, name));
  }

  private LeaderLatch elect(String path, String name) {
    LeaderLatch latch = new LeaderLatch(client, path, name);
    latch.addListener(
        new LeaderLatchListener() {
          @Override
          public void isLeader() {
            listener.accept(new StoreEvent.Election(true));
          }

          @Override
          public void notLeader() {
            listener.accept(new StoreEvent.Election(false));
          }
        });
    try {
      latch.start();
    } catch (Exception e) {
      throw new UncheckedIOException(new IOException("the election can not start", e));
    }
    return latch;
  }

  @Override
  public void withdraw(String path) {
    LeaderLatch latch = elections.remove(path);
    if (latch != null) {
      CloseableUtils.closeQuietly(latch);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      elections.values().forEach(CloseableUtils::closeQuietly);
      CloseableUtils.closeQuietly(client);
    }
  }
}
