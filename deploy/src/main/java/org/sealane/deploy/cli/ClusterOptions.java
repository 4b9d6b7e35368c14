package org.sealane.deploy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.sealane.cluster.identity.AdminCredentials;
import org.sealane.cluster.identity.PeerPolicy;
import org.sealane.cluster.identity.TlsContexts;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.local.LocalCluster;
import org.sealane.deploy.local.LocalDirectory;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.Enrollment;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which cluster a command is about, and what proves that it may. */
final class ClusterOptions {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "A local cluster made by 'up' (default: ./.sealane if it is there).")
  private Path directory;

  @Option(
      names = "--connect",
      paramLabel = "HOST:PORT",
      split = ",",
      description = "Admin ports of nodes, tried in order.")
  private List<String> connect;

  @Option(
      names = "--credentials",
      paramLabel = "DIR",
      description = "The administrator's credentials, as 'cluster init' wrote them.")
  private Path credentials;

  /** A client for the cluster's admin ports. The caller closes it. */
  AdminClient client() throws CliFailure {
    return client(addresses());
  }

  /** A client for other admin ports of the same cluster. The caller closes it. */
  AdminClient client(List<HostPort> addresses) throws CliFailure {
    return client(addresses, credentialsDirectory());
  }

  /** What is asked of one node. */
  @FunctionalInterface
  interface NodeQuestion {
    void ask(AdminClient node) throws AdminException, CliFailure;
  }

  /** Asks every node that has announced an admin port, one after the other. */
  void eachNode(NodeQuestion question) throws AdminException, CliFailure {
    try (AdminClient any = client()) {
      for (ClusterStatus.Node node :
          any.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class).nodes()) {
        if (node.admin() != null) {
          HostPort address = new HostPort(node.admin().host(), node.admin().port());
          try (AdminClient client = client(List.of(address))) {
            question.ask(client);
          }
        }
      }
    }
  }

  /** A client that proves itself with what is in {@code credentials}. */
  static AdminClient client(List<HostPort> addresses, Path credentials) throws CliFailure {
    AdminCredentials admin;
    try {
      admin = AdminCredentials.load(credentials);
    } catch (CredentialsException e) {
      throw new CliFailure(e.getMessage(), e);
    }
    // A command knows no list of enrolled nodes: whoever the CA certified as a node may answer.
    PeerPolicy anyNode =
        PeerPolicy.anyNode(admin.identity().clusterId(), _ -> Enrollment.Verdict.ACCEPTED);
    return new AdminClient(
        addresses, TlsContexts.create(admin::keys, anyNode, Clock.systemUTC(), new SecureRandom()));
  }

  /** Where the administrator's keys are. */
  Path credentialsDirectory() throws CliFailure {
    if (credentials != null) {
      return Files.isRegularFile(credentials)
          ? credentials.toAbsolutePath().getParent()
          : credentials;
    }
    if (connect != null) {
      throw new ParameterException(command.commandLine(), "--connect needs --credentials DIR");
    }
    return local().credentials();
  }

  private List<HostPort> addresses() throws CliFailure {
    if (connect == null) {
      return localCluster().adminAddresses();
    }
    if (directory != null) {
      throw new ParameterException(command.commandLine(), "--dir or --connect, not both");
    }
    try {
      return connect.stream().map(HostPort::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--connect: " + e.getMessage(), e);
    }
  }

  /** Whether there is a cluster to ask: not where only a directory of credentials was named. */
  boolean namesCluster() {
    return credentials == null || directory != null || connect != null;
  }

  /** Whether anything was said of the cluster. */
  boolean isNamed() {
    return directory != null || connect != null || credentials != null;
  }

  /** Whether the cluster was named by its admin ports. */
  boolean isRemote() {
    return connect != null;
  }

  /** The local cluster that is meant, which must be there. */
  LocalCluster localCluster() throws CliFailure {
    try {
      return LocalCluster.open(local());
    } catch (IOException e) {
      throw new CliFailure(e.getMessage(), e);
    }
  }

  private LocalDirectory local() throws CliFailure {
    return local(directory);
  }

  /** The directory of a local cluster, which must be there; null for the default one. */
  static LocalDirectory local(Path directory) throws CliFailure {
    LocalDirectory local =
        new LocalDirectory(directory == null ? Path.of(LocalDirectory.DEFAULT_NAME) : directory);
    if (Files.isRegularFile(local.manifest())) {
      return local;
    }
    throw new CliFailure(
        directory == null
            ? "no local cluster here; run 'sealane up', or name a cluster by --dir or --connect"
            : "no local cluster in "
                + directory
                + "; 'sealane up --dir "
                + directory
                + "' makes one");
  }
}
