package org.sealane.deploy.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.VerifiedDocument;
import org.sealane.cluster.identity.JoinBundle;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.CertificateMessages;
import org.sealane.deploy.config.ConfigException;
import org.sealane.deploy.config.NodeConfig;
import org.sealane.deploy.config.NodeConfigFile;
import org.sealane.deploy.draft.DraftException;
import org.sealane.deploy.draft.NodeAdministrator;
import org.sealane.deploy.enrol.ClusterKeys;
import org.sealane.deploy.node.NodeRuntime;
import org.sealane.deploy.node.NodeStartException;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.smb.auth.CredentialsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealane node}: nodes of a cluster, and the daemon of one. */
@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    description = "Nodes of a cluster.",
    subcommands = {
      NodeCommand.Enroll.class,
      NodeCommand.Revoke.class,
      NodeCommand.Renew.class,
      NodeCommand.Run.class,
      NodeCommand.ListNodes.class
    })
final class NodeCommand {

  /** Makes what lets a node in. */
  @Command(
      name = "enroll",
      mixinStandardHelpOptions = true,
      description = {
        "Writes the join bundle of a new node: its key and certificate.",
        "With a cluster to ask (--connect, --dir), the bundle says which epochs are in force, and"
            + " the node believes none that is older."
      })
  static final class Enroll implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;

    @Parameters(paramLabel = "NODE", description = "The node's name.")
    private String node;

    @Option(names = "--bundle", paramLabel = "OUT", required = true)
    private Path bundle;

    @Option(
        names = "--replace",
        description = "Enroll a name again: the key it had is good for nothing then.")
    private boolean replace;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      if (Files.exists(bundle)) {
        throw new CliFailure(bundle + ": exists already; remove it or take another name");
      }
      Console console = Console.of(spec);
      try {
        ClusterKeys keys = ClusterKeys.load(administrator.credentialsDirectory());
        if (administrator.namesCluster()) {
          enroll(keys, console);
        } else {
          keys.enroll(node).store(bundle);
          console.warn(
              "no cluster was asked (--connect HOST:PORT): the node believes the epochs it finds"
                  + " first");
        }
      } catch (CredentialsException | IllegalArgumentException e) {
        throw new CliFailure(e.getMessage(), e);
      }
      console.line(bundle + " lets " + node + " in; it holds the node's key: keep it secret");
      return 0;
    }

    private void enroll(ClusterKeys keys, Console console)
        throws CliFailure, AdminException, DraftException, CredentialsException {
      try (AdministratorOptions.Session session = administrator.open()) {
        NodeAdministrator nodes = session.nodes();
        List<VerifiedDocument> committed = nodes.committed();
        boolean known = nodes.enrolment(node, committed).isPresent();
        if (known && !replace) {
          throw new CliFailure(
              "node " + node + " is enrolled already; --replace makes its present key worthless");
        }
        JoinBundle made = keys.enroll(node, committed);
        made.store(bundle);
        if (known) {
          nodes.submit(made.documents());
        }
        console.progress("the node believes nothing older than " + committed.size() + " documents");
      }
    }
  }

  /** Bars a node. */
  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = {
        "Bars a node: its lanes end, and its certificate is good for nothing.",
        "Accounts are sealed again under a data key that it does not have. It may know the password"
            + " hashes of those it could open until now: see docs/security.md."
      })
  static final class Revoke implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;

    @Parameters(paramLabel = "NODE", description = "The node's name.")
    private String node;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      try (AdministratorOptions.Session session = administrator.open()) {
        session.nodes().revoke(node);
      } catch (CredentialsException e) {
        throw new CliFailure(e.getMessage(), e);
      }
      Console.of(spec).progress("node " + node + " revoked");
      return 0;
    }
  }

  /** A later end for a node's certificate. */
  @Command(
      name = "renew",
      mixinStandardHelpOptions = true,
      description = {
        "Certifies the key of a node that runs for another term, and has the node use it at once.",
        "Needs the CA's key, ca.key, among the credentials."
      })
  static final class Renew implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;

    @Parameters(paramLabel = "NAME", description = "The node's name; it must be live.")
    private String node;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      try (AdministratorOptions.Session session = administrator.open();
          AdminClient client = administrator.client(session, node)) {
        ClusterKeys keys = ClusterKeys.load(administrator.credentialsDirectory());
        NodeAdministrator nodes = session.nodes();
        DocumentContent.Node enrolled =
            nodes
                .enrolment(node, nodes.committed())
                .filter(known -> !known.revoked())
                .orElseThrow(() -> new CliFailure("node " + node + " is not enrolled"));
        X509Certificate present =
            client
                .getProven(
                    CertificateMessages.PATH, Map.of(), CertificateMessages.Certificate.class)
                .certificate();
        CertificateMessages.Renewed done =
            client.post(
                CertificateMessages.PATH,
                Map.of(),
                new CertificateMessages.Certificate(keys.renew(enrolled, present)),
                CertificateMessages.Renewed.class);
        Console.of(spec)
            .line("the certificate of node " + node + " is good until " + done.expires());
      } catch (CredentialsException | IllegalArgumentException e) {
        throw new CliFailure(e.getMessage(), e);
      }
      return 0;
    }
  }

  /** The daemon. */
  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      description = "Runs a node until SIGTERM, which drains it and leaves the cluster.")
  static final class Run implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", required = true)
    private Path config;

    @Option(names = "--check", description = "Only check the configuration and what it names.")
    private boolean check;

    @Override
    public Integer call() throws CliFailure, InterruptedException {
      try {
        NodeConfig parsed = NodeConfigFile.read(config);
        // Before the first logger is made.
        System.setProperty("sealane.log.dir", parsed.dataDirectory().resolve("log").toString());
        if (check) {
          NodeRuntime.check(parsed);
          NodeRuntime.checkDevices(parsed);
          Console.of(spec).line(config + ": good, node " + parsed.name());
          return 0;
        }
        runUntilStopped(parsed);
        return 0;
      } catch (ConfigException | NodeStartException e) {
        throw new CliFailure(e.getMessage(), e);
      }
    }

    private static void runUntilStopped(NodeConfig config)
        throws NodeStartException, InterruptedException {
      NodeRuntime node = NodeRuntime.start(config);
      CountDownLatch stopped = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .name("drain")
                  .unstarted(() -> {
                    node.close();
                    stopped.countDown();
                  }));
      stopped.await();
    }
  }

  /** Who is in the cluster. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the nodes of the cluster.")
  static final class ListNodes implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ClusterOptions cluster;
    @Mixin private OutputOption output;

    @Override
    public Integer call() throws CliFailure, AdminException {
      try (AdminClient client = cluster.client()) {
        ClusterStatus status = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
        output.print(Console.of(spec).out(), status.nodes(), () -> StatusTables.nodes(status));
      }
      return 0;
    }
  }
}
