package org.sealane.deploy.zookeeper;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;

/**
 * One standalone ZooKeeper server. Its transaction log is synced before it acknowledges, as in
 * production. Any thread may call; {@link #awaitEnd} blocks.
 */
public final class EmbeddedZooKeeper implements AutoCloseable {
  /** Sessions may be as short as two ticks. */
  private static final Duration TICK = Duration.ofMillis(500);

  private static final int CONNECTIONS_PER_CLIENT_MAX = 200;
  private static final int SNAPSHOTS_KEPT = 3;
  private static final int PURGE_HOURS = 1;

  /** How often a server that failed by itself is noticed. */
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private final ZooKeeperServer server;
  private final ServerCnxnFactory connections;
  private final DatadirCleanupManager cleanup;
  private final CountDownLatch closed = new CountDownLatch(1);

  private EmbeddedZooKeeper(
      ZooKeeperServer server, ServerCnxnFactory connections, DatadirCleanupManager cleanup) {
    this.server = server;
    this.connections = connections;
    this.cleanup = cleanup;
  }

  /**
   * Starts serving what is in {@code directory}, which is made if missing. Port 0 picks a free one.
   * The exception's message names the address or directory that can not be used.
   */
  public static EmbeddedZooKeeper start(Path directory, InetSocketAddress address)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    FileTxnSnapLog log = new FileTxnSnapLog(directory.toFile(), directory.toFile());
    ServerCnxnFactory connections;
    try {
      connections = ServerCnxnFactory.createFactory(address, CONNECTIONS_PER_CLIENT_MAX);
    } catch (BindException e) {
      log.close();
      throw new IOException("can not listen on " + address + ": " + e.getMessage(), e);
    }
    int tickMillis = Math.toIntExact(TICK.toMillis());
    ZooKeeperServer server =
        new ZooKeeperServer(log, tickMillis, tickMillis * 2, tickMillis * 240, -1, null, "");
    try {
      connections.startup(server);
    } catch (IOException | InterruptedException | RuntimeException e) {
      connections.shutdown();
      log.close();
      throw e;
    }
    DatadirCleanupManager cleanup =
        new DatadirCleanupManager(
            directory.toFile(), directory.toFile(), SNAPSHOTS_KEPT, PURGE_HOURS);
    cleanup.start();
    return new EmbeddedZooKeeper(server, connections, cleanup);
  }

  /** Where clients connect. */
  public InetSocketAddress address() {
    return connections.getLocalAddress();
  }

  /**
   * Blocks until {@link #close}, which gives true, or until the server has given up, which it does
   * when it can no longer write its log.
   */
  public boolean awaitEnd() throws InterruptedException {
    while (!closed.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
      if (!server.isRunning()) {
        return false;
      }
    }
    return true;
  }

  /** Stops serving. Clients' sessions live on in the log. Idempotent. */
  @Override
  public void close() {
    if (closed.getCount() == 0) {
      return;
    }
    closed.countDown();
    cleanup.shutdown();
    connections.shutdown();
    server.shutdown(true);
  }
}
