package org.sealane.cluster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealane.cluster.store.StoreRequest.Lifetime;

/** The contract of {@link ClusterStore}, as real ZooKeeper keeps it. */
@Timeout(120)
class CuratorStoreIT {
  private TestingServer server;
  private CuratorStore store;
  private final List<StoreEvent> events = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws Exception {
    server = new TestingServer(true);
    store = open(events);
  }

  @AfterEach
  void stop() throws Exception {
    store.close();
    server.close();
  }

  private CuratorStore open(List<StoreEvent> heard) {
    CuratorStore opened =
        new CuratorStore(
            new StoreSettings(
                server.getConnectString(), Duration.ofSeconds(4), Duration.ofSeconds(4)));
    opened.watch("/base");
    opened.start(heard::add);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> heard.stream().anyMatch(StoreEvent.Connected.class::isInstance));
    return opened;
  }

  private StoreResult request(StoreRequest request) {
    return store.submit(request).toCompletableFuture().join();
  }

  private StoreResult create(String path, Lifetime lifetime) {
    return request(new StoreRequest.Create(path, new byte[] {1}, lifetime));
  }

  @Test
  void shouldDoWhatIsAskedAndSayWhyNot() {
    assertThat(request(new StoreRequest.Read("/base/a"))).isEqualTo(new StoreResult.NoNode());
    assertThat(request(new StoreRequest.Children("/base"))).isEqualTo(new StoreResult.NoNode());
    assertThat(request(new StoreRequest.CompareAndSet("/base/a", new byte[0], 0)))
        .isEqualTo(new StoreResult.NoNode());
    assertThat(request(new StoreRequest.Delete("/base/a", 0))).isEqualTo(new StoreResult.NoNode());

    StoreResult.Written created = (StoreResult.Written) create("/base/a/b", Lifetime.PERSISTENT);
    assertThat(created.stat().version()).isZero();
    assertThat(created.stat().czxid()).isEqualTo(created.stat().mzxid());
    assertThat(create("/base/a/b", Lifetime.PERSISTENT)).isEqualTo(new StoreResult.NodeExists());
    assertThat(request(new StoreRequest.CompareAndSet("/base/a/b", new byte[] {2}, 7)))
        .isEqualTo(new StoreResult.BadVersion());
    StoreResult.Written set =
        (StoreResult.Written)
            request(new StoreRequest.CompareAndSet("/base/a/b", new byte[] {2}, 0));
    assertThat(set.stat().version()).isEqualTo(1);
    assertThat(set.stat().mzxid()).isGreaterThan(created.stat().mzxid());
    StoreResult.Value value = (StoreResult.Value) request(new StoreRequest.Read("/base/a/b"));
    assertThat(value.data()).containsExactly(2);
    assertThat(value.stat()).isEqualTo(set.stat());
    assertThat(request(new StoreRequest.Children("/base/a")))
        .isEqualTo(new StoreResult.Names(List.of("b")));
    assertThat(request(new StoreRequest.Delete("/base/a/b", 0)))
        .isEqualTo(new StoreResult.BadVersion());
    assertThat(request(new StoreRequest.Delete("/base/a/b", StoreRequest.ANY_VERSION)))
        .isEqualTo(new StoreResult.Deleted());
  }

  @Test
  void shouldAnnounceChangesBelowAWatchedRoot() {
    create("/base/x/y", Lifetime.PERSISTENT);
    await().until(() -> events.contains(new StoreEvent.Changed("/base/x/y")));
    create("/elsewhere", Lifetime.PERSISTENT);
    request(new StoreRequest.CompareAndSet("/base/x/y", new byte[0], 0));
    await()
        .until(
            () -> events.stream().filter(new StoreEvent.Changed("/base/x/y")::equals).count() == 2);
    assertThat(events).doesNotContain(new StoreEvent.Changed("/elsewhere"));
  }

  @Test
  void shouldEndOldRequestsAndWatchOnWhenTheSessionExpires() {
    long first = ((StoreEvent.Connected) events.getFirst()).session();
    create("/base/mine", Lifetime.EPHEMERAL);

    StoreSessions.expire(store);

    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> events.stream().filter(StoreEvent.Connected.class::isInstance).count() == 2);
    assertThat(events).contains(new StoreEvent.SessionLost());
    StoreEvent.Connected second =
        (StoreEvent.Connected)
            events.stream().filter(StoreEvent.Connected.class::isInstance).toList().getLast();
    assertThat(second.session()).isNotEqualTo(first);
    create("/base/later", Lifetime.PERSISTENT);
    await().until(() -> events.contains(new StoreEvent.Changed("/base/later")));
  }

  @Test
  void shouldLeaveAWriteUncertainWhenTheServerIsAway() throws Exception {
    server.stop();
    await().until(() -> events.contains(new StoreEvent.Suspended()));
    assertThat(create("/base/lost", Lifetime.PERSISTENT)).isInstanceOf(StoreResult.Uncertain.class);
  }

  @Test
  void shouldElectOneOfTwoAndTheOtherWhenItLeaves() {
    List<StoreEvent> others = new CopyOnWriteArrayList<>();
    store.contend("/base/coordinator", "one");
    await().until(() -> events.contains(new StoreEvent.Election(true)));
    try (CuratorStore other = open(others)) {
      other.contend("/base/coordinator", "two");
      store.close();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> others.contains(new StoreEvent.Election(true)));
    }
  }
}
