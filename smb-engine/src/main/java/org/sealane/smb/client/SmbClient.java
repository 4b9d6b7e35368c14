package org.sealane.smb.client;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes connections and watches their time. One serves a process; closing it closes its
 * connections, not the transports. Any thread may call any method.
 */
public final class SmbClient implements AutoCloseable {
  /** How often timeouts are looked for, and so how exact they are. */
  private static final long TICK_MILLIS = 100;

  private static final Logger log = LoggerFactory.getLogger(SmbClient.class);

  private final FramePool pool;
  private final SecureRandom random;
  private final LongSupplier nanoClock;
  private final ClientListener listener;
  private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer;
  private volatile boolean closed;

  /**
   * @param pool memory for sealed and opened messages
   * @param random for the salt of NEGOTIATE
   * @param nanoClock as {@link System#nanoTime}
   */
  public SmbClient(
      FramePool pool, SecureRandom random, LongSupplier nanoClock, ClientListener listener) {
    this.pool = pool;
    this.random = random;
    this.nanoClock = nanoClock;
    this.listener = listener;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("sealane-smb-client-timer").factory());
    timer.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Connects and negotiates. Fails with the transport's {@link java.io.IOException} or with a
   * {@link ClientException}; the connection is closed then.
   */
  public CompletionStage<ClientConnection> connect(
      Transport transport, InetSocketAddress address, ClientSettings settings) {
    byte[] salt = new byte[ClientConnection.SALT_BYTES];
    random.nextBytes(salt);
    AtomicReference<ClientConnection> made = new AtomicReference<>();
    return transport
        .connect(
            address,
            carrier -> {
              made.set(new ClientConnection(carrier, settings, pool, nanoClock, listener));
              return made.get().frames();
            })
        .thenCompose(carrier -> {
          ClientConnection connection = made.get();
          connections.add(connection);
          connection.closed().thenRun(() -> connections.remove(connection));
          if (closed) {
            connection.close("the client is closed");
          }
          return connection.negotiate(salt);
        });
  }

  /** Closes all connections: what is under way on them fails. Idempotent. */
  @Override
  public void close() {
    closed = true;
    timer.shutdownNow();
    connections.forEach(connection -> connection.close("the client is closed"));
  }

  private void tick() {
    long now = nanoClock.getAsLong();
    for (ClientConnection connection : connections) {
      try {
        connection.onTime(now);
      } catch (RuntimeException e) {
        // One connection's fault must not stop the clock of the others.
        log.error("smb client connection failed on time conn={}", connection.id(), e);
        connection.close("failed on time");
      }
    }
  }
}
