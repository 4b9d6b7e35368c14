package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.sealane.cluster.store.CuratorStore;
import org.sealane.cluster.store.StoreEvent;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreRequest.Lifetime;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.store.StoreSettings;

/** Someone in a session of its own who may write anything to ZooKeeper, and has a key of no use. */
final class Intruder implements AutoCloseable {
  final TestKeys key = TestKeys.generate();
  final CuratorStore store;
  final long session;

  Intruder(TestCluster cluster) {
    store = new CuratorStore(new StoreSettings(cluster.zookeeper.getConnectString()));
    CompletableFuture<Long> connected = new CompletableFuture<>();
    store.start(event -> {
      if (event instanceof StoreEvent.Connected now) {
        connected.complete(now.session());
      }
    });
    session = connected.orTimeout(30, TimeUnit.SECONDS).join();
  }

  /** What is there now. */
  StoreResult.Value read(String path) {
    return (StoreResult.Value) done(new StoreRequest.Read(path));
  }

  /** Writes whether there was anything before or not. */
  void write(String path, byte[] data) {
    StoreRequest set = new StoreRequest.CompareAndSet(path, data, StoreRequest.ANY_VERSION);
    if (store.submit(set).toCompletableFuture().join() instanceof StoreResult.NoNode) {
      done(new StoreRequest.Create(path, data, Lifetime.PERSISTENT));
    }
  }

  /** Removes it with all that is below it. */
  void delete(String path) {
    StoreResult below = store.submit(new StoreRequest.Children(path)).toCompletableFuture().join();
    if (below instanceof StoreResult.Names found) {
      found.names().forEach(name -> delete(path + "/" + name));
    }
    done(new StoreRequest.Delete(path, StoreRequest.ANY_VERSION));
  }

  StoreResult done(StoreRequest request) {
    StoreResult result = store.submit(request).toCompletableFuture().join();
    assertThat(result).as(request.path()).isInstanceOf(StoreResult.Done.class);
    return result;
  }

  @Override
  public void close() {
    store.close();
  }
}
