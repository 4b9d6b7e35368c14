package org.sealane.rdma.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections leave nothing behind. {@code -Dsealane.rdma.connects=10000} makes that many instead
 * of a few.
 */
class ConnectLeakTest {
  private static final int CONNECTS = Integer.getInteger("sealane.rdma.connects", 200);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ConnectParameters PARAMETERS = new ConnectParameters(new byte[0], 4, 4);

  @TempDir private Path directory;
  private final BlockingQueue<ConnectRequest> requests = new ArrayBlockingQueue<>(16);

  private static long count(Path files) throws Exception {
    try (Stream<Path> listed = Files.list(files)) {
      return listed.count();
    }
  }

  private long sharedFiles() throws Exception {
    Path shared = directory.resolve("r");
    if (!Files.exists(shared)) {
      return 0;
    }
    try (Stream<Path> all = Files.walk(shared)) {
      return all.count();
    }
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void shouldLeaveNothingWhenManyConnectionsCameAndWent() throws Exception {
    ProviderUnderTest under = ProviderUnderTest.selected(directory.resolve("r"));
    // What libraries keep for the life of a process they have after this.
    connectAndClose(under, 1);
    String kernel = under.kernelResources();
    connectAndClose(under, CONNECTS);
    if (under.sharesFiles()) {
      assertThat(count(directory.resolve("r"))).as("only the lock of the place").isEqualTo(1);
    }
    assertThat(under.kernelResources()).isEqualTo(kernel);
  }

  private void connectAndClose(ProviderUnderTest under, int connects) throws Exception {
    try (Verbs server = under.openServer();
        Verbs client = under.openClient();
        CompletionQueue ofServer = server.createCompletionQueue(64);
        CompletionQueue ofClient = client.createCompletionQueue(64);
        Verbs.Listener listener = server.listen(under.server(), 16, requests::add)) {
      connectAndClose(client, ofClient, ofServer, listener);
      long descriptors = count(Path.of("/proc/self/fd"));
      long threads = count(Path.of("/proc/self/task"));
      long files = sharedFiles();
      String kernel = under.kernelResources();
      for (int i = 0; i < connects; i++) {
        connectAndClose(client, ofClient, ofServer, listener);
      }
      await()
          .atMost(LIMIT)
          .untilAsserted(() -> {
            assertThat(count(Path.of("/proc/self/fd"))).isLessThanOrEqualTo(descriptors + 4);
            assertThat(sharedFiles()).isEqualTo(files);
            assertThat(under.kernelResources()).isEqualTo(kernel);
          });
      // The virtual machine's own threads come and go; one a connection would be far more.
      assertThat(count(Path.of("/proc/self/task"))).isLessThan(threads + 50);
    }
  }

  private void connectAndClose(
      Verbs client, CompletionQueue ofClient, CompletionQueue ofServer, Verbs.Listener listener)
      throws Exception {
    CompletionStage<QueuePair> connecting =
        client.connect(
            listener.address(),
            new QueuePairSettings(ofClient, 4, 4),
            PARAMETERS,
            reason -> {},
            LIMIT);
    ConnectRequest request = requests.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(request).as(() -> "a request of " + connecting).isNotNull();
    CompletionStage<QueuePair> accepting =
        request.accept(new QueuePairSettings(ofServer, 4, 4), PARAMETERS, reason -> {}, made -> {});
    QueuePair made = get(connecting);
    QueuePair accepted = get(accepting);
    made.close();
    accepted.close();
  }
}
