package org.sealane.smb.transport;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Makes connections. One per process and kind; close it last. Any thread may call any method.
 *
 * <p>Each connection has one owner thread, on which its {@link FrameHandler} is called.
 */
public interface Transport extends AutoCloseable {
  /** The name in status and metrics: {@code tcp} or {@code rdma}. */
  String name();

  /** What carries it, as {@code epoll}, {@code nio} or {@code software}. */
  String provider();

  /**
   * Connects within the transport's limit of time. {@code handler} makes the handler for the new
   * connection, on its owner thread, before any frame arrives. Fails with an {@link
   * java.io.IOException}.
   */
  CompletionStage<TransportConnection> connect(
      InetSocketAddress address, Function<TransportConnection, FrameHandler> handler);

  /**
   * Accepts connections until the listener is closed. Port 0 picks a free one. Throws an
   * IOException that names the address if it can not be bound.
   */
  Listener listen(InetSocketAddress address, Function<TransportConnection, FrameHandler> handler)
      throws java.io.IOException;

  @Override
  void close();

  /** An open listener. Closing it stops accepting; connections go on. */
  interface Listener extends AutoCloseable {
    InetSocketAddress address();

    @Override
    void close();
  }
}
