package org.sealane.rdma.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A peer of another process that is killed, in each state of its connection. */
class PeerDeathTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ConnectParameters PARAMETERS = new ConnectParameters(new byte[0], 4, 4);

  @TempDir private Path directory;
  private final BlockingQueue<ConnectRequest> requests = new ArrayBlockingQueue<>(16);
  private final CompletableFuture<String> disconnected = new CompletableFuture<>();
  private Optional<Process> process = Optional.empty();
  private ProviderUnderTest under;
  private Verbs verbs;
  private CompletionQueue completions;
  private MemoryRegion region;
  private Verbs.Listener listener;

  @BeforeEach
  void open() throws Exception {
    under = ProviderUnderTest.selected(directory.resolve("r"));
    verbs = under.openServer();
    completions = verbs.createCompletionQueue(64);
    region = verbs.register(4096, EnumSet.allOf(Access.class));
    listener = verbs.listen(under.server(), 16, requests::add);
  }

  @AfterEach
  void close() {
    process.ifPresent(Process::destroyForcibly);
    region.close();
    listener.close();
    completions.close();
    verbs.close();
  }

  private Process start(String state, ProcessBuilder.Redirect output) throws IOException {
    Process started =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Dsealane.rdma.provider=" + under.provider().name(),
                "-Dsealane.lab.a=" + System.getProperty("sealane.lab.a", ""),
                "-Dsealane.lab.b=" + System.getProperty("sealane.lab.b", ""),
                "-cp",
                System.getProperty("java.class.path"),
                DyingPeer.class.getName(),
                directory.resolve("r").toString(),
                listener.address().getAddress().getHostAddress(),
                Integer.toString(listener.address().getPort()),
                state)
            .inheritIO()
            .redirectOutput(output)
            .start();
    process = Optional.of(started);
    return started;
  }

  private ConnectRequest requestOf(String state) throws Exception {
    start(state, ProcessBuilder.Redirect.INHERIT);
    ConnectRequest request = requests.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(request).isNotNull();
    return request;
  }

  private void kill() throws InterruptedException {
    process.orElseThrow().destroyForcibly().waitFor();
  }

  private CompletionStage<QueuePair> accept(ConnectRequest request) {
    return request.accept(
        new QueuePairSettings(completions, 4, 4), PARAMETERS, disconnected::complete, made -> {});
  }

  @Test
  void shouldFailToAcceptWhenThePeerDiedBeforeTheAnswer() throws Exception {
    ConnectRequest request = requestOf("offered");
    kill();
    assertThatThrownBy(() -> accept(request).toCompletableFuture().get(60, TimeUnit.SECONDS))
        .hasMessageContaining("not established");
  }

  @Test
  void shouldFlushAndTellWhenThePeerDiesWhileItIsConnected() throws Exception {
    QueuePair queuePair =
        accept(requestOf("established")).toCompletableFuture().get(60, TimeUnit.SECONDS);
    queuePair.postReceive(1, region.whole());
    queuePair.post(new WorkRequest.Send(2, region.whole()));
    assertThat(statusOf(2)).isEqualTo(CompletionStatus.SUCCESS);
    // The peer has no receive for this one: it waits, and does not for ever.
    queuePair.post(new WorkRequest.Send(3, region.whole()));
    kill();

    assertThat(disconnected).succeedsWithin(LIMIT);
    assertThat(statusOf(1)).isEqualTo(CompletionStatus.WR_FLUSH_ERR);
    assertThat(statusOf(3)).isIn(CompletionStatus.WR_FLUSH_ERR, CompletionStatus.RNR_RETRY_EXC_ERR);
    queuePair.close();
    if (under.sharesFiles()) {
      removesWhatIsLeft();
    }
  }

  @Test
  void shouldFlushWhatIsPostedWhenThePeerWhoseMemoryIsReadHasDied() throws Exception {
    ConnectRequest request = requestOf("established");
    RemoteSlice granted = DyingPeer.granted(request);
    QueuePair queuePair = accept(request).toCompletableFuture().get(60, TimeUnit.SECONDS);
    queuePair.post(new WorkRequest.Read(1, region.whole(), granted));
    assertThat(statusOf(1)).isEqualTo(CompletionStatus.SUCCESS);
    kill();
    // Memory may outlive its process by a moment: this one ends either way, but it ends.
    queuePair.post(new WorkRequest.Read(2, region.whole(), granted));
    assertThat(statusOf(2)).isNotNull();

    assertThat(disconnected).succeedsWithin(LIMIT);
    queuePair.post(new WorkRequest.Read(3, region.whole(), granted));
    assertThat(statusOf(3)).isEqualTo(CompletionStatus.WR_FLUSH_ERR);
    queuePair.close();
  }

  @Test
  void shouldCloseWhenThePeerDiesAfterThisSideHasDisconnected() throws Exception {
    String before = under.kernelResources();
    QueuePair queuePair =
        accept(requestOf("established")).toCompletableFuture().get(60, TimeUnit.SECONDS);
    queuePair.postReceive(1, region.whole());
    queuePair.disconnect();
    assertThat(statusOf(1)).isEqualTo(CompletionStatus.WR_FLUSH_ERR);
    kill();
    queuePair.close();

    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(under.kernelResources()).isEqualTo(before));
  }

  @Test
  void shouldFailToConnectWhenThePeerDiesBeforeItAnswers() throws Exception {
    try (BufferedReader said = start("asked", ProcessBuilder.Redirect.PIPE).inputReader();
        Verbs client = under.openClient();
        CompletionQueue own = client.createCompletionQueue(64)) {
      String port = lineWith(said, DyingPeer.PORT).substring(DyingPeer.PORT.length());
      CompletableFuture<QueuePair> connecting =
          client
              .connect(
                  new InetSocketAddress(listener.address().getAddress(), Integer.parseInt(port)),
                  new QueuePairSettings(own, 4, 4),
                  PARAMETERS,
                  reason -> {},
                  LIMIT)
              .toCompletableFuture();
      lineWith(said, DyingPeer.ASKED);
      assertThat(connecting).isNotDone();
      kill();

      assertThatThrownBy(() -> connecting.get(2 * LIMIT.toSeconds(), TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(VerbsException.class);
    }
  }

  /** The next line that begins so; others are a log's. */
  private static String lineWith(BufferedReader said, String beginning) throws IOException {
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (line.startsWith(beginning)) {
        return line;
      }
    }
    throw new IOException("the peer ended before it said " + beginning);
  }

  /** The next process that comes removes what the killed one left. */
  private void removesWhatIsLeft() throws Exception {
    assertThat(instances()).isEqualTo(2);
    try (Verbs next = under.openServer()) {
      assertThat(next.provider()).isEqualTo("software");
      assertThat(instances()).isEqualTo(2);
    }
    assertThat(instances()).isEqualTo(1);
  }

  private long instances() throws Exception {
    try (Stream<Path> entries = Files.list(directory.resolve("r"))) {
      return entries.filter(Files::isDirectory).count();
    }
  }

  private final List<Completion> seen = new ArrayList<>();

  private CompletionStatus statusOf(long workId) {
    await()
        .atMost(LIMIT)
        .until(() -> {
          completions.poll(seen, 16);
          return seen.stream().anyMatch(completion -> completion.workId() == workId);
        });
    return seen.stream()
        .filter(completion -> completion.workId() == workId)
        .findFirst()
        .orElseThrow()
        .status();
  }
}
