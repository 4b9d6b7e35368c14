package org.sealane.rdma.software;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.sealane.rdma.verbs.ConnectParameters;
import org.sealane.rdma.verbs.ConnectRequest;
import org.sealane.rdma.verbs.QueuePair;
import org.sealane.rdma.verbs.QueuePairSettings;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.rdma.verbs.VerbsException;

/** Makes the connections of one device, in both roles. */
final class ConnectionSetUp implements AutoCloseable {
  private final SoftwareVerbs verbs;
  private final MeetingPlace place;
  private final EventLoop events;
  private final Set<SoftwareListener> listeners = ConcurrentHashMap.newKeySet();
  private final Set<Connecting> connecting = ConcurrentHashMap.newKeySet();

  ConnectionSetUp(SoftwareVerbs verbs, MeetingPlace place, EventLoop events) {
    this.verbs = verbs;
    this.place = place;
    this.events = events;
  }

  CompletionStage<QueuePair> connect(
      InetSocketAddress address,
      QueuePairSettings settings,
      ConnectParameters offer,
      QueuePair.Listener listener,
      Duration timeout) {
    Connecting attempt = new Connecting(address, offer);
    connecting.add(attempt);
    attempt.connected.whenComplete((made, failure) -> connecting.remove(attempt));
    try {
      attempt.begin(settings, listener, timeout);
    } catch (IOException e) {
      attempt.fail(asVerbs(e, address));
    }
    return attempt.connected;
  }

  private static VerbsException asVerbs(IOException e, InetSocketAddress address) {
    return e instanceof VerbsException verbs
        ? verbs
        : new VerbsException(
            VerbsException.Kind.REFUSED,
            "can not connect to " + MeetingPlace.text(address) + ": " + e.getMessage(),
            e);
  }

  /** One attempt to connect, until it has come about or failed. */
  private final class Connecting {
    private final InetSocketAddress address;
    private final ConnectParameters offer;
    private final CompletableFuture<QueuePair> connected = new CompletableFuture<>();
    private volatile SoftwareQueuePair queuePair;
    private volatile Link link;

    Connecting(InetSocketAddress address, ConnectParameters offer) {
      this.address = address;
      this.offer = offer;
    }

    void begin(QueuePairSettings settings, QueuePair.Listener listener, Duration timeout)
        throws IOException {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      link = new Link(events, channel);
      // Not blocking: a listener that takes nobody any more refuses at once.
      channel.configureBlocking(false);
      if (!channel.connect(place.find(address))) {
        throw new IOException("the listener takes no connection");
      }
      InetSocketAddress local = new InetSocketAddress(address.getAddress(), 0);
      queuePair = verbs.createQueuePair(settings, local, address, offer, listener, link);
      link.listen(this::onMessage, () -> onGone("the peer is gone"));
      link.start();
      link.send(
          new SetUpMessage.Hello(
              queuePair.endpoint(), address.getAddress().getHostAddress(), 0, offer));
      events.execute(() -> events.schedule(timeout, this::onTimeout));
    }

    private void onMessage(SetUpMessage message) {
      switch (message) {
        case SetUpMessage.Accepted(var endpoint, var answer) when !connected.isDone() ->
            onAccepted(endpoint, answer);
        case SetUpMessage.Rejected() when !connected.isDone() ->
            fail(failure(VerbsException.Kind.REFUSED, "rejected by the peer"));
        case SetUpMessage.Disconnected() when connected.isDone() ->
            queuePair.onPeerGone("the peer disconnected");
        case SetUpMessage.Hello hello -> unexpected(hello);
        case SetUpMessage.Accepted accepted -> unexpected(accepted);
        case SetUpMessage.Rejected rejected -> unexpected(rejected);
        case SetUpMessage.Established established -> unexpected(established);
        case SetUpMessage.Disconnected disconnected -> unexpected(disconnected);
      }
    }

    private void unexpected(SetUpMessage message) {
      onGone("the peer sent " + message.getClass().getSimpleName() + " out of turn");
    }

    private void onAccepted(SetUpMessage.Endpoint endpoint, ConnectParameters answer) {
      try {
        queuePair.attach(verbs.remote(endpoint), offer.against(answer));
      } catch (IOException e) {
        fail(failure(VerbsException.Kind.DEVICE, e.getMessage()));
        return;
      }
      link.send(new SetUpMessage.Established());
      connected.complete(queuePair);
    }

    private void onGone(String reason) {
      if (connected.isDone()) {
        queuePair.onPeerGone(reason);
      } else {
        fail(failure(VerbsException.Kind.REFUSED, reason));
      }
    }

    private void onTimeout() {
      if (!connected.isDone()) {
        fail(failure(VerbsException.Kind.TIMED_OUT, "no answer in time"));
      }
    }

    private VerbsException failure(VerbsException.Kind kind, String what) {
      return new VerbsException(
          kind, "can not connect to " + MeetingPlace.text(address) + ": " + what);
    }

    void fail(VerbsException why) {
      if (queuePair != null) {
        queuePair.close();
      } else if (link != null) {
        link.close();
      }
      connected.completeExceptionally(why);
    }
  }

  Verbs.Listener listen(InetSocketAddress address, int backlog, Consumer<ConnectRequest> requests)
      throws VerbsException {
    try {
      MeetingPlace.Bound bound = place.bind(address);
      SoftwareListener listener =
          new SoftwareListener(verbs, events, bound, backlog, requests, listeners::remove);
      listeners.add(listener);
      events.execute(() -> {
        try {
          events.register(bound.socket(), SelectionKey.OP_ACCEPT, listener::accept);
        } catch (IOException e) {
          listener.close();
        }
      });
      return listener;
    } catch (VerbsException e) {
      throw e;
    } catch (IOException e) {
      throw new VerbsException(
          VerbsException.Kind.DEVICE,
          "can not listen on " + MeetingPlace.text(address) + ": " + e.getMessage(),
          e);
    }
  }

  @Override
  public void close() {
    listeners.forEach(SoftwareListener::close);
    connecting.forEach(attempt ->
        attempt.fail(new VerbsException(VerbsException.Kind.CLOSED, "the device is closed")));
  }
}
