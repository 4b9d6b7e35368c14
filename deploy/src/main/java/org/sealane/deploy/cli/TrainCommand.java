package org.sealane.deploy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.sealane.cluster.identity.JoinBundle;
import org.sealane.cluster.identity.PeerPolicy;
import org.sealane.cluster.identity.TlsContexts;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminReply;
import org.sealane.deploy.admin.AdminRoute;
import org.sealane.deploy.admin.AdminServer;
import org.sealane.deploy.enrol.ClusterKeys;
import org.sealane.deploy.json.Json;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.Enrollment;
import picocli.CommandLine.Command;

/**
 * {@code sealane train}: what the launcher runs once a build to learn which classes a command
 * loads. Asks an admin port of this process, with keys that are thrown away.
 */
@Command(
    name = "train",
    hidden = true,
    description = "Loads what a command that asks a node loads.")
final class TrainCommand implements Callable<Integer> {
  @Override
  public Integer call() throws IOException, CredentialsException, CliFailure, AdminException {
    Path directory = Files.createTempDirectory("sealane-train");
    try {
      train(directory);
    } finally {
      delete(directory);
    }
    return 0;
  }

  private static void train(Path directory)
      throws IOException, CredentialsException, CliFailure, AdminException {
    ClusterKeys keys = ClusterKeys.create("train", directory);
    JoinBundle node = keys.enroll("node1");
    SSLContext tls =
        TlsContexts.create(
            node.credentials()::keys,
            PeerPolicy.adminPort(keys.clusterId(), _ -> Enrollment.Verdict.ACCEPTED),
            Clock.systemUTC(),
            new SecureRandom());
    ClusterStatus empty =
        new ClusterStatus("train", "none", List.of(), List.of(), List.of(), List.of());
    AdminRoute route =
        new AdminRoute(
            AdminRoute.Method.GET,
            ClusterStatus.PATH,
            AdminRoute.Access.ADMINISTRATORS,
            _ -> new AdminReply.Value(empty));
    try (AdminServer server =
            AdminServer.start(HostPort.parse("127.0.0.1:0"), tls, List.of(route));
        AdminClient client = ClusterOptions.client(List.of(server.address()), directory)) {
      ClusterStatus status = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
      if (Json.pretty(status).isEmpty() || StatusTables.render(status).isEmpty()) {
        throw new CliFailure("a status has a text");
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
