package org.sealane.rdma.software;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts connections on one address. */
final class SoftwareListener implements Verbs.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(SoftwareListener.class);

  /** How long a peer may take for its next step of the set-up. */
  private static final Duration STEP_MAX = Duration.ofSeconds(10);

  private final SoftwareVerbs verbs;
  private final EventLoop events;
  private final MeetingPlace.Bound bound;
  private final int backlog;
  private final Consumer<ConnectRequest> requests;
  private final Consumer<SoftwareListener> whenClosed;
  private final Set<Request> unanswered = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  SoftwareListener(
      SoftwareVerbs verbs,
      EventLoop events,
      MeetingPlace.Bound bound,
      int backlog,
      Consumer<ConnectRequest> requests,
      Consumer<SoftwareListener> whenClosed) {
    this.verbs = verbs;
    this.events = events;
    this.bound = bound;
    this.backlog = backlog;
    this.requests = requests;
    this.whenClosed = whenClosed;
  }

  @Override
  public InetSocketAddress address() {
    return bound.address();
  }

  /** Takes who has connected to the socket; on the event loop. */
  void accept() throws IOException {
    for (SocketChannel channel = bound.socket().accept();
        channel != null;
        channel = closed ? null : bound.socket().accept()) {
      Request request = new Request(new Link(events, channel));
      unanswered.add(request);
      request.begin(unanswered.size() > backlog);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    bound.close();
    unanswered.forEach(Request::refuse);
    whenClosed.accept(this);
    // The selector lets go of the socket when it runs next.
    events.execute(() -> {});
  }

  private enum Phase {
    /** Connected to the socket, has not said what it wants. */
    SILENT,
    /** Waits for the answer of this side. */
    OFFERED,
    /** Accepted; has not confirmed. */
    ACCEPTED,
    ESTABLISHED,
    ENDED
  }

  /** One peer, from its connection to the socket to the end of its queue pair. */
  private final class Request implements ConnectRequest {
    private final Link link;
    private final CompletableFuture<QueuePair> established = new CompletableFuture<>();
    private Phase phase = Phase.SILENT;
    private Optional<SetUpMessage.Hello> hello = Optional.empty();
    private Optional<SoftwareQueuePair> queuePair = Optional.empty();

    Request(Link link) {
      this.link = link;
    }

    void begin(boolean overBacklog) {
      link.listen(this::onMessage, () -> onGone("the peer is gone"));
      link.start();
      if (overBacklog) {
        LOG.debug("rdma software: request refused address={} backlog={}", address(), backlog);
        refuse();
      } else {
        limitStep(Phase.SILENT);
      }
    }

    private void limitStep(Phase waiting) {
      events.execute(() ->
          events.schedule(
              STEP_MAX,
              () -> {
                if (phase() == waiting) {
                  onGone("the peer did not go on");
                }
              }));
    }

    private synchronized Phase phase() {
      return phase;
    }

    /** The only writer of the phase. */
    private synchronized boolean phase(Phase from, Phase to) {
      if (phase != from) {
        return false;
      }
      phase = to;
      if (to == Phase.ESTABLISHED || to == Phase.ENDED || to == Phase.ACCEPTED) {
        unanswered.remove(this);
      }
      return true;
    }

    private void onMessage(SetUpMessage message) {
      switch (message) {
        case SetUpMessage.Hello said when phase() == Phase.SILENT -> {
          hello = Optional.of(said);
          phase(Phase.SILENT, Phase.OFFERED);
          requests.accept(this);
        }
        case SetUpMessage.Established() when phase(Phase.ACCEPTED, Phase.ESTABLISHED) ->
            established.complete(queuePair.orElseThrow());
        case SetUpMessage.Disconnected() when phase() == Phase.ESTABLISHED ->
            queuePair.orElseThrow().onPeerGone("the peer disconnected");
        case SetUpMessage.Hello said -> onGone("the peer said hello out of turn");
        case SetUpMessage.Established said -> onGone("the peer confirmed out of turn");
        case SetUpMessage.Accepted said -> onGone("the peer accepted itself");
        case SetUpMessage.Rejected said -> onGone("the peer rejected itself");
        case SetUpMessage.Disconnected said -> onGone("the peer disconnected early");
      }
    }

    private void onGone(String reason) {
      if (phase() == Phase.ESTABLISHED) {
        queuePair.orElseThrow().onPeerGone(reason);
      } else {
        end(reason);
      }
    }

    private void end(String reason) {
      Optional<SoftwareQueuePair> made;
      synchronized (this) {
        if (!phase(phase, Phase.ENDED)) {
          return;
        }
        made = queuePair;
      }
      made.ifPresent(SoftwareQueuePair::close);
      link.close();
      established.completeExceptionally(
          new VerbsException(VerbsException.Kind.CLOSED, "connection not established: " + reason));
    }

    @Override
    public InetSocketAddress peer() {
      return new InetSocketAddress(bound.address().getAddress(), 0);
    }

    @Override
    public InetSocketAddress local() {
      return bound.address();
    }

    @Override
    public ConnectParameters offered() {
      return hello.orElseThrow().offer();
    }

    @Override
    public CompletionStage<QueuePair> accept(
        QueuePairSettings settings,
        ConnectParameters answer,
        QueuePair.Listener listener,
        Consumer<QueuePair> prepare) {
      try {
        SoftwareQueuePair made =
            verbs.createQueuePair(settings, local(), peer(), answer, listener, link);
        synchronized (this) {
          queuePair = Optional.of(made);
        }
        made.attach(verbs.remote(hello.orElseThrow().endpoint()), answer.against(offered()));
        prepare.accept(made);
        if (phase(Phase.OFFERED, Phase.ACCEPTED)) {
          limitStep(Phase.ACCEPTED);
          link.send(new SetUpMessage.Accepted(made.endpoint(), answer));
        } else {
          made.close();
          end("the peer is gone");
        }
      } catch (IOException e) {
        refuse();
        established.completeExceptionally(e);
      }
      return established;
    }

    @Override
    public void reject() {
      refuse();
    }

    void refuse() {
      link.send(new SetUpMessage.Rejected());
      end("refused");
    }
  }
}
