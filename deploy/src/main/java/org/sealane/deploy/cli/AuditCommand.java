package org.sealane.deploy.cli;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.sealane.cluster.audit.AuditReport;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.audit.AuditListing;
import org.sealane.deploy.audit.AuditMessages.Finding;
import org.sealane.deploy.audit.AuditMessages.Listed;
import org.sealane.deploy.audit.AuditMessages.Verdict;
import org.sealane.deploy.audit.RemoteAuditLog;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.auth.CertificateIdentity;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sealane audit}: the signed event log of every node. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "The signed, hash-chained event log of every node.",
    subcommands = {AuditCommand.ListRecords.class, AuditCommand.Verify.class})
final class AuditCommand {
  private static final int LAST_MAX = 100_000;

  private AuditCommand() {}

  /** One look at all nodes. */
  private static final class Cluster {
    private final ClusterOptions options;
    private final List<ClusterStatus.Node> nodes;
    private final CertificateIdentity answering;

    Cluster(ClusterOptions options) throws CliFailure, AdminException {
      this.options = options;
      try (AdminClient client = options.client()) {
        AdminClient.Proven<ClusterStatus> status =
            client.getProven(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
        this.nodes = status.value().nodes();
        this.answering = identity(status.certificate());
      }
    }

    private static CertificateIdentity identity(X509Certificate certificate) throws CliFailure {
      return CertificateIdentity.of(certificate)
          .orElseThrow(() -> new CliFailure("the node that answers has no name"));
    }

    interface Reader {
      void read(RemoteAuditLog log) throws AdminException, IOException;
    }

    /** Reads one node's log; says in one line why it can not be read, or nothing. */
    String read(ClusterStatus.Node node, Reader reader) throws CliFailure {
      if (node.admin() == null) {
        return "the node is " + node.state() + ", so its log can not be read";
      }
      HostPort address = new HostPort(node.admin().host(), node.admin().port());
      try (AdminClient client = options.client(List.of(address))) {
        reader.read(new RemoteAuditLog(client, answering.clusterId(), node.name()));
        return null;
      } catch (AdminException | IOException e) {
        return e.getMessage();
      }
    }
  }

  /** Shows what happened. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Shows the newest events of all nodes by time, as the nodes tell them.")
  static final class ListRecords implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ClusterOptions cluster;
    @Mixin private OutputOption output;

    @Option(names = "--node", paramLabel = "NODE", split = ",", description = "Only of these.")
    private List<String> only;

    @Option(
        names = "--kind",
        paramLabel = "KIND",
        split = ",",
        description = "Only of these kinds, as document-refused.")
    private List<String> kinds;

    @Option(
        names = "--last",
        paramLabel = "N",
        defaultValue = "200",
        description = "How many events at most (default: ${DEFAULT-VALUE}).")
    private int last;

    @Override
    public Integer call() throws CliFailure, AdminException {
      if (last < 1 || last > LAST_MAX) {
        throw new ParameterException(
            spec.commandLine(), "--last: " + last + " is not from 1 to " + LAST_MAX);
      }
      Console console = Console.of(spec);
      AuditListing listing =
          new AuditListing(last, kinds == null ? java.util.Set.of() : new HashSet<>(kinds));
      Cluster nodes = new Cluster(cluster);
      for (ClusterStatus.Node node : wanted(nodes)) {
        String problem =
            nodes.read(
                node,
                log ->
                    log.verify(
                        listing.of(node.name()), () -> console.progress(node.name() + ": again")));
        if (problem != null) {
          console.warn(node.name() + ": " + problem);
        }
      }
      List<Listed> records = listing.merged();
      output.print(console.out(), records, () -> AuditTables.records(records));
      return 0;
    }

    private List<ClusterStatus.Node> wanted(Cluster nodes) throws CliFailure {
      if (only == null) {
        return nodes.nodes;
      }
      List<ClusterStatus.Node> wanted = new ArrayList<>();
      for (String name : only) {
        wanted.add(
            nodes.nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                    new CliFailure(
                        "there is no node "
                            + name
                            + "; there are "
                            + nodes.nodes.stream()
                                .map(ClusterStatus.Node::name)
                                .collect(Collectors.joining(", ")))));
      }
      return wanted;
    }
  }

  /** Looks through every log. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description =
          "Reads every node's log and verifies it with the node's certificate; names each record"
              + " that was touched or is missing, and exits 1 then.")
  static final class Verify implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ClusterOptions cluster;
    @Mixin private OutputOption output;

    @Override
    public Integer call() throws CliFailure, AdminException {
      Console console = Console.of(spec);
      Cluster nodes = new Cluster(cluster);
      List<Verdict> verdicts = new ArrayList<>();
      for (ClusterStatus.Node node : nodes.nodes) {
        console.progress("reading the log of " + node.name());
        verdicts.add(verdict(nodes, node));
      }
      output.print(console.out(), verdicts, () -> AuditTables.verdicts(verdicts));
      String failure =
          verdicts.stream()
              .filter(verdict -> !verdict.whole())
              .map(Verify::oneLine)
              .collect(Collectors.joining("; "));
      if (!failure.isEmpty()) {
        throw new CliFailure(failure);
      }
      return 0;
    }

    /** What is found here counts; what the node finds itself is asked for as a second opinion. */
    private static Verdict verdict(Cluster nodes, ClusterStatus.Node node) throws CliFailure {
      List<Verdict> found = new ArrayList<>();
      String problem =
          nodes.read(
              node,
              log -> {
                AuditReport report = log.verify(_ -> {}, () -> {});
                Verdict here = Verdict.of(node.name(), report);
                Verdict there = log.ownVerdict();
                found.add(here.whole() && !there.whole() ? there : here);
              });
      return problem == null ? found.getFirst() : Verdict.unknown(node.name(), problem);
    }

    private static String oneLine(Verdict verdict) {
      String what =
          verdict.problem() == null
              ? verdict.findings().stream().map(Finding::text).collect(Collectors.joining(", "))
              : "not verified: " + verdict.problem();
      return verdict.node() + ": " + AuditTables.printable(what);
    }
  }
}
