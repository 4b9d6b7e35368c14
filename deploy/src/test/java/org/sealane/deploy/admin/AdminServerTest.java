package org.sealane.deploy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.admin.AdminRoute.Access;
import org.sealane.deploy.admin.AdminRoute.Method;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.auth.Enrollment;

@Timeout(60)
class AdminServerTest {
  private static final HostPort ANY_PORT = HostPort.parse("127.0.0.1:0");

  /** What test routes exchange. */
  record Word(String word) {}

  private final TestCluster cluster = new TestCluster();
  private final AtomicInteger changes = new AtomicInteger();
  private AdminServer server;

  @BeforeEach
  void start() throws IOException {
    server = AdminServer.start(ANY_PORT, cluster.server(TestPeers.NODE2_ONLY), routes());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private List<AdminRoute> routes() {
    return List.of(
        AdminRoute.read(
            "/echo", request -> new AdminReply.Value(new Word(request.required("word")))),
        AdminRoute.read("/who", request -> new AdminReply.Value(new Word(request.caller().name()))),
        AdminRoute.change(
            Method.POST,
            "/change",
            request -> {
              Word word = request.json(Word.class);
              changes.incrementAndGet();
              return new AdminReply.Value(word);
            }),
        AdminRoute.change(
            Method.PUT,
            "/length",
            request -> {
              long length = request.body().transferTo(java.io.OutputStream.nullOutputStream());
              changes.set(Math.toIntExact(length));
              return new AdminReply.Done();
            }),
        AdminRoute.read(
            "/bytes",
            _ ->
                new AdminReply.Stream(
                    3, out -> out.write("abc".getBytes(StandardCharsets.US_ASCII)))),
        AdminRoute.read(
            "/broken",
            _ ->
                new AdminReply.Stream(
                    1 << 20,
                    out -> {
                      out.write(new byte[1 << 19]);
                      throw new IOException("the disk failed");
                    })),
        AdminRoute.read(
            "/absent",
            _ -> {
              throw new AdminException(Kind.ABSENT, "there is no volume v9");
            }));
  }

  private AdminClient as(SSLContext caller) {
    return new AdminClient(List.of(server.address()), caller);
  }

  /** A node that was barred did nothing of what it was asked, so another can be asked. */
  @Test
  void shouldAskAnotherNodeWhenOneIsBarred() throws Exception {
    List<AdminRoute> barred =
        routes().stream()
            .map(route ->
                route.unless(
                    () -> Optional.of(new AdminException(Kind.BARRED, "node node1 was revoked"))))
            .toList();
    try (AdminServer gone =
        AdminServer.start(ANY_PORT, cluster.server(TestPeers.NODE2_ONLY), barred)) {
      try (AdminClient client =
          new AdminClient(List.of(gone.address(), server.address()), cluster.admin())) {
        assertThat(client.post("/change", Map.of(), new Word("x"), Word.class))
            .isEqualTo(new Word("x"));
        assertThat(changes).hasValue(1);
      }
      try (AdminClient client = new AdminClient(List.of(gone.address()), cluster.admin())) {
        assertThatThrownBy(() -> client.get("/who", Map.of(), Word.class))
            .hasMessageContaining("node1 was revoked");
      }
    }
  }

  @Nested
  class Authorisation {
    @Test
    void shouldServeAdministrators() throws AdminException {
      try (AdminClient client = as(cluster.admin())) {
        assertThat(client.get("/who", Map.of(), Word.class)).isEqualTo(new Word("alice"));
        assertThat(client.post("/change", Map.of(), new Word("x"), Word.class))
            .isEqualTo(new Word("x"));
        assertThat(changes).hasValue(1);
      }
    }

    @Test
    void shouldLetNodesReadButChangeNothing() throws AdminException {
      try (AdminClient client = as(cluster.node("node2"))) {
        assertThat(client.get("/who", Map.of(), Word.class)).isEqualTo(new Word("node2"));
        assertThatThrownBy(() -> client.post("/change", Map.of(), new Word("x"), Word.class))
            .asInstanceOf(type(AdminException.class))
            .extracting(AdminException::kind)
            .isEqualTo(Kind.FORBIDDEN);
        assertThat(changes).hasValue(0);
      }
    }

    @Test
    void shouldRefuseNodesThatAreNotEnrolled() {
      try (AdminClient client = as(cluster.node("node3"))) {
        assertThatThrownBy(() -> client.get("/who", Map.of(), Word.class))
            .isInstanceOf(AdminException.class);
      }
    }

    @Test
    void shouldRefuseCertificatesOfAnotherAuthority() {
      TestCluster other = new TestCluster();
      try (AdminClient client = as(other.admin())) {
        assertThatThrownBy(() -> client.get("/who", Map.of(), Word.class))
            .asInstanceOf(type(AdminException.class))
            .extracting(AdminException::kind)
            .isEqualTo(Kind.FORBIDDEN);
      }
    }

    @Test
    void shouldRefuseCallersWithoutACertificate() {
      SSLContext anonymous = TestPeers.withoutCertificate();
      try (AdminClient client = as(anonymous)) {
        assertThatThrownBy(() -> client.get("/who", Map.of(), Word.class))
            .isInstanceOf(AdminException.class);
      }
    }

    @Test
    void shouldNotAllowARouteThatLetsOthersChange() {
      assertThatThrownBy(() ->
              new AdminRoute(Method.POST, "/change", Access.MEMBERS, _ -> new AdminReply.Done()))
          .hasMessage("/change changes something: for administrators only");
    }
  }

  @Nested
  class Exchange {
    private AdminClient client;

    @BeforeEach
    void connect() {
      client = as(cluster.admin());
    }

    @AfterEach
    void disconnect() {
      client.close();
    }

    @Test
    void shouldCarryParametersUnchanged() throws AdminException {
      String awkward = "/a b+c&d=e%20 ü?#";
      assertThat(client.get("/echo", Map.of("word", awkward), Word.class))
          .isEqualTo(new Word(awkward));
    }

    @Test
    void shouldSayWhichParameterIsMissing() {
      assertThatThrownBy(() -> client.get("/echo", Map.of(), Word.class))
          .hasMessage("parameter word is missing");
    }

    @Test
    void shouldGiveTheHandlersReasonAndKind() {
      assertThatThrownBy(() -> client.get("/absent", Map.of(), Word.class))
          .asInstanceOf(type(AdminException.class))
          .returns(Kind.ABSENT, AdminException::kind)
          .returns("there is no volume v9", Throwable::getMessage);
    }

    @Test
    void shouldStreamBothWays() throws Exception {
      client.put("/length", Map.of(), BodyPublishers.ofByteArray(new byte[5 << 20]));
      assertThat(changes).hasValue(5 << 20);
      try (InputStream bytes = client.stream("/bytes", Map.of())) {
        assertThat(bytes.readAllBytes()).asString(StandardCharsets.US_ASCII).isEqualTo("abc");
      }
    }

    @Test
    void shouldBreakTheConnectionWhenAStreamFailsHalfWay() {
      assertThatThrownBy(
              () -> {
                try (InputStream bytes = client.stream("/broken", Map.of())) {
                  bytes.readAllBytes();
                }
              })
          .isInstanceOf(IOException.class);
    }

    @Test
    void shouldRefuseADocumentThatIsTooLong() {
      Word huge = new Word("x".repeat(1 << 20));
      assertThatThrownBy(() -> client.post("/change", Map.of(), huge, Word.class))
          .hasMessageContaining("longer than");
      assertThat(changes).hasValue(0);
    }

    @Test
    void shouldRefuseABodyThatIsNotJson() {
      assertThatThrownBy(
              () -> client.post("/change", Map.of(), List.of("not a record"), Word.class))
          .asInstanceOf(type(AdminException.class))
          .extracting(AdminException::kind)
          .isEqualTo(Kind.INVALID);
    }
  }

  @Nested
  class Addresses {
    @Test
    void shouldAskTheNextNodeWhenOneIsDown() throws Exception {
      AdminServer gone =
          AdminServer.start(ANY_PORT, cluster.server(TestPeers.NODE2_ONLY), routes());
      gone.close();
      try (AdminClient client =
          new AdminClient(List.of(gone.address(), server.address()), cluster.admin())) {
        assertThat(client.get("/who", Map.of(), Word.class)).isEqualTo(new Word("alice"));
      }
    }

    @Test
    void shouldNameEveryAddressWhenNoneAnswers() {
      server.close();
      try (AdminClient client = as(cluster.admin())) {
        assertThatThrownBy(() -> client.get("/who", Map.of(), Word.class))
            .hasMessageStartingWith("no node answers at " + server.address());
      }
    }

    @Test
    void shouldNameTheAddressWhenItIsTaken() {
      SSLContext tls = cluster.server(certificate -> Enrollment.Verdict.ACCEPTED);
      assertThatThrownBy(() -> AdminServer.start(server.address(), tls, List.of()))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("admin: can not listen on " + server.address());
    }
  }
}
