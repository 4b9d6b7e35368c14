package org.sealane.rdma.verbs;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;

/** A process that connects, and stays where it is told to until it is killed. */
final class DyingPeer {
  private DyingPeer() {}

  /**
   * @param arguments the directory, the address, the port, and where to stay: {@code offered}
   *     without an answer, or {@code established} with receives posted
   */
  public static void main(String[] arguments) throws Exception {
    Verbs verbs = ProviderUnderTest.selected(Path.of(arguments[0])).openClient();
    CompletionQueue completions = verbs.createCompletionQueue(64);
    MemoryRegion region = verbs.register(4096, EnumSet.allOf(Access.class));
    var connecting =
        verbs.connect(
            new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2])),
            new QueuePairSettings(completions, 4, 4),
            new ConnectParameters(new byte[0], 4, 4),
            reason -> {},
            Duration.ofMinutes(2));
    if (arguments[3].equals("established")) {
      QueuePair made = connecting.toCompletableFuture().get(2, TimeUnit.MINUTES);
      made.postReceive(1, region.whole());
    }
    new java.util.concurrent.CountDownLatch(1).await(2, TimeUnit.MINUTES);
  }
}
