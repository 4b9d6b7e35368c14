package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.rdma.software.SoftwareProvider;
import org.sealane.rdma.software.SoftwareSettings;
import org.sealane.rdma.transport.RdmaCounter;
import org.sealane.rdma.transport.RdmaSettings;
import org.sealane.rdma.transport.RdmaTransport;
import org.sealane.smb.transport.FrameHandler;
import org.sealane.smb.transport.FramePool;
import org.sealane.smb.transport.InboundFrame;
import org.sealane.smb.transport.Transport;

class NodeMetricsTest {
  @TempDir Path directory;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private static FrameHandler ignoring() {
    return new FrameHandler() {
      @Override
      public void onFrame(InboundFrame frame) {
        frame.close();
      }

      @Override
      public void onClosed(Optional<Throwable> cause) {}

      @Override
      public void onWritable(boolean on) {}
    };
  }

  private RdmaTransport open() throws Exception {
    return new RdmaTransport(
        new SoftwareProvider(SoftwareSettings.in(directory.resolve("rdma"))).open(Optional.empty()),
        RdmaSettings.defaults(),
        FramePool.ofHeapShare());
  }

  /** The value of a metric in what Prometheus is given; empty if it is not there. */
  private Optional<Double> scraped(String name) {
    String start = name + "{provider=\"software\"} ";
    return registry
        .scrape()
        .lines()
        .filter(line -> line.startsWith(start))
        .map(line -> Double.valueOf(line.substring(start.length())))
        .findFirst();
  }

  @Test
  void shouldShowEveryCounterOfTheRdmaTransportByItsName() throws Exception {
    try (RdmaTransport transport = open()) {
      NodeMetrics.register(registry, transport);

      for (RdmaCounter counter : RdmaCounter.values()) {
        assertThat(scraped("sealane_rdma_" + counter.name().toLowerCase(Locale.ROOT) + "_total"))
            .as(counter.name())
            .contains(0.0);
      }
    }
  }

  @Test
  void shouldCountConnectionsAsTheyAreMade() throws Exception {
    try (RdmaTransport transport = open()) {
      NodeMetrics.register(registry, transport);
      double before = scraped("sealane_rdma_connections_free").orElseThrow();
      try (Transport.Listener listener =
          transport.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), _ -> ignoring())) {
        transport
            .connect(listener.address(), _ -> ignoring())
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);

        assertThat(scraped("sealane_rdma_connections_made_total")).contains(1.0);
        await()
            .atMost(Duration.ofSeconds(60))
            .untilAsserted(
                () -> assertThat(scraped("sealane_rdma_connections_accepted_total")).contains(1.0));
        // Both ends of it are in this process.
        assertThat(scraped("sealane_rdma_connections_free")).contains(before - 2);
        assertThat(scraped("sealane_rdma_buffers_free")).contains((double) transport.freeBuffers());
      }
    }
  }
}
