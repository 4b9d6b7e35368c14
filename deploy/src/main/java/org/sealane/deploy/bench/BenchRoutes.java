package org.sealane.deploy.bench;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminReply;
import org.sealane.deploy.admin.AdminRequest;
import org.sealane.deploy.admin.AdminRoute;
import org.sealane.deploy.admin.AdminRoute.Access;
import org.sealane.deploy.admin.AdminRoute.Method;
import org.sealane.smb.lane.Lanes;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;

/**
 * What a benchmark and a look at the wire ask of a node: load through its own lanes, the machine's
 * limits, a raw TCP probe, the processor time it has used, and lanes by way of a relay.
 */
public final class BenchRoutes {
  public static final String LOAD = "/v1/bench/load";
  public static final String LIMITS = "/v1/bench/limits";
  public static final String TCP_SEND = "/v1/bench/tcp/send";
  public static final String TCP_RECEIVE = "/v1/bench/tcp/receive";
  public static final String PROCESS = "/v1/process";
  public static final String DETOUR = "/v1/lanes/detour";

  private static final int FILL_BYTES = 1 << 20;
  private static final long FILE_BYTES_MAX = 16L << 30;
  private static final int WORKING_SET_BYTES_MAX = 1 << 30;
  private static final int DETOUR_SECONDS_MAX = 600;
  private static final Duration PROBE_MAX = Duration.ofSeconds(30);

  /** Opens what load is put on, through this node, for reading and writing. */
  public interface Targets {
    /** A file of a volume, created if it is not there. */
    ShareOpen file(String volume, String path) throws ShareException;

    ShareOpen disk(String disk) throws ShareException;
  }

  /**
   * Load on a file ({@code volume} and {@code path}) or on a {@code disk}, through the node asked.
   *
   * @param fileBytes how much of it is used; a shorter file is filled first
   */
  public record LoadOrder(
      String volume,
      String path,
      String disk,
      Load.Operation operation,
      int blockBytes,
      int queueDepth,
      long fileBytes,
      long warmUpMillis,
      long measuredMillis) {}

  /** How long to measure a machine, over how many bytes. */
  public record LimitsOrder(int workingSetBytes, long millis) {}

  /** What one thread reached. */
  public record LimitsReply(double aesGcmBytesPerSecond, double memoryCopyBytesPerSecond) {}

  /** Send zeros for so long to the first that connects to {@code host}. */
  public record TcpSendOrder(String host, long millis) {}

  /** Where the probe listens. */
  public record TcpSendReply(int port) {}

  /** Read what the probe there sends. */
  public record TcpReceiveOrder(String host, int port) {}

  /** What came. */
  public record TcpReceiveReply(double bytesPerSecond) {}

  /**
   * What the process has used.
   *
   * @param nowNanos of a clock of this process that only grows
   */
  public record ProcessReply(
      long pid, long cpuNanos, long nowNanos, int cores, String jdk, String cpu) {}

  /**
   * Lanes to {@code peer} go by {@code host}, or directly again if it is absent.
   *
   * @param limitSeconds after which the node ends the detour by itself; null for none
   */
  public record DetourOrder(String peer, String host, int port, Integer limitSeconds) {
    /** Until it is ended. */
    public DetourOrder(String peer, String host, int port) {
      this(peer, host, port, null);
    }
  }

  private final Targets targets;
  private final Lanes lanes;

  public BenchRoutes(Targets targets, Lanes lanes) {
    this.targets = Objects.requireNonNull(targets);
    this.lanes = Objects.requireNonNull(lanes);
  }

  public List<AdminRoute> routes() {
    return List.of(
        new AdminRoute(Method.GET, PROCESS, Access.ADMINISTRATORS, _ -> process()),
        new AdminRoute(Method.POST, LOAD, Access.ADMINISTRATORS, this::load),
        new AdminRoute(Method.POST, LIMITS, Access.ADMINISTRATORS, BenchRoutes::limits),
        new AdminRoute(Method.POST, TCP_SEND, Access.ADMINISTRATORS, BenchRoutes::send),
        new AdminRoute(Method.POST, TCP_RECEIVE, Access.ADMINISTRATORS, BenchRoutes::receive),
        new AdminRoute(Method.POST, DETOUR, Access.ADMINISTRATORS, this::detour));
  }

