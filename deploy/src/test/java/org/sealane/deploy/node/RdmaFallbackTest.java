package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealane.cluster.lane.TwoLaneNodes;
import org.sealane.deploy.wire.LinkRelay;
import org.sealane.rdma.software.SoftwareProvider;
import org.sealane.rdma.software.SoftwareSettings;
import org.sealane.rdma.transport.RdmaCounter;
import org.sealane.rdma.transport.RdmaSettings;
import org.sealane.rdma.transport.RdmaTransport;
import org.sealane.rdma.verbs.MemoryRegion;
import org.sealane.rdma.verbs.ScriptedVerbs;
import org.sealane.smb.lane.LaneEvent;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.MoveCause;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.Transport;

/**
 * A lane whose RDMA fails in the middle of its requests: it goes on over TCP as sealed as before,
 * and returns. TCP goes over a relay that sees each byte; RDMA's memory is looked at as a whole.
 */
class RdmaFallbackTest {
  private static final UUID VOLUME = new UUID(4, 2);
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int USERS = 3;
  private static final int REQUESTS = 60;

  @TempDir Path directory;
  private final byte[] canary = new byte[32];
  private final List<RdmaTransport> transports = new ArrayList<>();
  private final List<ScriptedVerbs> devices = new ArrayList<>();
  private final Queue<LaneEvent> events = new ConcurrentLinkedQueue<>();
  private NumberedWrites load;
  private Path files;
  private DirectoryShare share;
  private TwoLaneNodes nodes;
  private LinkRelay relay;

  @BeforeEach
  void start() throws Exception {
    new Random(9).nextBytes(canary);
    load = new NumberedWrites(canary);
    files = Files.createDirectory(directory.resolve("files"));
    share = new DirectoryShare(files, DirectoryShare.Settings.of("v", 1));
    ShareBackend watched = load.watched(share);
    nodes = new TwoLaneNodes((volume, _) -> Optional.of(watched), this::rdma);
    InetSocketAddress listener = nodes.server().lanes().address();
    relay = new LinkRelay(listener, canary);
    // RDMA to the relay's port reaches the listener, too.
    Files.createSymbolicLink(socketAt(relay.address().getPort()), socketAt(listener.getPort()));
    nodes.client().lanes().lanes().detour("node1", Optional.of(relay.address()));
    nodes.client().lanes().lanes().tell(events::add);
  }

  private Path socketAt(int port) {
    return directory.resolve("rdma").resolve("at-127.0.0.1-" + port);
  }

  private Optional<Transport> rdma(FramePool pool) throws IOException {
    ScriptedVerbs device =
        new ScriptedVerbs(
            new SoftwareProvider(SoftwareSettings.in(directory.resolve("rdma")))
                .open(Optional.empty()));
    devices.add(device);
    RdmaTransport opened = new RdmaTransport(device, RdmaSettings.defaults(), pool);
    transports.add(opened);
    return Optional.of(opened);
  }

  @AfterEach
  void stop() throws Exception {
    nodes.close();
    relay.close();
    share.close();
  }

  /** Node2's. */
  private ScriptedVerbs device() {
    return devices.getLast();
  }

  private void publish(Level level, TransportPreference transport) {
    LanePolicy overTcp = TwoLaneNodes.policy(VOLUME, LaneKind.CSV, 1, level);
    nodes.publish(
        LaneRule.settled(
            new LanePolicy(
                VOLUME,
                LaneKind.CSV,
                1,
                level,
                overTcp.ciphers(),
                overTcp.signing(),
                transport,
                overTcp.rekey())));
  }

  private Optional<LaneStatus> lane() {
    return nodes.client().lanes().lanes().status().stream().findFirst();
  }

  /** Waits until the lane is on that transport and has served some more requests there. */
  private LaneStatus awaitServed(String transport) {
    await("lane on " + transport)
        .atMost(LIMIT)
        .until(() ->
            lane().filter(now -> now.transport().equals(transport)).isPresent()
                || !load.failures().isEmpty());
    long before = load.done();
    await("requests over " + transport)
        .atMost(LIMIT)
        .until(() -> load.done() > before + REQUESTS || !load.failures().isEmpty());
    assertThat(load.failures()).isEmpty();
    return lane().orElseThrow();
  }

  private static void assertSameButForTheWay(LaneStatus before, LaneStatus after) {
    assertThat(after.level()).isEqualTo(before.level());
    assertThat(after.cipher()).isEqualTo(before.cipher());
    assertThat(after.signing()).isEqualTo(before.signing());
    assertThat(after.epoch()).isEqualTo(before.epoch());
    assertThat(after.moves().lost() + after.moves().remade()).isZero();
  }

