package org.sealane.deploy.node;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import org.sealane.deploy.units.HostPort;

/**
 * Numbers for Prometheus, over plain HTTP: they hold no names of files and no keys. Any thread may
 * call.
 */
final class MetricsServer implements AutoCloseable {
  private static final int CONNECTIONS_MAX = 16;

  private final WebServer server;
  private final PrometheusMeterRegistry registry;
  private final JvmGcMetrics collector;
  private final HostPort address;

  private MetricsServer(
      WebServer server,
      PrometheusMeterRegistry registry,
      JvmGcMetrics collector,
      HostPort address) {
    this.server = server;
    this.registry = registry;
    this.collector = collector;
    this.address = address;
  }

  /** Starts listening. Port 0 picks a free one. Fails with a message that names the address. */
  static MetricsServer start(HostPort address) throws IOException {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    WebServer server =
        WebServer.builder()
            .host(address.host())
            .port(address.port())
            .maxTcpConnections(CONNECTIONS_MAX)
            .shutdownHook(false)
            .routing(routing ->
                routing.get(
                    "/metrics",
                    (_, response) -> {
                      response.header(
                          HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
                      response.send(registry.scrape());
                    }))
            .build();
    // Helidon logs why it can not start, and returns.
    server.start();
    if (!server.isRunning()) {
      throw new IOException(
          "metrics: can not listen on " + address + ": in use, or not an address of this host");
    }
    JvmGcMetrics collector = new JvmGcMetrics();
    collector.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    return new MetricsServer(server, registry, collector, address.withPort(server.port()));
  }

  HostPort address() {
    return address;
  }

  PrometheusMeterRegistry registry() {
    return registry;
  }

  @Override
  public void close() {
    server.stop();
    collector.close();
    registry.close();
  }
}
