package org.sealane.rdma.software;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a connection's unix socket. Messages and the end are told on the event loop's thread;
 * any thread may send and close.
 */
final class Link {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);

  private final EventLoop loop;
  private final SocketChannel channel;
  private final ByteBuffer received = ByteBuffer.allocate(2 * SetUpMessage.BYTES_MAX);
  private volatile boolean open = true;
  private Consumer<SetUpMessage> messages = message -> {};
  private Runnable gone = () -> {};

  Link(EventLoop loop, SocketChannel channel) {
    this.loop = loop;
    this.channel = channel;
  }

  /** Says who hears; before {@link #start}, or on the thread. */
  void listen(Consumer<SetUpMessage> messages, Runnable gone) {
    this.messages = messages;
    this.gone = gone;
  }

  /** Begins to read. */
  void start() {
    loop.execute(() -> {
      try {
        channel.configureBlocking(false);
        loop.register(channel, SelectionKey.OP_READ, this::onReadable);
      } catch (IOException e) {
        LOG.debug("rdma software: connection ended while it began", e);
        end();
      }
    });
  }

  boolean isOpen() {
    return open;
  }

  /** Sends if it still can: if not, the end is told as well. */
  void send(SetUpMessage message) {
    ByteBuffer bytes = SetUpMessageCodec.encode(message);
    synchronized (channel) {
      try {
        channel.write(bytes);
        if (bytes.hasRemaining()) {
          throw new IOException("the peer reads nothing");
        }
      } catch (IOException e) {
        LOG.debug("rdma software: {} not sent", message, e);
        loop.execute(this::end);
      }
    }
  }

  /** Closes; the end is not told on this side. Idempotent. */
  void close() {
    open = false;
    MeetingPlace.closeQuietly(channel);
    // The descriptor goes only when the selector has let go of it.
    loop.execute(() -> gone = () -> {});
  }

  private void onReadable() {
    try {
      int count = channel.read(received);
      received.flip();
      for (Optional<SetUpMessage> message = SetUpMessageCodec.decode(received);
          message.isPresent() && open;
          message = SetUpMessageCodec.decode(received)) {
        messages.accept(message.get());
      }
      received.compact();
      if (count < 0) {
        end();
      }
    } catch (IOException | SetUpMessageCodec.MalformedSetUpException e) {
      LOG.debug("rdma software: connection broke", e);
      end();
    }
  }

  private void end() {
    if (open) {
      open = false;
      MeetingPlace.closeQuietly(channel);
      gone.run();
    }
  }
}
