package org.sealane.deploy.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raw TCP between the places that a benchmark compares: one stream of zeros, nothing else. A probe
 * sends for a bounded time to the first peer that connects within a bounded time, then is gone.
 */
public final class TcpProbe implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TcpProbe.class);
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int ACCEPT_MILLIS_MAX = 10_000;

  private final ServerSocketChannel listener;
  private final Thread thread;

  private TcpProbe(ServerSocketChannel listener, Duration sending) {
    this.listener = listener;
    this.thread =
        Thread.ofPlatform().name("tcp-probe").daemon().start(() -> acceptAndSend(sending));
  }

  /** Listens on a free port of {@code host}, to send for {@code sending} once a peer connects. */
  public static TcpProbe listen(String host, Duration sending) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    try {
      listener.bind(new InetSocketAddress(host, 0), 1);
      return new TcpProbe(listener, sending);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  public int port() throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  private void acceptAndSend(Duration sending) {
    try (listener) {
      listener.socket().setSoTimeout(ACCEPT_MILLIS_MAX);
      try (SocketChannel peer = listener.socket().accept().getChannel()) {
        peer.setOption(StandardSocketOptions.TCP_NODELAY, true);
        ByteBuffer zeros = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long end = System.nanoTime() + sending.toNanos();
        while (System.nanoTime() < end) {
          zeros.clear();
          while (zeros.hasRemaining()) {
            peer.write(zeros);
          }
        }
      }
    } catch (AsynchronousCloseException e) {
      LOG.debug("tcp probe closed before it ended", e);
    } catch (IOException e) {
      LOG.warn("tcp probe ended early: {}", e.getMessage());
    }
  }

  /** Reads what a probe sends until it ends, and returns the bytes a second. */
  public static double receive(InetSocketAddress address) throws IOException {
    try (SocketChannel channel = SocketChannel.open()) {
      channel.socket().connect(address, ACCEPT_MILLIS_MAX);
      ByteBuffer into = ByteBuffer.allocateDirect(BUFFER_BYTES);
      long start = System.nanoTime();
      long bytes = 0;
      int count = 0;
      while (count >= 0) {
        bytes += count;
        into.clear();
        count = channel.read(into);
      }
      return bytes * 1e9 / (System.nanoTime() - start);
    }
  }

  /** Stops the probe and waits for its thread. */
  @Override
  public void close() throws IOException {
    listener.close();
    try {
      thread.join(Duration.ofSeconds(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
