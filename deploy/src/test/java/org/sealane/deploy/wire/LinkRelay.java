package org.sealane.deploy.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link of one node to another: a relay in the path of its lanes that judges every byte as
 * {@link LaneRelay} does, says when it saw the canary last, and can be cut. It holds no key.
 *
 * <p>Threads: one that accepts, two virtual ones for each connection. Any thread may call.
 */
public final class LinkRelay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LinkRelay.class);
  private static final int BUFFER_BYTES = 64 << 10;

  private final ServerSocketChannel listener = ServerSocketChannel.open();
  private final InetSocketAddress target;
  private final byte[] canary;
  private final Set<SocketChannel> channels = ConcurrentHashMap.newKeySet();
  private final Object lock = new Object();

  // Guarded by the lock.
  private final Set<Way> held = EnumSet.noneOf(Way.class);
  private boolean closed;
  private Seen seen = new Seen(0, 0, 0);

  /** One direction of the link. */
  public enum Way {
    /** From who connects to the target. */
    REQUEST,
    /** Back. */
    RESPONSE
  }

  /**
   * What has passed in both directions.
   *
   * @param bytes all of them
   * @param canaries how often the canary was there in clear
   * @param lastCanaryMillis when the last of them came, in milliseconds since the epoch; 0 if none
   */
  public record Seen(long bytes, long canaries, long lastCanaryMillis) {
    Seen plus(long moreBytes, long moreCanaries) {
      return new Seen(
          bytes + moreBytes,
          canaries + moreCanaries,
          moreCanaries > 0 ? System.currentTimeMillis() : lastCanaryMillis);
    }
  }

  /**
   * Opens a relay on a free port of loopback.
   *
   * @param canary the bytes to look for; copied
   */
  public LinkRelay(InetSocketAddress target, byte[] canary) throws IOException {
    this.target = target;
    this.canary = canary.clone();
    listener.bind(new InetSocketAddress("127.0.0.1", 0));
    Thread.ofVirtual().name("link-accept").start(this::accept);
  }

  /** Where a node connects to get to the target. */
  public InetSocketAddress address() throws IOException {
    return (InetSocketAddress) listener.getLocalAddress();
  }

  /** What was seen so far. */
  public Seen seen() {
    synchronized (lock) {
      return seen;
    }
  }

  /**
   * From now on nothing passes, and nobody is told: connections stay, new ones are accepted and get
   * no answer.
   */
  public void hold() {
    for (Way way : Way.values()) {
      hold(way);
    }
  }

  /** The same in one direction; the other goes on. */
  public void hold(Way way) {
    synchronized (lock) {
      held.add(way);
    }
  }

  /** Ends the connections that were held, with what was on its way, and lets new ones pass. */
  public void restore() {
    cut();
    synchronized (lock) {
      held.clear();
      lock.notifyAll();
    }
  }

  /** Ends every connection, as a switch that restarts. */
  public void cut() {
    for (SocketChannel channel : channels) {
      close(channel);
    }
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel from = listener.accept();
        channels.add(from);
        Thread.ofVirtual().name("link-dial").start(() -> connect(from));
      } catch (IOException e) {
        LOG.debug("link accepts no more: {}", e.getMessage());
      }
    }
  }

  private void connect(SocketChannel from) {
    try {
      SocketChannel to = SocketChannel.open((SocketAddress) target);
      channels.add(to);
      Thread.ofVirtual().name("link-request").start(() -> pass(Way.REQUEST, from, to));
      Thread.ofVirtual().name("link-response").start(() -> pass(Way.RESPONSE, to, from));
    } catch (IOException e) {
      LOG.debug("link can not reach {}: {}", target, e.getMessage());
      close(from);
    }
    synchronized (lock) {
      if (closed) {
        cut();
      }
    }
  }

  private void pass(Way way, SocketChannel from, SocketChannel to) {
    CanaryScanner scanner = new CanaryScanner(canary);
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try {
      while (from.read(buffer.clear()) >= 0) {
        buffer.flip();
        long before = scanner.found();
        scanner.accept(buffer);
        record(buffer.remaining(), scanner.found() - before);
        awaitPassing(way, from);
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
      }
    } catch (IOException e) {
      LOG.debug("link connection ended: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close(from);
      close(to);
    }
  }

  /** What has been read is judged already; while the link is held it goes no further. */
  private void awaitPassing(Way way, SocketChannel from) throws InterruptedException {
    synchronized (lock) {
      while (held.contains(way) && from.isOpen()) {
        lock.wait();
      }
    }
  }

  private void record(long bytes, long canaries) {
    synchronized (lock) {
      seen = seen.plus(bytes, canaries);
    }
  }

  private void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("link connection did not close cleanly", e);
    }
    channels.remove(channel);
    synchronized (lock) {
      lock.notifyAll();
    }
  }

  /** Ends all connections. Idempotent. */
  @Override
  public void close() throws IOException {
    synchronized (lock) {
      closed = true;
    }
    listener.close();
    cut();
  }
}
