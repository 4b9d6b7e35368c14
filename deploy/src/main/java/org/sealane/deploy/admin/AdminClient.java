package org.sealane.deploy.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.sealane.cluster.identity.TlsContexts;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.admin.AdminRoute.Method;
import org.sealane.deploy.json.Json;
import org.sealane.deploy.units.HostPort;

/**
 * Asks nodes of one cluster. Several addresses are tried in order, and the first that accepts the
 * connection is kept. Blocks. Any thread may call.
 */
public final class AdminClient implements AutoCloseable {
  private static final Duration CONNECT_MAX =
      Duration.ofSeconds(Integer.getInteger("sealane.admin.connect.seconds", 5));

  /** A node answers sooner, or says what it waits for. */
  private static final Duration ANSWER_MAX = Duration.ofSeconds(60);

  private final HttpClient http;
  private final List<HostPort> addresses;
  private volatile HostPort current;

  /**
   * @param addresses admin ports, at least one
   * @param tls of {@link TlsContexts}, with the caller's certificate
   */
  public AdminClient(List<HostPort> addresses, SSLContext tls) {
    this.addresses = List.copyOf(addresses);
    this.current = addresses.getFirst();
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_MAX)
            .sslContext(tls)
            .sslParameters(TlsContexts.parameters())
            .build();
  }

  /** Reads a record. */
  public <T> T get(String path, Map<String, String> parameters, Class<T> type)
      throws AdminException {
    return value(exchange(Method.GET, path, parameters, BodyPublishers.noBody(), ANSWER_MAX), type);
  }

  /**
   * An answer and who gave it.
   *
   * @param value the record
   * @param certificate the node's, verified; its identity is the reader's to look at
   */
  public record Proven<T>(T value, X509Certificate certificate) {}

  /** As {@link #get}, with the certificate of the node that answered. */
  public <T> Proven<T> getProven(String path, Map<String, String> parameters, Class<T> type)
      throws AdminException {
    HttpResponse<InputStream> response =
        exchange(Method.GET, path, parameters, BodyPublishers.noBody(), ANSWER_MAX);
    T value = value(response, type);
    try {
      Certificate[] chain =
          response.sslSession().orElseThrow(AdminClient::noTls).getPeerCertificates();
      return new Proven<>(value, (X509Certificate) chain[0]);
    } catch (SSLPeerUnverifiedException e) {
      throw new AdminException(Kind.FORBIDDEN, "the node has not proven who it is", e);
    }
  }

  private static IllegalStateException noTls() {
    return new IllegalStateException("admin ports are asked over TLS only");
  }

  /** Sends a record and reads one. */
  public <T> T post(String path, Map<String, String> parameters, Object body, Class<T> type)
      throws AdminException {
    BodyPublisher json = BodyPublishers.ofString(Json.compact(body));
    return value(exchange(Method.POST, path, parameters, json, ANSWER_MAX), type);
  }

  /** Sends bytes for as long as it takes; {@code body} may be asked for more than once. */
  public void put(String path, Map<String, String> parameters, BodyPublisher body)
      throws AdminException {
    drain(exchange(Method.PUT, path, parameters, body, null));
  }

  public void delete(String path, Map<String, String> parameters) throws AdminException {
    drain(exchange(Method.DELETE, path, parameters, BodyPublishers.noBody(), ANSWER_MAX));
  }

  /** Reads bytes for as long as it takes. The caller closes the result. */
  public InputStream stream(String path, Map<String, String> parameters) throws AdminException {
    return exchange(Method.GET, path, parameters, BodyPublishers.noBody(), null).body();
  }

  private HttpResponse<InputStream> exchange(
      Method method,
      String path,
      Map<String, String> parameters,
      BodyPublisher body,
      Duration timeout)
      throws AdminException {
    HostPort first = current;
    try {
      return exchangeWith(first, method, path, parameters, body, timeout);
    } catch (Unreachable unreachable) {
      for (HostPort other : addresses) {
        if (other.equals(first)) {
          continue;
        }
        try {
          HttpResponse<InputStream> response =
              exchangeWith(other, method, path, parameters, body, timeout);
          current = other;
          return response;
        } catch (Unreachable next) {
          unreachable.addSuppressed(next);
        }
      }
      throw new AdminException(
          Kind.UNAVAILABLE,
          addresses.size() == 1
              ? "no node answers at " + first + ": " + unreachable.getMessage()
              : "no node answers at any of " + addresses + ": " + unreachable.getMessage(),
          unreachable);
    }
  }

  /** No request was sent, or carried out, so another node may be asked. */
  private static final class Unreachable extends Exception {
    private static final long serialVersionUID = 1L;

    Unreachable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private HttpResponse<InputStream> exchangeWith(
      HostPort address,
      Method method,
      String path,
      Map<String, String> parameters,
      BodyPublisher body,
      Duration timeout)
      throws AdminException, Unreachable {
    URI uri = URI.create("https://" + address + path + query(parameters));
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).method(method.name(), body);
    if (timeout != null) {
      request.timeout(timeout);
    }
    HttpResponse<InputStream> response;
    try {
      response = http.send(request.build(), BodyHandlers.ofInputStream());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw new Unreachable(e.getMessage() == null ? "connection refused" : e.getMessage(), e);
    } catch (SSLException e) {
      throw new AdminException(
          Kind.FORBIDDEN, "no trust between us and " + address + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new AdminException(
          Kind.UNAVAILABLE, "the connection to " + address + " broke: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdminException(Kind.UNAVAILABLE, "interrupted", e);
    }
    if (response.statusCode() >= 300) {
      AdminException refused = refused(response);
      if (refused.kind() == Kind.BARRED) {
        throw new Unreachable(refused.getMessage(), refused);
      }
      throw refused;
    }
    return response;
  }

  private static AdminException refused(HttpResponse<InputStream> response) {
    Kind kind = Kind.of(response.statusCode());
    try (InputStream body = response.body()) {
      return new AdminException(kind, Json.read(body, AdminServer.Failure.class).error());
    } catch (IOException e) {
      return new AdminException(kind, "HTTP status " + response.statusCode(), e);
    }
  }

  private static <T> T value(HttpResponse<InputStream> response, Class<T> type)
      throws AdminException {
    try (InputStream body = response.body()) {
      return Json.read(body, type);
    } catch (IOException e) {
      throw new AdminException(Kind.FAILED, "the answer: " + e.getMessage(), e);
    }
  }

  private static void drain(HttpResponse<InputStream> response) throws AdminException {
    try (InputStream body = response.body()) {
      body.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new AdminException(Kind.FAILED, "the answer: " + e.getMessage(), e);
    }
  }

  private static String query(Map<String, String> parameters) {
    if (parameters.isEmpty()) {
      return "";
    }
    return new TreeMap<>(parameters)
        .entrySet().stream()
            .map(parameter ->
                parameter.getKey()
                    + "="
                    + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8)
                        .replace("+", "%20"))
            .collect(Collectors.joining("&", "?", ""));
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
