package org.sealane.deploy.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes bytes between a node that connects to it and the node it stands for, unchanged, and looks
 * at every one of them for a canary. It holds no key: it sees what anyone on the path would.
 *
 * <p>Threads: one that accepts, two virtual ones for each connection. Any thread may call.
 */
public final class LaneRelay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LaneRelay.class);
  private static final int BUFFER_BYTES = 256 << 10;

  private final ServerSocketChannel listener;
  private final InetSocketAddress target;
  private final byte[] canary;
  private final byte[] control;
  private final Set<SocketChannel> channels = ConcurrentHashMap.newKeySet();
  private final Object lock = new Object();
  private WireObservation seen = WireObservation.NOTHING;
  private long controls;
  private volatile boolean closed;

  private LaneRelay(
      ServerSocketChannel listener, InetSocketAddress target, byte[] canary, byte[] control) {
    this.listener = listener;
    this.target = target;
    this.canary = canary.clone();
    this.control = control.clone();
  }

  /**
   * Opens a relay on a free port of loopback in front of {@code target}.
   *
   * @param canary the bytes to look for, at least 16 and random, so that chance does not make them
   */
  public static LaneRelay open(InetSocketAddress target, byte[] canary) throws IOException {
    return open(InetAddress.getByName("127.0.0.1"), target, canary, canary);
  }

  /**
   * Opens a relay on a free port of {@code host} in front of {@code target}.
   *
   * @param canary the bytes to look for, at least 16 and random, so that chance does not make them
   * @param control other bytes to look for, which are known to pass in clear
   */
  public static LaneRelay open(
      InetAddress host, InetSocketAddress target, byte[] canary, byte[] control)
      throws IOException {
    for (byte[] wanted : List.of(canary, control)) {
      if (wanted.length < 16) {
        throw new IllegalArgumentException(
            "a canary of %d bytes may stand there by chance".formatted(wanted.length));
      }
    }
    ServerSocketChannel listener = ServerSocketChannel.open();
    try {
      listener.bind(new InetSocketAddress(host, 0));
      LaneRelay relay = new LaneRelay(listener, target, canary, control);
      Thread.ofVirtual().name("relay-accept").start(relay::accept);
      return relay;
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  /** Where a node connects to get to the target. */
  public InetSocketAddress address() throws IOException {
    return (InetSocketAddress) listener.getLocalAddress();
  }

  /** What was seen so far. */
  public WireObservation observed() {
    synchronized (lock) {
      return seen;
    }
  }

  /** How often the control was seen so far. */
  public long controls() {
    synchronized (lock) {
      return controls;
    }
  }

  private void accept() {
    while (!closed) {
      try {
        SocketChannel from = listener.accept();
        channels.add(from);
        SocketChannel to = SocketChannel.open((SocketAddress) target);
        channels.add(to);
        Thread.ofVirtual().name("relay-request").start(() -> pass(from, to));
        Thread.ofVirtual().name("relay-response").start(() -> pass(to, from));
        if (closed) {
          closeChannels();
        }
      } catch (ClosedChannelException e) {
        LOG.debug("relay closed", e);
        return;
      } catch (IOException e) {
        LOG.warn("relay can not reach {}: {}", target, e.getMessage());
        closeChannels();
      }
    }
  }

  private void pass(SocketChannel from, SocketChannel to) {
    CanaryScanner scanner = new CanaryScanner(canary);
    CanaryScanner controlScanner = new CanaryScanner(control);
    FrameCounter frames = new FrameCounter();
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    try (from;
        to) {
      while (from.read(buffer.clear()) >= 0) {
        buffer.flip();
        WireObservation before = observation(scanner, frames);
        scanner.accept(buffer);
        frames.accept(buffer);
        add(before, observation(scanner, frames), buffer.remaining());
        addControls(controlScanner, buffer);
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
      }
    } catch (AsynchronousCloseException e) {
      LOG.debug("relay connection closed", e);
    } catch (IOException e) {
      LOG.debug("relay connection ended: {}", e.getMessage());
    } finally {
      channels.remove(from);
      channels.remove(to);
    }
  }

  private void addControls(CanaryScanner scanner, ByteBuffer bytes) {
    long before = scanner.found();
    scanner.accept(bytes);
    synchronized (lock) {
      controls += scanner.found() - before;
    }
  }

  private static WireObservation observation(CanaryScanner scanner, FrameCounter frames) {
    return new WireObservation(0, frames.sealedFrames(), frames.plainFrames(), scanner.found());
  }

  private void add(WireObservation before, WireObservation after, long bytes) {
    synchronized (lock) {
      seen =
          seen.plus(
              new WireObservation(
                  bytes,
                  after.sealedFrames() - before.sealedFrames(),
                  after.plainFrames() - before.plainFrames(),
                  after.canaries() - before.canaries()));
    }
  }

  private void closeChannels() {
    for (SocketChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("relay connection did not close cleanly", e);
      }
      channels.remove(channel);
    }
  }

  /** Ends all connections. Idempotent. */
  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    closeChannels();
  }
}