  private AdminReply load(AdminRequest request) throws AdminException, IOException {
    LoadOrder order = request.json(LoadOrder.class);
    if (order.fileBytes() < 1 || order.fileBytes() > FILE_BYTES_MAX) {
      throw invalid("fileBytes: 1 to " + FILE_BYTES_MAX);
    }
    try (ShareOpen open = open(order)) {
      Load load =
          new Load(
              order.operation(),
              order.blockBytes(),
              order.queueDepth(),
              Duration.ofMillis(order.warmUpMillis()),
              Duration.ofMillis(order.measuredMillis()));
      fill(open, order.fileBytes());
      return new AdminReply.Value(new LoadRunner(open, order.fileBytes(), load).run());
    } catch (IllegalArgumentException e) {
      throw new AdminException(AdminException.Kind.INVALID, e.getMessage(), e);
    } catch (ShareException e) {
      throw new AdminException(AdminException.Kind.UNAVAILABLE, e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdminException(AdminException.Kind.UNAVAILABLE, "the load was interrupted", e);
    }
  }

  private ShareOpen open(LoadOrder order) throws AdminException, ShareException {
    if (order.disk() != null) {
      return targets.disk(order.disk());
    }
    if (order.volume() == null || order.path() == null) {
      throw invalid("a load names a disk, or a volume and a path");
    }
    return targets.file(order.volume(), order.path());
  }

  /** Content that does not compress and is not one hole, so that reads are real. */
  private static void fill(ShareOpen open, long fileBytes) throws ShareException {
    long at = open.information().endOfFile();
    byte[] content = new byte[FILL_BYTES];
    new Random(fileBytes).nextBytes(content);
    MemorySegment segment = MemorySegment.ofArray(content);
    while (at < fileBytes) {
      long step = Math.min(FILL_BYTES, fileBytes - at);
      open.write(at, segment.asSlice(0, step), false);
      at += step;
    }
  }

  private static AdminReply limits(AdminRequest request) throws AdminException, IOException {
    LimitsOrder order = request.json(LimitsOrder.class);
    if (order.workingSetBytes() < 1 || order.workingSetBytes() > WORKING_SET_BYTES_MAX) {
      throw invalid("workingSetBytes: 1 to " + WORKING_SET_BYTES_MAX);
    }
    long nanos = bounded(order.millis()).toNanos();
    MachineLimits limits = new MachineLimits(order.workingSetBytes());
    return new AdminReply.Value(
        new LimitsReply(
            limits.aesGcmBytesPerSecond(nanos), limits.memoryCopyBytesPerSecond(nanos)));
  }

  /** The probe ends by itself: it waits a bounded time for its peer and sends a bounded time. */
  private static AdminReply send(AdminRequest request) throws AdminException, IOException {
    TcpSendOrder order = request.json(TcpSendOrder.class);
    return new AdminReply.Value(
        new TcpSendReply(TcpProbe.listen(order.host(), bounded(order.millis())).port()));
  }

  private static AdminReply receive(AdminRequest request) throws AdminException, IOException {
    TcpReceiveOrder order = request.json(TcpReceiveOrder.class);
    return new AdminReply.Value(
        new TcpReceiveReply(TcpProbe.receive(new InetSocketAddress(order.host(), order.port()))));
  }

  private AdminReply detour(AdminRequest request) throws AdminException, IOException {
    DetourOrder order = request.json(DetourOrder.class);
    if (order.peer() == null) {
      throw invalid("a detour names the peer it is for");
    }
    Optional<InetSocketAddress> via =
        Optional.ofNullable(order.host()).map(host -> new InetSocketAddress(host, order.port()));
    if (via.isPresent() && order.limitSeconds() != null) {
      if (order.limitSeconds() < 1 || order.limitSeconds() > DETOUR_SECONDS_MAX) {
        throw invalid("limitSeconds: 1 to " + DETOUR_SECONDS_MAX);
      }
      lanes.detour(order.peer(), via.get(), Duration.ofSeconds(order.limitSeconds()));
    } else {
      lanes.detour(order.peer(), via);
    }
    return new AdminReply.Value(order);
  }

  private static AdminReply process() {
    var system =
        ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
    return new AdminReply.Value(
        new ProcessReply(
            ProcessHandle.current().pid(),
            system.getProcessCpuTime(),
            System.nanoTime(),
            Runtime.getRuntime().availableProcessors(),
            Runtime.version().toString(),
            Processor.model()));
  }

  private static Duration bounded(long millis) throws AdminException {
    Duration duration = Duration.ofMillis(millis);
    if (!duration.isPositive() || duration.compareTo(PROBE_MAX) > 0) {
      throw invalid("millis: 1 to " + PROBE_MAX.toMillis());
    }
    return duration;
  }

  private static AdminException invalid(String what) {
    return new AdminException(AdminException.Kind.INVALID, what);
  }
}
