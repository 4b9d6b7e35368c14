package org.sealane.rdma.verbs;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A device that fails as a test says: it loses its connections, connects nobody, hangs, or throws.
 * All else is the device's below. Any thread may call.
 */
public final class ScriptedVerbs implements Verbs {
  private final Verbs device;
  private final Set<ScriptedQueuePair> queuePairs = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connects = new AtomicInteger();
  private volatile boolean unplugged;
  private volatile boolean swallows;
  private volatile RuntimeException fault;
  private final AtomicReference<Runnable> onRead = new AtomicReference<>();
  private final AtomicReference<Runnable> beforeClose = new AtomicReference<>();
  private final AtomicInteger reads = new AtomicInteger();

  /**
   * @param device closed with this one
   */
  public ScriptedVerbs(Verbs device) {
    this.device = device;
  }

  /** Every connection is lost, and none is made, until {@link #plug}. */
  public void unplug() {
    unplugged = true;
    queuePairs.forEach(ScriptedQueuePair::lose);
  }

  public void plug() {
    unplugged = false;
  }

  /** While true nothing that is posted completes, as with a device that hangs. */
  public void swallow(boolean on) {
    swallows = on;
  }

  /** The next look for completions fails by a fault of the program. */
  public void failNextPoll(RuntimeException with) {
    fault = with;
  }

  /** Run by who posts the next READ, after it; {@link #reads} counts from there. */
  public void onNextRead(Runnable task) {
    reads.set(0);
    onRead.set(task);
  }

  /** READs posted. */
  public int reads() {
    return reads.get();
  }

  /** Run by who closes the next queue pair, before it is closed. */
  public void beforeNextClose(Runnable task) {
    beforeClose.set(task);
  }

  private static void runOnce(AtomicReference<Runnable> task) {
    Runnable next = task.getAndSet(null);
    if (next != null) {
      next.run();
    }
  }

  /** Attempts to connect from here. */
  public int connects() {
    return connects.get();
  }

  @Override
  public String provider() {
    return device.provider();
  }

  @Override
  public DeviceAttributes attributes() {
    return device.attributes();
  }

  @Override
  public MemoryRegion register(long lengthBytes, Set<Access> access) throws VerbsException {
    return device.register(lengthBytes, access);
  }

  @Override
  public MemoryRegion register(Slice part, Set<Access> access) throws VerbsException {
    return device.register(part, access);
  }

  @Override
  public MemoryWindow allocateWindow() throws VerbsException {
    return device.allocateWindow();
  }

  @Override
  public CompletionQueue createCompletionQueue(int entries) throws VerbsException {
    return new ScriptedQueue(device.createCompletionQueue(entries));
  }

  private static QueuePairSettings below(QueuePairSettings settings) {
    return new QueuePairSettings(
        ((ScriptedQueue) settings.completions()).queue(),
        settings.sendDepth(),
        settings.receiveDepth());
  }

  @Override
  public CompletionStage<QueuePair> connect(
      InetSocketAddress address,
      QueuePairSettings settings,
      ConnectParameters offer,
      QueuePair.Listener listener,
      Duration timeout) {
    connects.incrementAndGet();
    if (unplugged) {
      return CompletableFuture.failedStage(
          new VerbsException(VerbsException.Kind.UNREACHABLE, "the cable is out"));
    }
    ScriptedQueuePair made = new ScriptedQueuePair(listener);
    return device
        .connect(address, below(settings), offer, made::onDisconnected, timeout)
        .thenApply(made::over);
  }

  @Override
  public Listener listen(InetSocketAddress address, int backlog, Consumer<ConnectRequest> requests)
      throws VerbsException {
    return device.listen(
        address,
        backlog,
        request -> {
          if (unplugged) {
            request.reject();
          } else {
            requests.accept(new ScriptedRequest(request));
          }
        });
  }

  @Override
  public void close() {
    device.close();
  }

  private final class ScriptedQueue implements CompletionQueue {
    private final CompletionQueue queue;

    ScriptedQueue(CompletionQueue queue) {
      this.queue = queue;
    }

    CompletionQueue queue() {
      return queue;
    }

    @Override
    public int entries() {
      return queue.entries();
    }

    @Override
    public int poll(List<Completion> into, int max) {
      RuntimeException now = fault;
      if (now != null) {
        fault = null;
        throw now;
      }
      if (!swallows) {
        return queue.poll(into, max);
      }
      queue.poll(new ArrayList<>(), max);
      return 0;
    }

    @Override
    public void await(Duration timeout) {
      queue.await(timeout);
    }

    @Override
    public void wakeUp() {
      queue.wakeUp();
    }

    @Override
    public void close() {
      queue.close();
    }
  }

  private final class ScriptedRequest implements ConnectRequest {
    private final ConnectRequest request;

    ScriptedRequest(ConnectRequest request) {
      this.request = request;
    }

    @Override
    public InetSocketAddress peer() {
      return request.peer();
    }

    @Override
    public InetSocketAddress local() {
      return request.local();
    }

    @Override
    public ConnectParameters offered() {
      return request.offered();
    }

    @Override
    public CompletionStage<QueuePair> accept(
        QueuePairSettings settings,
        ConnectParameters answer,
        QueuePair.Listener listener,
        Consumer<QueuePair> prepare) {
      ScriptedQueuePair made = new ScriptedQueuePair(listener);
      return request
          .accept(
              below(settings),
              answer,
              made::onDisconnected,
              queuePair -> prepare.accept(made.over(queuePair)))
          .thenApply(_ -> made);
    }

    @Override
    public void reject() {
      request.reject();
    }
  }

  private final class ScriptedQueuePair implements QueuePair {
    private final Listener listener;
    private volatile QueuePair queuePair;

    ScriptedQueuePair(Listener listener) {
      this.listener = listener;
    }

    ScriptedQueuePair over(QueuePair made) {
      queuePair = made;
      queuePairs.add(this);
      return this;
    }

    void onDisconnected(String reason) {
      listener.onDisconnected(reason);
    }

    void lose() {
      queuePair.disconnect();
      listener.onDisconnected("the cable is out");
    }

    @Override
    public int number() {
      return queuePair.number();
    }

    @Override
    public InetSocketAddress local() {
      return queuePair.local();
    }

    @Override
    public InetSocketAddress peer() {
      return queuePair.peer();
    }

    @Override
    public ConnectParameters negotiated() {
      return queuePair.negotiated();
    }

    @Override
    public void postReceive(long workId, Slice into) throws VerbsException {
      queuePair.postReceive(workId, into);
    }

    @Override
    public void post(WorkRequest request) throws VerbsException {
      queuePair.post(request);
      if (request instanceof WorkRequest.Read) {
        reads.incrementAndGet();
        runOnce(onRead);
      }
    }

    @Override
    public void disconnect() {
      queuePair.disconnect();
    }

    @Override
    public void close() {
      queuePairs.remove(this);
      runOnce(beforeClose);
      queuePair.close();
    }
  }
}
