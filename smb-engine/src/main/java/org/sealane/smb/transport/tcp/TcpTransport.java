package org.sealane.smb.transport.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.Transport;
import org.sealane.smb.transport.TransportConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SMB2 over TCP with Netty. Its threads are named {@code sealane-tcp-n}; each carries many
 * connections, each connection belongs to one.
 */
public final class TcpTransport implements Transport {
  private static final Logger log = LoggerFactory.getLogger(TcpTransport.class);

  /**
   * One read call takes this much: large enough to amortise the call, small enough that the copy
   * into the frame's array finds it in the second-level cache. See docs/performance.md.
   */
  static final int READ_BYTES = 256 << 10;

  /** Read calls before other connections of the thread get their turn. */
  private static final int READS_PER_TURN = 4;

  /** Pieces that wait in Netty while the socket takes no more. */
  private static final WriteBufferWaterMark PIECES_WAITING =
      new WriteBufferWaterMark(FrameSender.PIECE_BYTES / 2, 2 * FrameSender.PIECE_BYTES);

  private static final int ACCEPT_BACKLOG = 256;
  private static final Duration SHUTDOWN_TIME_MAX = Duration.ofSeconds(10);

  private final TcpSettings settings;
  private final FramePool pool;
  private final TcpCounters counters = new TcpCounters();
  private final boolean epoll;
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final EventLoopGroup loops;
  private final ChannelGroup channels;

  /** Opens the transport with its own settings and the process's pool of frame memory. */
  public TcpTransport(TcpSettings settings, FramePool pool) {
    this.settings = settings;
    this.pool = pool;
    this.epoll = usesEpoll(settings.provider());
    this.loops =
        new MultiThreadIoEventLoopGroup(
            settings.eventLoops(),
            this::newThread,
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    this.channels = new DefaultChannelGroup(loops.next(), true);
  }

  @Override
  public String name() {
    return "tcp";
  }

  @Override
  public String provider() {
    return epoll ? "epoll" : "nio";
  }

  public TcpSettings settings() {
    return settings;
  }

  /** The memory of frames received; also for building frames to send. */
  public FramePool pool() {
    return pool;
  }

  public TcpCounters counters() {
    return counters;
  }

  @Override
  public CompletionStage<TransportConnection> connect(
      InetSocketAddress address, Function<TransportConnection, FrameHandler> handler) {
    CompletableFuture<TransportConnection> connected = new CompletableFuture<>();
    if (address.isUnresolved()) {
      connected.completeExceptionally(new UnknownHostException(address.getHostString()));
      return connected;
    }
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops)
            .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
            .resolver(NoopAddressResolverGroup.INSTANCE)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(settings.connectTimeout().toMillis()))
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    initiate(channel, handler, connected);
                  }
                });
    ChannelFuture connecting = bootstrap.connect(address);
    connecting.addListener(done -> connectEnded(connecting, address, connected));
    if (connecting.isDone() && !connecting.isSuccess()) {
      // Refused by an event loop that has ended, which runs no listeners either.
      connectEnded(connecting, address, connected);
    }
    return connected;
  }

  @Override
  public Listener listen(
      InetSocketAddress address, Function<TransportConnection, FrameHandler> handler)
      throws IOException {
    if (address.isUnresolved()) {
      throw new UnknownHostException(address.getHostString());
    }
    AtomicInteger open = new AtomicInteger();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .handler(new AcceptErrors(counters))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    accept(channel, handler, open);
                  }
                });
    try {
      ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw new IOException(
            "can not listen on " + text(address) + ": " + reason(bound.cause()), bound.cause());
      }
      channels.add(bound.channel());
      return new TcpListener((ServerSocketChannel) bound.channel());
    } catch (RejectedExecutionException e) {
      throw new IOException("the transport is closed", e);
    }
  }

  /** Closes every connection and listener, and returns when all threads have ended. Idempotent. */
  @Override
  public void close() {
    channels.close();
    loops.shutdownGracefully(0, SHUTDOWN_TIME_MAX.toMillis(), TimeUnit.MILLISECONDS);
    if (threads.contains(Thread.currentThread())) {
      return;
    }
    try {
      for (Thread thread : threads) {
        if (!thread.join(SHUTDOWN_TIME_MAX)) {
          log.warn("tcp transport thread {} did not end in {}", thread, SHUTDOWN_TIME_MAX);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Thread newThread(Runnable loop) {
    Thread thread = new FastThreadLocalThread(loop, "sealane-tcp-" + (threads.size() + 1));
    thread.setDaemon(true);
    threads.add(thread);
    return thread;
  }

  private void initiate(
      SocketChannel channel,
      Function<TransportConnection, FrameHandler> handler,
      CompletableFuture<TransportConnection> connected) {
    configure(channel);
    channels.add(channel);
    TcpConnection connection =
        new TcpConnection(
            this,
            channel,
            handler,
            ready -> {
              counters.increment(TcpCounter.CONNECTIONS_MADE);
              connected.complete(ready);
            });
    channel.pipeline().addLast(connection.events());
  }

  private static void connectEnded(
      ChannelFuture connecting,
      InetSocketAddress address,
      CompletableFuture<TransportConnection> connected) {
    if (connecting.isSuccess()) {
      connecting
          .channel()
          .closeFuture()
          .addListener(closed ->
              connected.completeExceptionally(
                  new IOException("the connection to " + text(address) + " closed at once")));
      return;
    }
    Throwable cause = connecting.cause();
    connected.completeExceptionally(
        new IOException("can not connect to " + text(address) + ": " + reason(cause), cause));
  }

  private void accept(
      SocketChannel channel,
      Function<TransportConnection, FrameHandler> handler,
      AtomicInteger open) {
    if (open.incrementAndGet() > settings.connectionsMax()) {
      open.decrementAndGet();
      counters.increment(TcpCounter.CONNECTIONS_REFUSED);
      log.debug("tcp connection refused peer={} limit={}", channel.remoteAddress(), open.get());
      channel.close();
      return;
    }
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    configure(channel);
    channels.add(channel);
    TcpConnection connection =
        new TcpConnection(
            this, channel, handler, ready -> counters.increment(TcpCounter.CONNECTIONS_ACCEPTED));
    channel.pipeline().addLast(connection.events());
  }

  private void configure(SocketChannel channel) {
    channel.config().setTcpNoDelay(true).setKeepAlive(true);
    channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
    channel
        .config()
        .setRecvByteBufAllocator(
            new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(READS_PER_TURN));
    channel.config().setWriteBufferWaterMark(PIECES_WAITING);
  }

  private static boolean usesEpoll(TcpSettings.Provider provider) {
    return switch (provider) {
      case BEST -> Epoll.isAvailable();
      case NIO -> false;
      case EPOLL -> {
        Epoll.ensureAvailability();
        yield true;
      }
    };
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  /** What the system said, without the address that some providers add to it. */
  private static String reason(Throwable cause) {
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    int address = message.indexOf(": /");
    return address < 0 ? message : message.substring(0, address);
  }

  private record TcpListener(ServerSocketChannel channel) implements Listener {
    @Override
    public InetSocketAddress address() {
      return channel.localAddress();
    }

    @Override
    public void close() {
      Channel closing = channel;
      if (closing.eventLoop().inEventLoop()) {
        closing.close();
      } else {
        closing.close().awaitUninterruptibly(SHUTDOWN_TIME_MAX.toMillis());
      }
    }
  }
}
