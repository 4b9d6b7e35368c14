package org.sealane.rdma.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every provider does alike. Two devices of one provider are opened in this process. */
public abstract class VerbsSuite {
  private static final long RECEIVE = 100;
  private static final long SEND = 200;
  private static final int WINDOWS_TRIED_MAX = 1 << 17;

  private VerbsEnd client;
  private VerbsEnd server;
  private Verbs.Listener listener;
  private final BlockingQueue<ConnectRequest> requests = new ArrayBlockingQueue<>(64);

  /** The provider under test. */
  protected abstract ProviderUnderTest under();

  /** How a receive ends that is shorter than the message. */
  protected CompletionStatus shortReceive() {
    return CompletionStatus.LOC_LEN_ERR;
  }

  /** How a send ends whose peer's receive is shorter. */
  protected CompletionStatus sendToShortReceive() {
    return CompletionStatus.REM_INV_REQ_ERR;
  }

  /** How a send ends from memory that is not registered any more. */
  protected CompletionStatus sendFromUnregistered() {
    return CompletionStatus.LOC_PROT_ERR;
  }

  @BeforeEach
  void open() throws Exception {
    client = new VerbsEnd(under().provider(), under().clientDevice());
    server = new VerbsEnd(under().provider(), under().serverDevice());
    listener = server.verbs.listen(under().server(), 16, requests::add);
  }

  @AfterEach
  void close() {
    listener.close();
    client.close();
    server.close();
  }

  private ConnectRequest nextRequest() throws InterruptedException {
    ConnectRequest request = requests.poll(VerbsEnd.LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(request).as("a connect request").isNotNull();
    return request;
  }

  private CompletionStage<QueuePair> accept(ConnectRequest request) {
    return request.accept(
        server.settings(),
        VerbsEnd.PARAMETERS,
        server.disconnected::complete,
        made -> assertThat(made.number()).isPositive());
  }

  private void connect() throws Exception {
    CompletionStage<QueuePair> connecting = client.connect(listener.address());
    CompletionStage<QueuePair> accepting = accept(nextRequest());
    client.use(VerbsEnd.get(connecting));
    server.use(VerbsEnd.get(accepting));
  }

  private void requireWindows() {
    assumeTrue(server.verbs.attributes().memoryWindows(), "the device has no memory windows");
  }

  @Test
  void shouldTellEachSideTheOthersWordsWhenTheyConnect() throws Exception {
    CompletionStage<QueuePair> connecting = client.connect(listener.address());
    ConnectRequest request = nextRequest();
    assertThat(request.offered().privateData()).startsWith(1, 2, 3);
    assertThat(request.offered().initiatorDepth()).isEqualTo(4);
    CompletionStage<QueuePair> accepting = accept(request);
    client.use(VerbsEnd.get(connecting));
    server.use(VerbsEnd.get(accepting));

    // 8 answered, 4 under way on each side: neither asks for more than the other answers.
    assertThat(client.queuePair().negotiated().initiatorDepth()).isEqualTo(4);
    assertThat(client.queuePair().negotiated().responderResources()).isEqualTo(4);
    assertThat(server.queuePair().negotiated().initiatorDepth()).isEqualTo(4);
  }

  @Test
  void shouldRefuseWhenNobodyListens() {
    InetSocketAddress gone = listener.address();
    listener.close();

    assertThatThrownBy(() -> VerbsEnd.get(client.connect(gone)))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            VerbsException.class, e -> assertThat(e.kind()).isEqualTo(VerbsException.Kind.REFUSED));
  }

  @Test
  void shouldRefuseWhenTheListenerRejects() throws Exception {
    CompletionStage<QueuePair> connecting = client.connect(listener.address());
    nextRequest().reject();

    assertThatThrownBy(() -> VerbsEnd.get(connecting))
        .cause()
        .isInstanceOfSatisfying(
            VerbsException.class, e -> assertThat(e.kind()).isEqualTo(VerbsException.Kind.REFUSED));
  }

  @Test
  void shouldRefuseASecondListenerWhenTheAddressIsTaken() {
    assertThatThrownBy(() -> client.verbs.listen(listener.address(), 1, requests::add))
        .isInstanceOfSatisfying(
            VerbsException.class,
            e -> assertThat(e.kind()).isEqualTo(VerbsException.Kind.ADDRESS_IN_USE));
  }

