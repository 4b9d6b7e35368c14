package org.sealane.deploy.admin;

import io.helidon.common.tls.Tls;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.sealane.cluster.identity.TlsContexts;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.admin.AdminRoute.Access;
import org.sealane.deploy.json.Json;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.auth.CertificateIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listener of the admin API. Every connection has shown a certificate of the cluster's CA
 * before a request is read; every request's caller is checked again against its route.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

  /** More callers at once than a cluster and its administrators make. */
  private static final int CONNECTIONS_MAX = 256;

  private static final Duration IDLE_MAX = Duration.ofMinutes(5);
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(2);

  private final WebServer server;
  private final HostPort address;

  private AdminServer(WebServer server, HostPort address) {
    this.server = server;
    this.address = address;
  }

  /**
   * Starts listening. Port 0 picks a free one. Fails with an IOException that names the address if
   * it can not be bound.
   */
  public static AdminServer start(HostPort address, SSLContext tls, List<AdminRoute> routes)
      throws IOException {
    HttpRouting.Builder routing = HttpRouting.builder();
    for (AdminRoute route : routes) {
      routing.route(
          Method.create(route.method().name()),
          route.path(),
          (request, response) -> serve(route, request, response));
    }
    WebServer server =
        WebServer.builder()
            .host(address.host())
            .port(address.port())
            .tls(Tls.builder().sslContext(tls).sslParameters(TlsContexts.parameters()).build())
            .maxTcpConnections(CONNECTIONS_MAX)
            .idleConnectionTimeout(IDLE_MAX)
            .shutdownGracePeriod(CLOSE_GRACE)
            .shutdownHook(false)
            .routing(routing)
            .build();
    // Helidon logs why it can not start, and returns.
    server.start();
    if (!server.isRunning()) {
      throw new IOException(
          "admin: can not listen on " + address + ": in use, or not an address of this host");
    }
    return new AdminServer(server, address.withPort(server.port()));
  }

  /** Where it listens. */
  public HostPort address() {
    return address;
  }

  /** Stops listening; lets requests under way end for a short while. Idempotent. */
  @Override
  public void close() {
    server.stop();
  }

  private static void serve(AdminRoute route, ServerRequest request, ServerResponse response) {
    Optional<CertificateIdentity> caller = caller(request);
    try {
      if (caller.isEmpty() || !mayCall(route.access(), caller.get())) {
        LOG.warn(
            "refused: caller={} method={} path={}",
            caller.map(CertificateIdentity::uri).orElse("none"),
            route.method(),
            route.path());
        throw new AdminException(Kind.FORBIDDEN, "this certificate may not " + route.path());
      }
      AdminReply reply =
          route
              .handler()
              .handle(new AdminRequest(caller.get(), parameters(request), body(request)));
      if (route.access() == Access.ADMINISTRATORS) {
        LOG.info(
            "done: caller={} method={} path={}", caller.get().name(), route.method(), route.path());
      }
      send(reply, response);
    } catch (AdminException e) {
      sendFailure(response, e.kind(), e.getMessage());
    } catch (IOException e) {
      LOG.warn("failed: method={} path={}", route.method(), route.path(), e);
      sendFailure(response, Kind.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private static boolean mayCall(Access access, CertificateIdentity caller) {
    return switch (caller) {
      case CertificateIdentity.Admin _ -> true;
      case CertificateIdentity.Node _ -> access == Access.MEMBERS;
      case CertificateIdentity.Authority _ -> false;
    };
  }

  private static Optional<CertificateIdentity> caller(ServerRequest request) {
    Optional<Certificate[]> chain = request.remotePeer().tlsCertificates();
    return chain.isPresent()
            && chain.get().length > 0
            && chain.get()[0] instanceof X509Certificate certificate
        ? CertificateIdentity.of(certificate)
        : Optional.empty();
  }

  private static Map<String, String> parameters(ServerRequest request) {
    Map<String, String> parameters = new HashMap<>();
    for (String name : request.query().names()) {
      parameters.put(name, request.query().get(name));
    }
    return parameters;
  }

  private static InputStream body(ServerRequest request) {
    return request.content().hasEntity()
        ? request.content().inputStream()
        : InputStream.nullInputStream();
  }

  private static void send(AdminReply reply, ServerResponse response)
      throws IOException, AdminException {
    switch (reply) {
      case AdminReply.Value value -> sendJson(response, Status.OK_200, value.value());
      case AdminReply.Done _ -> response.status(Status.NO_CONTENT_204).send();
      case AdminReply.Stream stream -> sendStream(response, stream);
    }
  }

  private static void sendStream(ServerResponse response, AdminReply.Stream stream)
      throws IOException, AdminException {
    try {
      response.header(HeaderNames.CONTENT_TYPE, "application/octet-stream");
      response.contentLength(stream.lengthBytes());
      try (OutputStream out = response.outputStream()) {
        stream.content().writeTo(out);
      }
    } finally {
      stream.content().close();
    }
  }

  /** How every failure travels. */
  record Failure(String error) {}

  private static void sendFailure(ServerResponse response, Kind kind, String message) {
    if (response.isSent()) {
      // The status line is gone already: only a broken connection can still say that it failed.
      throw new IllegalStateException("failed after the reply began: " + message);
    }
    sendJson(response, Status.create(kind.httpStatus()), new Failure(message));
  }

  private static void sendJson(ServerResponse response, Status status, Object value) {
    response.status(status);
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(Json.compact(value).getBytes(StandardCharsets.UTF_8));
  }
}
