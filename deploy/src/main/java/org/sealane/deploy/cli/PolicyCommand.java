package org.sealane.deploy.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.DocumentMessages.History;
import org.sealane.deploy.admin.DocumentMessages.NodePause;
import org.sealane.deploy.admin.DocumentMessages.Policy;
import org.sealane.deploy.admin.DocumentMessages.PolicyDraft;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.admin.DocumentRoutes;
import org.sealane.deploy.draft.DraftException;
import org.sealane.deploy.explain.ExplainMessages;
import org.sealane.deploy.explain.ExplainMessages.Explained;
import org.sealane.deploy.units.ByteSize;
import org.sealane.deploy.units.TimeSpan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealane policy}: how the traffic of volumes travels. */
@Command(
    name = "policy",
    mixinStandardHelpOptions = true,
    description = "How the traffic of volumes travels: clear, signed or encrypted.",
    subcommands = {
      PolicyCommand.Show.class,
      PolicyCommand.Set.class,
      PolicyCommand.ShowHistory.class,
      ExplainCommand.class,
      PolicyReassertCommand.class
    })
final class PolicyCommand {

  /** Shows a policy. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Shows a volume's policy, or the one that new volumes get.")
  static final class Show implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ClusterOptions cluster;
    @Mixin private OutputOption output;

    @Parameters(paramLabel = "VOLUME", arity = "0..1")
    private String volume;

    @Override
    public Integer call() throws CliFailure, AdminException {
      try (AdminClient client = cluster.client()) {
        Policy policy = client.get(DocumentRoutes.POLICY, of(volume), Policy.class);
        output.print(Console.of(spec).out(), policy, () -> PolicyTables.policy(policy));
      }
      return 0;
    }
  }

  private static Map<String, String> of(String volume) {
    return volume == null ? Map.of() : Map.of("volume", volume);
  }

  /** Changes a policy. */
  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description =
          "Changes a policy. Every node turns to it while I/O goes on; --wait returns when all"
              + " have.")
  static final class Set implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;
    @Mixin private OutputOption output;

    @Parameters(paramLabel = "VOLUME", arity = "0..1")
    private String volume;

    @Option(names = "--default", description = "The policy that new volumes get.")
    private boolean template;

    @Option(
        names = "--csv",
        paramLabel = "LEVEL",
        description = "File traffic: clear, sign, encrypt.")
    private String csv;

    @Option(names = "--sbl", paramLabel = "LEVEL", description = "Block traffic: the same.")
    private String sbl;

    @Option(names = "--ciphers", paramLabel = "A,B", split = ",")
    private List<String> ciphers;

    @Option(names = "--signing", paramLabel = "A,B", split = ",")
    private List<String> signing;

    @Option(names = "--transport", paramLabel = "rdma-preferred|rdma-only|tcp-only")
    private String transport;

    @Option(
        names = "--rekey-after",
        paramLabel = "64GiB|1h",
        split = ",",
        description = "New keys after so many bytes, or so much time.")
    private List<String> rekeyAfter;

    @Option(names = "--wait", description = "Return when the turn is complete.")
    private boolean wait;

    @Option(names = "--timeout", paramLabel = "30s", defaultValue = "30s")
    private String timeout;

    @Option(names = "--supersede", description = "Replace a pending change that nobody sends yet.")
    private boolean supersede;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      if ((volume == null) != template) {
        throw new ParameterException(spec.commandLine(), "name a VOLUME, or give --default");
      }
      try (AdministratorOptions.Session session = administrator.open()) {
        Duration limit = TimeSpan.parse(timeout);
        long epoch = session.administrator().setPolicy(draft(session.client()), supersede);
        if (!wait || template) {
          Console.of(spec).progress("epoch " + epoch + (template ? " is in force" : " is pending"));
          return 0;
        }
        Turn turn = session.administrator().awaitTurn(volume, epoch, limit);
        if (!turn.state().equals("complete")) {
          throw new CliFailure(
              "the turn to epoch %d is %s%s after %s; missing: %s"
                  .formatted(
                      epoch,
                      turn.state(),
                      turn.step() == null ? "" : " in step " + turn.step(),
                      timeout,
                      String.join(", ", turn.missing())));
        }
        output.print(Console.of(spec).out(), turn, () -> PolicyTables.turn(turn));
        return 0;
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage(), e);
      }
    }

    private PolicyDraft draft(AdminClient client) throws AdminException {
      Long bytes = null;
      Long seconds = null;
      if (rekeyAfter != null) {
        // Both limits are in a policy; the one that was not named stays.
        Policy now = client.get(DocumentRoutes.POLICY, of(volume), Policy.class);
        bytes = now.rekeyBytes();
        seconds = now.rekeySeconds();
        for (String limit : rekeyAfter) {
          if (limit.endsWith("B")) {
            bytes = ByteSize.parse(limit);
          } else {
            seconds = TimeSpan.parse(limit).toSeconds();
          }
        }
      }
      return new PolicyDraft(volume, csv, sbl, ciphers, signing, transport, bytes, seconds);
    }
  }

  /** Shows how every epoch came into force. */
  @Command(
      name = "history",
      mixinStandardHelpOptions = true,
      description =
          "Shows every epoch of a volume's policy: its signer and its turn's times per step from"
              + " the signed ledger, and how long nodes held requests for it.")
  static final class ShowHistory implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ClusterOptions cluster;
    @Mixin private OutputOption output;

    @Parameters(paramLabel = "VOLUME")
    private String volume;

    @Override
    public Integer call() throws CliFailure, AdminException {
      History history;
      try (AdminClient client = cluster.client()) {
        history = client.get(DocumentRoutes.HISTORY, of(volume), History.class);
      }
      Explained explained = ExplainCommand.ask(cluster, volume);
      Console console = Console.of(spec);
      explained.silent().forEach(silent -> console.warn(silent + "; its pauses are not shown"));
      History whole = withPauses(history, explained);
      output.print(console.out(), whole.turns(), () -> PolicyTables.history(whole));
      return 0;
    }

    /** Joins the signed ledger with what each node's process knows of its own I/O. */
    static History withPauses(History history, Explained explained) {
      List<Turn> turns = new ArrayList<>();
      for (Turn turn : history.turns()) {
        List<NodePause> pauses = new ArrayList<>();
        for (ExplainMessages.Node node : explained.nodes()) {
          node.pauses().stream()
              .filter(pause -> pause.epoch() == turn.epoch())
              .map(pause ->
                  new NodePause(
                      node.node(),
                      pause.moves(),
                      pause.p50Micros(),
                      pause.p99Micros(),
                      pause.maxMicros()))
              .forEach(pauses::add);
        }
        turns.add(turn.with(pauses));
      }
      return new History(turns);
    }
  }
}