  private boolean sharedMemoryHoldsTheCanary() {
    return transports.stream()
        .flatMap(transport ->
            Stream.concat(
                transport.placementRegions().stream(), Stream.of(transport.messageRegion())))
        .anyMatch(this::holdsTheCanary);
  }

  private boolean holdsTheCanary(MemoryRegion region) {
    MemorySegment bytes = region.bytes();
    MemorySegment wanted = MemorySegment.ofArray(canary);
    for (long at = 0; at <= bytes.byteSize() - canary.length; at++) {
      if (bytes.get(ValueLayout.JAVA_BYTE, at) == canary[0]
          && bytes.asSlice(at, canary.length).mismatch(wanted) == -1) {
        return true;
      }
    }
    return false;
  }

  private long moves(MoveCause cause) {
    return lane().orElseThrow().moves().byCause().getOrDefault(cause, 0L);
  }

  private String fallbackReason() {
    return events.stream()
        .filter(LaneEvent.FellBack.class::isInstance)
        .map(event -> ((LaneEvent.FellBack) event).reason())
        .findFirst()
        .orElseThrow();
  }

  /** Clear is the control: the same looks find its payloads on both ways. */
  @ParameterizedTest
  @EnumSource(
      value = Level.class,
      names = {"CLEAR", "ENCRYPT"})
  void shouldGoOnOverTcpAsSealedAsBeforeAndReturn(Level level) throws Exception {
    publish(level, TransportPreference.RDMA_PREFERRED);
    load.start(nodes.share(VOLUME, LaneKind.CSV), USERS);
    LaneStatus before = awaitServed("rdma");
    assertThat(relay.seen().bytes()).as("over TCP so far").isZero();

    device().unplug();

    LaneStatus fallen = awaitServed("tcp");
    assertSameButForTheWay(before, fallen);
    assertThat(moves(MoveCause.LOSS)).isEqualTo(1);
    assertThat(fallbackReason()).contains("connection lost");
    assertThat(relay.seen().bytes()).isPositive();

    device().plug();

    assertSameButForTheWay(before, awaitServed("rdma"));
    assertThat(moves(MoveCause.RETURN)).isEqualTo(1);
    load.finish(files);
    assertThat(relay.seen().canaries() > 0)
        .as("clear bytes over TCP")
        .isEqualTo(level == Level.CLEAR);
    assertThat(sharedMemoryHoldsTheCanary()).isEqualTo(level == Level.CLEAR);
  }

  @Test
  void shouldFallBackWhenTheDeviceHangs() throws Exception {
    publish(Level.ENCRYPT, TransportPreference.RDMA_PREFERRED);
    load.start(nodes.share(VOLUME, LaneKind.CSV), USERS);
    awaitServed("rdma");

    device().swallow(true);
    awaitServed("tcp");
    assertThat(
            transports.getLast().counters().get(RdmaCounter.COMPLETION_TIMEOUTS)
                + transports.getLast().counters().get(RdmaCounter.DELIVERY_TIMEOUTS))
        .isEqualTo(1);

    device().swallow(false);
    awaitServed("rdma");
    load.finish(files);
  }

  private ShareOpen open(String name) throws ShareException {
    return nodes
        .share(VOLUME, LaneKind.CSV)
        .create(
            new CreateParameters(
                SharePath.ofWire(name),
                AccessMask.GENERIC_ALL,
                0,
                CreateParameters.SHARE_ALL,
                CreateDisposition.OPEN_IF,
                0),
            new Caller("node2", "node2"));
  }

  @Test
  void shouldNotFallBackWhereThePolicySaysRdmaOnly() throws Exception {
    publish(Level.ENCRYPT, TransportPreference.RDMA_ONLY);
    ShareOpen file = open("file");
    device().unplug();
    CompletableFuture<Void> held =
        CompletableFuture.runAsync(() -> {
          try {
            file.write(0, MemorySegment.ofArray(new byte[100_000]), false);
          } catch (ShareException e) {
            throw new AssertionError(e);
          }
        });
    int tried = device().connects();
    await().atMost(LIMIT).until(() -> device().connects() > tried + 2);
    assertThat(held).as("while RDMA may come back").isNotDone();

    device().plug();
    held.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    file.close();

    device().unplug();
    assertThatThrownBy(() -> open("other"))
        .hasMessageContaining("the policy says rdma-only and RDMA failed")
        .hasMessageContaining("the cable is out");
    assertThat(relay.seen().bytes()).as("over TCP").isZero();
    device().plug();
    open("other").close();
  }
}
