package org.sealane.rdma.verbs;

import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A process that connects or listens, and stays where it is told to until it is killed. */
final class DyingPeer {
  static final int REGION_BYTES = 4096;

  /** Before the port that it listens at, on a line of its own. */
  static final String PORT = "port ";

  static final String ASKED = "asked";

  private DyingPeer() {}

  /**
   * @param arguments the directory, the address, the port, and where to stay: {@code offered}
   *     without an answer, {@code established} with receives posted, or {@code asked} by a peer
   *     that gets no answer
   */
  public static void main(String[] arguments) throws Exception {
    ProviderUnderTest under = ProviderUnderTest.selected(Path.of(arguments[0]));
    if (arguments[3].equals("asked")) {
      listen(under);
    } else {
      connect(
          under.openClient(),
          new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2])),
          arguments[3].equals("established"));
    }
    new CountDownLatch(1).await(2, TimeUnit.MINUTES);
  }

  /** Tells its port, and that it was asked. */
  private static void listen(ProviderUnderTest under) throws Exception {
    PrintStream told = System.out;
    Verbs.Listener listener =
        under.openServer().listen(under.server(), 4, request -> told.println(ASKED));
    told.println(PORT + listener.address().getPort());
  }

  /** What the peer may read, for {@link ConnectParameters#privateData}. */
  private static byte[] granted(MemoryRegion region) {
    return ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
        .putLong(region.remoteAddress())
        .putInt(region.remoteKey().value())
        .array();
  }

  /** What the process of a connect request lets its peer read. */
  static RemoteSlice granted(ConnectRequest request) {
    ByteBuffer said = ByteBuffer.wrap(request.offered().privateData());
    return new RemoteSlice(said.getLong(), new RemoteKey(said.getInt()), REGION_BYTES);
  }

  private static void connect(Verbs verbs, InetSocketAddress address, boolean establish)
      throws Exception {
    CompletionQueue completions = verbs.createCompletionQueue(64);
    MemoryRegion region = verbs.register(REGION_BYTES, EnumSet.allOf(Access.class));
    var connecting =
        verbs.connect(
            address,
            new QueuePairSettings(completions, 4, 4),
            new ConnectParameters(granted(region), 4, 4),
            reason -> {},
            Duration.ofMinutes(2));
    if (establish) {
      QueuePair made = connecting.toCompletableFuture().get(2, TimeUnit.MINUTES);
      made.postReceive(1, region.whole());
    }
  }
}