  @Test
  void shouldDeliverInOrderWhenMessagesAreSent() throws Exception {
    connect();
    for (int i = 0; i < 8; i++) {
      server.queuePair().postReceive(RECEIVE + i, server.slice(i * 1024, 1024));
    }
    for (int i = 0; i < 8; i++) {
      client.fill(0, 1000 + i, i);
      assertThat(client.statusOf(new WorkRequest.Send(SEND + i, client.slice(0, 1000 + i))))
          .isEqualTo(CompletionStatus.SUCCESS);
    }
    for (int i = 0; i < 8; i++) {
      Completion received = server.completion(RECEIVE + i);
      assertThat(received.status()).isEqualTo(CompletionStatus.SUCCESS);
      assertThat(received.lengthBytes()).isEqualTo(1000 + i);
      assertThat(received.invalidated()).isEmpty();
      assertThat(server.holds(i * 1024, 1000 + i, i)).isTrue();
    }
  }

  @Test
  void shouldDeliverWhenTheReceiveIsPostedAfterTheSend() throws Exception {
    connect();
    client.fill(0, 100, 7);
    client.queuePair().post(new WorkRequest.Send(SEND, client.slice(0, 100)));
    assertThat(client.completions.poll(new java.util.ArrayList<>(), 1)).isZero();
    server.queuePair().postReceive(RECEIVE, server.slice(0, 100));

    assertThat(client.status(SEND)).isEqualTo(CompletionStatus.SUCCESS);
    assertThat(server.status(RECEIVE)).isEqualTo(CompletionStatus.SUCCESS);
    assertThat(server.holds(0, 100, 7)).isTrue();
  }

  @Test
  void shouldFetchAndPlaceWhenThePeerGrantedIt() throws Exception {
    connect();
    server.fill(4096, 3000, 5);
    assertThat(
            client.statusOf(
                new WorkRequest.Read(SEND, client.slice(0, 4096), server.remote(4096, 3000))))
        .isEqualTo(CompletionStatus.SUCCESS);
    assertThat(client.holds(0, 3000, 5)).isTrue();

    client.fill(8192, 2000, 9);
    assertThat(
            client.statusOf(
                new WorkRequest.Write(SEND, client.slice(8192, 2000), server.remote(20000, 2000))))
        .isEqualTo(CompletionStatus.SUCCESS);
    assertThat(server.holds(20000, 2000, 9)).isTrue();
  }

  @Test
  void shouldTakeAWindowsRightsWhenThePeerInvalidatesIt() throws Exception {
    requireWindows();
    connect();
    try (MemoryWindow window = server.verbs.allocateWindow()) {
      RemoteKey key = server.bind(window, server.slice(0, 1000), Set.of(Access.REMOTE_READ));
      RemoteSlice granted = new RemoteSlice(server.region.remoteAddress(), key, 1000);
      server.fill(0, 1000, 3);
      assertThat(client.statusOf(new WorkRequest.Read(SEND, client.slice(0, 1000), granted)))
          .isEqualTo(CompletionStatus.SUCCESS);
      server.queuePair().postReceive(RECEIVE, server.slice(2000, 100));
      assertThat(
              client.statusOf(new WorkRequest.SendWithInvalidate(SEND, client.slice(0, 10), key)))
          .isEqualTo(CompletionStatus.SUCCESS);
      assertThat(server.completion(RECEIVE).invalidated()).contains(key);

      assertThat(client.statusOf(new WorkRequest.Read(SEND, client.slice(0, 1000), granted)))
          .isEqualTo(CompletionStatus.REM_ACCESS_ERR);
    }
  }

  @Test
  void shouldTakeAWindowsRightsWhenItsOwnerInvalidatesIt() throws Exception {
    requireWindows();
    connect();
    try (MemoryWindow window = server.verbs.allocateWindow()) {
      RemoteKey first = server.bind(window, server.slice(0, 1000), Set.of(Access.REMOTE_WRITE));
      assertThat(server.statusOf(new WorkRequest.LocalInvalidate(SEND, first)))
          .isEqualTo(CompletionStatus.SUCCESS);
      RemoteKey second = server.bind(window, server.slice(0, 1000), Set.of(Access.REMOTE_WRITE));
      assertThat(second).isNotEqualTo(first);

      assertThat(
              client.statusOf(
                  new WorkRequest.Write(
                      SEND,
                      client.slice(0, 1000),
                      new RemoteSlice(server.region.remoteAddress(), first, 1000))))
          .isEqualTo(CompletionStatus.REM_ACCESS_ERR);
    }
  }

