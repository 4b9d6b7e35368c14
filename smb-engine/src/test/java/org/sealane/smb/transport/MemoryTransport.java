package org.sealane.smb.transport;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Connections between two ends in one JVM that carry frames in order and place payloads over a
 * {@link MemoryFabric}. It keeps a copy of every frame sent. Both ends use the same transport.
 */
public final class MemoryTransport implements Transport {
  private static final AtomicLong IDS = new AtomicLong(1);

  private final FramePool pool;
  private final MemoryFabric fabric;
  private final boolean remoteInvalidation;
  private final Map<Integer, Function<TransportConnection, FrameHandler>> listeners =
      new ConcurrentHashMap<>();
  private final List<byte[]> frames = new ArrayList<>();
  private final List<MemoryConnection> connections = new ArrayList<>();
  private int nextPort = 1;

  public MemoryTransport(FramePool pool, MemoryFabric fabric, boolean remoteInvalidation) {
    this.pool = pool;
    this.fabric = fabric;
    this.remoteInvalidation = remoteInvalidation;
  }

  @Override
  public String name() {
    return "rdma";
  }

  @Override
  public String provider() {
    return "memory";
  }

  /** Every frame sent so far, in order. */
  public synchronized List<byte[]> frames() {
    return List.copyOf(frames);
  }

  /** Breaks every connection. */
  public void breakAll() {
    List<MemoryConnection> all;
    synchronized (this) {
      all = List.copyOf(connections);
    }
    all.forEach(connection -> connection.close("broken by the test"));
  }

  /** Buffers lent by all connections. */
  public synchronized int leasesOut() {
    return connections.stream().mapToInt(each -> each.placement.leasesOut()).sum();
  }

  @Override
  public CompletionStage<TransportConnection> connect(
      InetSocketAddress address, Function<TransportConnection, FrameHandler> handler) {
    Function<TransportConnection, FrameHandler> accepting = listeners.get(address.getPort());
    if (accepting == null) {
      return CompletableFuture.failedFuture(new IOException("nobody listens at " + address));
    }
    MemoryConnection near = new MemoryConnection(address);
    MemoryConnection far = new MemoryConnection(address);
    near.other = far;
    far.other = near;
    synchronized (this) {
      connections.add(near);
      connections.add(far);
    }
    far.owner.execute(() -> far.handler = accepting.apply(far));
    CompletableFuture<TransportConnection> connected = new CompletableFuture<>();
    near.owner.execute(() -> {
      near.handler = handler.apply(near);
      connected.complete(near);
    });
    return connected;
  }

  @Override
  public synchronized Listener listen(
      InetSocketAddress address, Function<TransportConnection, FrameHandler> handler) {
    int port = nextPort++;
    listeners.put(port, handler);
    InetSocketAddress bound = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return new Listener() {
      @Override
      public InetSocketAddress address() {
        return bound;
      }

      @Override
      public void close() {
        listeners.remove(port);
      }
    };
  }

  @Override
  public void close() {
    breakAll();
  }

  private final class MemoryConnection implements TransportConnection {
    private final long id = IDS.getAndIncrement();
    private final InetSocketAddress address;
    private final ExecutorService owner =
        Executors.newSingleThreadExecutor(Thread.ofVirtual().name("memory-" + id).factory());
    private final MemoryPlacement placement;
    private MemoryConnection other;
    private FrameHandler handler;
    private boolean closed;

    MemoryConnection(InetSocketAddress address) {
      this.address = address;
      this.placement =
          new MemoryPlacement(
              fabric, 8 << 20, 16, remoteInvalidation, 8 << 20, e -> close(e.getMessage()));
    }

    @Override
    public Optional<DirectPlacement> placement() {
      return Optional.of(placement);
    }

    @Override
    public void send(OutboundFrame frame) {
      synchronized (MemoryTransport.this) {
        if (!closed) {
          FramePool.Buffer buffer = pool.borrow((int) frame.lengthBytes());
          long at = 0;
          for (MemorySegment segment : frame.segments()) {
            MemorySegment.copy(segment, 0, buffer.segment(), at, segment.byteSize());
            at += segment.byteSize();
          }
          frames.add(java.util.Arrays.copyOf(buffer.array(), buffer.lengthBytes()));
          frame.invalidates().ifPresent(fabric::revoke);
          other.owner.execute(() -> other.receive(buffer, frame.invalidates()));
          owner.execute(() -> frame.released().run(true));
          return;
        }
      }
      frame.released().run(false);
    }

    private void receive(FramePool.Buffer buffer, OptionalInt invalidated) {
      synchronized (MemoryTransport.this) {
        if (closed) {
          buffer.close();
          return;
        }
      }
      handler.onFrame(
          new InboundFrame() {
            @Override
            public MemorySegment bytes() {
              return buffer.segment();
            }

            @Override
            public int spareTailBytes() {
              return buffer.array().length - buffer.lengthBytes();
            }

            @Override
            public OptionalInt invalidatedToken() {
              return invalidated;
            }

            @Override
            public void close() {
              buffer.close();
            }
          });
    }

    @Override
    public void close(String reason) {
      synchronized (MemoryTransport.this) {
        if (closed) {
          return;
        }
        closed = true;
      }
      owner.execute(() -> {
        placement.connectionGone();
        handler.onClosed(Optional.of(new IOException(reason)));
      });
      other.close("the peer closed");
    }

    @Override
    public void reset(String reason) {
      close(reason);
    }

    @Override
    public void closeAfterFlush(String reason) {
      close(reason);
    }

    @Override
    public long id() {
      return id;
    }

    @Override
    public InetSocketAddress peer() {
      return address;
    }

    @Override
    public InetSocketAddress local() {
      return address;
    }

    @Override
    public Transport transport() {
      return MemoryTransport.this;
    }

    @Override
    public Executor owner() {
      return owner;
    }

    @Override
    public void frameLimit(int bytes) {}

    @Override
    public void reading(boolean on) {}

    @Override
    public boolean deliveryTimeout(Duration timeout) {
      return false;
    }
  }
}
