package org.sealane.smb.transport.tcp;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.transport.OutboundFrame;
import org.sealane.smb.transport.Transport;
import org.sealane.smb.transport.TransportConnection;

/**
 * One stream of frames over loopback: small requests one way, eight under way, frames of {@code
 * frameBytes} back, as READ makes them. Against it a bare loop over blocking socket channels and
 * direct buffers, which copies nothing in user space. One operation is one frame; {@code
 * cpuSeconds} by {@code gigabytes} is the cost of both ends and the kernel.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class TcpStreamBenchmark {
  private static final int DEPTH = 8;
  private static final byte[] REQUEST = new byte[120];

  /** What both ends and the kernel spent, and for how much. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Cpu {
    public double cpuSeconds;
    public double gigabytes;
    private long startNanos;
    private long bytes;

    @Setup(Level.Iteration)
    public void start() {
      bytes = 0;
      startNanos = processCpuNanos();
    }

    @TearDown(Level.Iteration)
    public void stop() {
      cpuSeconds = (processCpuNanos() - startNanos) / 1e9;
      gigabytes = bytes / 1e9;
    }

    private static long processCpuNanos() {
      return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
  }

  /** Client and server on one transport. */
  @State(Scope.Benchmark)
  public static class Frames {
    @Param({"1048576", "65536", "4096"})
    public int frameBytes;

    private final Semaphore received = new Semaphore(0);
    private FramePool pool;
    private TcpTransport transport;
    private Transport.Listener listener;
    private TransportConnection client;

    @Setup
    public void start() throws Exception {
      pool = new FramePool(256 << 20, 64 << 20);
      transport = new TcpTransport(TcpSettings.defaults(), pool);
      byte[] payload = new byte[frameBytes];
      listener =
          transport.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              connection ->
                  handler(
                      connection,
                      () ->
                          connection.send(
                              new OutboundFrame(
                                  List.of(MemorySegment.ofArray(payload)), sent -> {}))));
      client =
          transport
              .connect(listener.address(), connection -> handler(connection, received::release))
              .toCompletableFuture()
              .get();
      for (int i = 0; i < DEPTH; i++) {
        ask();
      }
    }

    private static FrameHandler handler(TransportConnection connection, Runnable onFrame) {
      connection.frameLimit(FramePool.FRAME_BYTES_MAX);
      return new FrameHandler() {
        @Override
        public void onFrame(InboundFrame frame) {
          frame.close();
          onFrame.run();
        }

        @Override
        public void onClosed(Optional<Throwable> cause) {}

        @Override
        public void onWritable(boolean writable) {}
      };
    }

    void ask() {
      client.send(new OutboundFrame(List.of(MemorySegment.ofArray(REQUEST)), sent -> {}));
    }

    @TearDown
    public void stop() {
      transport.close();
    }
  }

  /** A sender thread and the benchmark's own thread. */
  @State(Scope.Benchmark)
  public static class Bare {
    @Param({"1048576", "65536", "4096"})
    public int frameBytes;

    private ServerSocketChannel listener;
    private SocketChannel client;
    private ByteBuffer into;
    private final ByteBuffer request = ByteBuffer.allocateDirect(REQUEST.length);
    private Thread server;

    @Setup
    public void start() throws IOException {
      listener = ServerSocketChannel.open();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      server = Thread.ofPlatform().daemon().start(this::serve);
      client = SocketChannel.open(listener.getLocalAddress());
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      into = ByteBuffer.allocateDirect(frameBytes);
      for (int i = 0; i < DEPTH; i++) {
        client.write(request.clear());
      }
    }

    private void serve() {
      ByteBuffer payload = ByteBuffer.allocateDirect(frameBytes);
      ByteBuffer asked = ByteBuffer.allocateDirect(REQUEST.length);
      try (SocketChannel channel = listener.accept()) {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        while (fill(channel, asked.clear())) {
          payload.clear();
          while (payload.hasRemaining()) {
            channel.write(payload);
          }
        }
      } catch (IOException e) {
        // The client is gone: the benchmark is over.
        return;
      }
    }

    private static boolean fill(SocketChannel channel, ByteBuffer buffer) throws IOException {
      while (buffer.hasRemaining()) {
        if (channel.read(buffer) < 0) {
          return false;
        }
      }
      return true;
    }

    void exchange() throws IOException {
      fill(client, into.clear());
      client.write(request.clear());
    }

    @TearDown
    public void stop() throws Exception {
      client.close();
      listener.close();
      server.join();
    }
  }

  @Benchmark
  public void transport(Frames frames, Cpu cpu) throws InterruptedException {
    frames.received.acquire();
    frames.ask();
    cpu.bytes += frames.frameBytes;
  }

  @Benchmark
  public void bareLoop(Bare bare, Cpu cpu) throws IOException {
    bare.exchange();
    cpu.bytes += bare.frameBytes;
  }
}