  @Test
  void shouldBindAWindowAgainWhenItsConnectionWasClosed() throws Exception {
    requireWindows();
    connect();
    try (MemoryWindow window = server.verbs.allocateWindow()) {
      RemoteKey first = server.bind(window, server.slice(0, 100), Set.of(Access.REMOTE_READ));
      server.queuePair().close();
      client.queuePair().close();
      connect();
      RemoteKey second = server.bind(window, server.slice(0, 100), Set.of(Access.REMOTE_READ));
      server.fill(0, 100, 4);

      assertThat(
              client.statusOf(
                  new WorkRequest.Read(
                      SEND,
                      client.slice(0, 100),
                      new RemoteSlice(server.region.remoteAddress(), second, 100))))
          .isEqualTo(CompletionStatus.SUCCESS);
      assertThat(client.holds(0, 100, 4)).isTrue();
      assertThat(
              client.statusOf(
                  new WorkRequest.Read(
                      SEND,
                      client.slice(0, 100),
                      new RemoteSlice(server.region.remoteAddress(), first, 100))))
          .isEqualTo(CompletionStatus.REM_ACCESS_ERR);
    }
  }

  @Test
  void shouldBreakTheConnectionWhenAPeerInvalidatesWhatWasNotGranted() throws Exception {
    requireWindows();
    connect();
    server.queuePair().postReceive(RECEIVE, server.slice(0, 100));
    client
        .queuePair()
        .post(
            new WorkRequest.SendWithInvalidate(
                SEND, client.slice(0, 10), new RemoteKey(0x7FFF_FF01)));

    assertThat(server.status(RECEIVE)).isNotEqualTo(CompletionStatus.SUCCESS);
    assertThat(client.disconnected).succeedsWithin(VerbsEnd.LIMIT);
  }

  private void assertBreaks(WorkRequest request, CompletionStatus expected) throws Exception {
    connect();
    server.queuePair().postReceive(RECEIVE, server.slice(0, 64));
    client.queuePair().postReceive(RECEIVE, client.slice(0, 64));

    assertThat(client.statusOf(request)).isEqualTo(expected);

    assertThat(client.status(RECEIVE)).isEqualTo(CompletionStatus.WR_FLUSH_ERR);
    assertThat(client.statusOf(new WorkRequest.Send(SEND + 1, client.slice(0, 1))))
        .isEqualTo(CompletionStatus.WR_FLUSH_ERR);
    assertThat(server.status(RECEIVE)).isNotEqualTo(CompletionStatus.SUCCESS);
    assertThat(server.disconnected).succeedsWithin(VerbsEnd.LIMIT);
  }

  @Test
  void shouldCompleteWithRemAccessErrWhenTheKeyIsUnknown() throws Exception {
    assertBreaks(
        new WorkRequest.Read(
            SEND,
            client.slice(0, 10),
            new RemoteSlice(server.region.remoteAddress(), new RemoteKey(0x7FFF_FF01), 10)),
        CompletionStatus.REM_ACCESS_ERR);
  }

  @Test
  void shouldCompleteWithRemAccessErrWhenReadingBehindTheRegion() throws Exception {
    assertBreaks(
        new WorkRequest.Read(SEND, client.slice(0, 11), server.remote(VerbsEnd.BYTES - 10, 11)),
        CompletionStatus.REM_ACCESS_ERR);
  }

  @Test
  void shouldCompleteWithRemAccessErrWhenWritingBeforeTheRegion() throws Exception {
    assertBreaks(
        new WorkRequest.Write(SEND, client.slice(0, 10), server.remote(-1, 10)),
        CompletionStatus.REM_ACCESS_ERR);
  }

  @Test
  void shouldCompleteWithRemAccessErrWhenTheRightIsTheOtherDirections() throws Exception {
    try (MemoryRegion readable =
        server.verbs.register(4096, Set.of(Access.LOCAL_WRITE, Access.REMOTE_READ))) {
      assertBreaks(
          new WorkRequest.Write(
              SEND,
              client.slice(0, 10),
              new RemoteSlice(readable.remoteAddress(), readable.remoteKey(), 10)),
          CompletionStatus.REM_ACCESS_ERR);
    }
  }

  @Test
  void shouldCompleteWithRemAccessErrWhenARegionWasClosed() throws Exception {
    MemoryRegion part =
        server.verbs.register(
            server.slice(0, 4096), Set.of(Access.LOCAL_WRITE, Access.REMOTE_READ));
    RemoteSlice granted = new RemoteSlice(part.remoteAddress(), part.remoteKey(), 10);
    part.close();
    assertBreaks(
        new WorkRequest.Read(SEND, client.slice(0, 10), granted), CompletionStatus.REM_ACCESS_ERR);
  }

  @Test
  void shouldCompleteWithRemAccessErrWhenAWindowIsAnotherConnections() throws Exception {
    requireWindows();
    connect();
    QueuePair first = server.queuePair();
    try (MemoryWindow window = server.verbs.allocateWindow()) {
      RemoteKey key = server.bind(window, server.slice(0, 100), Set.of(Access.REMOTE_READ));
      QueuePair clientsFirst = client.queuePair();
      connect();
      assertThat(
              client.statusOf(
                  new WorkRequest.Read(
                      SEND,
                      client.slice(0, 100),
                      new RemoteSlice(server.region.remoteAddress(), key, 100))))
          .isEqualTo(CompletionStatus.REM_ACCESS_ERR);
      clientsFirst.close();
      first.close();
    }
  }

  @Test
  void shouldCompleteWithRemInvReqErrWhenTheReceiveIsTooShort() throws Exception {
    assertBreaks(new WorkRequest.Send(SEND, client.slice(0, 65)), sendToShortReceive());
  }

  @Test
  void shouldCompleteTheReceiveWithLocLenErrWhenItIsTooShort() throws Exception {
    connect();
    server.queuePair().postReceive(RECEIVE, server.slice(0, 64));
    client.queuePair().post(new WorkRequest.Send(SEND, client.slice(0, 65)));
    assertThat(server.status(RECEIVE)).isEqualTo(shortReceive());
  }

  @Test
  void shouldCompleteWithLocProtErrWhenTheLocalRegionIsClosed() throws Exception {
    MemoryRegion closed = client.verbs.register(4096, EnumSet.of(Access.LOCAL_WRITE));
    Slice slice = closed.whole();
    closed.close();
    assertBreaks(new WorkRequest.Send(SEND, slice), sendFromUnregistered());
  }

  @Test
  void shouldCompleteWithLocProtErrWhenReadingIntoMemoryThatIsReadOnly() throws Exception {
    try (MemoryRegion readOnly = client.verbs.register(4096, EnumSet.of(Access.REMOTE_READ))) {
      assertBreaks(
          new WorkRequest.Read(SEND, new Slice(readOnly, 0, 10), server.remote(0, 10)),
          CompletionStatus.LOC_PROT_ERR);
    }
  }

  @Test
  void shouldCompleteWithMwBindErrWhenTheRegionAllowsNoWindows() throws Exception {
    requireWindows();
    try (MemoryRegion region = client.verbs.register(4096, EnumSet.of(Access.LOCAL_WRITE));
        MemoryWindow window = client.verbs.allocateWindow()) {
      assertBreaks(
          new WorkRequest.BindWindow(
              SEND, window, new Slice(region, 0, 100), Set.of(Access.REMOTE_READ)),
          CompletionStatus.MW_BIND_ERR);
    }
  }

  @Test
  void shouldGiveUpWhenThePeerPostsNoReceive() throws Exception {
    connect();
    assertThat(client.statusOf(new WorkRequest.Send(SEND, client.slice(0, 10))))
        .isEqualTo(CompletionStatus.RNR_RETRY_EXC_ERR);
  }

  @Test
  void shouldFlushBothSidesWhenOneDisconnects() throws Exception {
    connect();
    client.queuePair().postReceive(RECEIVE, client.slice(0, 64));
    server.queuePair().postReceive(RECEIVE, server.slice(0, 64));
    client.queuePair().disconnect();

    assertThat(client.status(RECEIVE)).isEqualTo(CompletionStatus.WR_FLUSH_ERR);
    assertThat(server.status(RECEIVE)).isEqualTo(CompletionStatus.WR_FLUSH_ERR);
    assertThat(server.disconnected).succeedsWithin(VerbsEnd.LIMIT);
    assertThat(client.disconnected).isNotDone();
    assertThat(server.statusOf(new WorkRequest.Send(SEND, server.slice(0, 1))))
        .isEqualTo(CompletionStatus.WR_FLUSH_ERR);
  }

  @Test
  void shouldDeliverWhatWasSentWhenTheSenderDisconnectsAfterIt() throws Exception {
    connect();
    server.queuePair().postReceive(RECEIVE, server.slice(0, 64));
    client.fill(0, 64, 2);
    assertThat(client.statusOf(new WorkRequest.Send(SEND, client.slice(0, 64))))
        .isEqualTo(CompletionStatus.SUCCESS);
    client.queuePair().close();

    assertThat(server.status(RECEIVE)).isEqualTo(CompletionStatus.SUCCESS);
    assertThat(server.holds(0, 64, 2)).isTrue();
  }

  @Test
  void shouldRefuseFurtherRequestsWhenAQueueIsFull() throws Exception {
    connect();
    for (int i = 0; i < 16; i++) {
      client.queuePair().postReceive(RECEIVE + i, client.slice(0, 64));
    }
    assertExhausted(() -> client.queuePair().postReceive(RECEIVE, client.slice(0, 64)));
    for (int i = 0; i < 16; i++) {
      client
          .queuePair()
          .post(new WorkRequest.Read(SEND + i, client.slice(0, 1), server.remote(0, 1)));
    }
    assertExhausted(() ->
        client
            .queuePair()
            .post(new WorkRequest.Read(SEND, client.slice(0, 1), server.remote(0, 1))));
    for (int i = 0; i < 16; i++) {
      assertThat(client.status(SEND + i)).isEqualTo(CompletionStatus.SUCCESS);
    }
    assertThat(client.statusOf(new WorkRequest.Read(SEND, client.slice(0, 1), server.remote(0, 1))))
        .as("there is room again")
        .isEqualTo(CompletionStatus.SUCCESS);
  }

  @Test
  void shouldRefuseAQueuePairWhenTheCompletionQueueHasNoRoom() throws Exception {
    try (CompletionQueue small = client.verbs.createCompletionQueue(8)) {
      int room = small.entries();
      assertThatThrownBy(() ->
              VerbsEnd.get(
                  client.verbs.connect(
                      listener.address(),
                      new QueuePairSettings(small, room, 1),
                      VerbsEnd.PARAMETERS,
                      reason -> {},
                      VerbsEnd.LIMIT)))
          .cause()
          .isInstanceOfSatisfying(
              VerbsException.class,
              e -> assertThat(e.kind()).isEqualTo(VerbsException.Kind.EXHAUSTED));
    }
  }

  @Test
  void shouldRefuseARegionWhenItIsLongerThanTheDeviceTakes() {
    long longest = client.verbs.attributes().regionBytesMax();
    assertExhausted(() -> client.verbs.register(longest + 1, Set.of(Access.LOCAL_WRITE)));
  }

  @Test
  void shouldRefuseACompletionQueueWhenItIsLongerThanTheDeviceTakes() {
    int longest = client.verbs.attributes().completionEntriesMax();
    assertExhausted(() -> client.verbs.createCompletionQueue(longest + 1));
  }

  @Test
  void shouldRefuseAWindowWhenAllAreTaken() throws Exception {
    requireWindows();
    int all = client.verbs.attributes().memoryWindowsMax();
    assumeTrue(all <= WINDOWS_TRIED_MAX, "the device has too many windows to take them all");
    List<MemoryWindow> taken = new ArrayList<>();
    assertExhausted(() -> {
      while (taken.size() <= all) {
        taken.add(client.verbs.allocateWindow());
      }
    });
    taken.removeLast().close();
    client.verbs.allocateWindow().close();
    taken.forEach(MemoryWindow::close);
  }

  @Test
  void shouldRefuseWhoComesWhenTheBacklogIsFull() throws Exception {
    try (Verbs.Listener small = server.verbs.listen(under().server(), 1, requests::add)) {
      CompletionStage<QueuePair> first = client.connect(small.address());
      ConnectRequest waiting = nextRequest();

      assertThatThrownBy(() -> VerbsEnd.get(client.connect(small.address())))
          .cause()
          .isInstanceOfSatisfying(
              VerbsException.class,
              e -> assertThat(e.kind()).isEqualTo(VerbsException.Kind.REFUSED));
      CompletionStage<QueuePair> accepting = accept(waiting);
      client.use(VerbsEnd.get(first));
      server.use(VerbsEnd.get(accepting));
    }
  }

  @Test
  void shouldEndAWaitWhenAnotherThreadWakesIt() {
    Thread waiter =
        Thread.ofPlatform().start(() -> client.completions.await(java.time.Duration.ofDays(1)));
    client.completions.wakeUp();
    assertThat(join(waiter)).isTrue();
  }

  private static boolean join(Thread thread) {
    try {
      return thread.join(VerbsEnd.LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void shouldFailToOpenWhenTheDeviceIsUnknown() {
    assertThatThrownBy(() -> under().provider().open(Optional.of("no-such-device")))
        .isInstanceOf(VerbsException.class);
  }

  @FunctionalInterface
  private interface Posting {
    void run() throws VerbsException;
  }

  private static void assertExhausted(Posting posting) {
    assertThatThrownBy(posting::run)
        .isInstanceOfSatisfying(
            VerbsException.class,
            e -> assertThat(e.kind()).isEqualTo(VerbsException.Kind.EXHAUSTED));
  }
}
