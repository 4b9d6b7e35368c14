package org.sealane.deploy.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.deploy.units.HostPort;
import org.sealane.deploy.wire.WireLook;
import org.sealane.deploy.wire.WireVerdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealane verify-wire}: what of a volume's traffic can be read on the wire. */
@Command(
    name = "verify-wire",
    mixinStandardHelpOptions = true,
    description =
        "Writes canaries over a real lane of the volume, looks at the real bytes, and judges:"
            + " ENCRYPTED or PLAINTEXT SEEN. No policy is touched.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:ENCRYPTED",
      "1:PLAINTEXT SEEN, or the look failed",
      "2:wrong usage",
      "3:VOID, the capture is no evidence"
    })
final class VerifyWireCommand implements Callable<Integer> {
  private static final int PLAINTEXT = 1;
  private static final int VOID = 3;

  @Spec private CommandSpec spec;
  @Mixin private ClusterOptions cluster;
  @Mixin private OutputOption output;

  @Parameters(paramLabel = "VOLUME")
  private String volume;

  @Option(
      names = "--via",
      paramLabel = "NODE",
      description = "Write through this node, which does not own the volume.")
  private String via;

  @Option(
      names = "--by",
      paramLabel = "capture|relay",
      description =
          "Look at packets as the kernel shows them, or by a relay in the lane's path (default:"
              + " capture where that is permitted and the nodes are on this host).")
  private Point by;

  /** As it is written on the command line. */
  private enum Point {
    CAPTURE,
    RELAY
  }

  @Override
  public Integer call() throws CliFailure, AdminException {
    ClusterStatus status;
    try (AdminClient client = cluster.client()) {
      status = client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class);
    }
    ClusterStatus.Node owner = live(status, owner(status));
    ClusterStatus.Node from = from(status, owner);
    WireVerdict verdict;
    HostPort address = new HostPort(from.admin().host(), from.admin().port());
    Console console = Console.of(spec);
    console.progress("writing canaries through " + from.name());
    try (AdminClient client = cluster.client(List.of(address))) {
      verdict = new WireLook(client, from, owner, volume).look(point());
    } catch (IOException e) {
      throw new CliFailure(e.getMessage(), e);
    }
    output.print(console.out(), verdict, () -> table(verdict));
    return switch (verdict.verdict()) {
      case WireVerdict.ENCRYPTED -> 0;
      case WireVerdict.PLAINTEXT -> PLAINTEXT;
      default -> {
        console.warn("void: " + String.join("; ", verdict.voidBecause()));
        yield VOID;
      }
    };
  }

  private WireLook.Point point() {
    return switch (by) {
      case null -> WireLook.Point.BEST;
      case CAPTURE -> WireLook.Point.CAPTURE;
      case RELAY -> WireLook.Point.RELAY;
    };
  }

  private String owner(ClusterStatus status) throws CliFailure {
    ClusterStatus.Volume found =
        status.volumes().stream()
            .filter(known -> known.name().equals(volume))
            .findFirst()
            .orElseThrow(() -> new CliFailure("there is no volume named " + volume));
    if (found.owner() == null) {
      throw new CliFailure("no node owns volume " + volume + " now");
    }
    return found.owner();
  }

  private static ClusterStatus.Node live(ClusterStatus status, String name) throws CliFailure {
    return status.nodes().stream()
        .filter(node -> node.name().equals(name) && node.admin() != null)
        .findFirst()
        .orElseThrow(() -> new CliFailure("there is no live node " + name));
  }

  private ClusterStatus.Node from(ClusterStatus status, ClusterStatus.Node owner)
      throws CliFailure {
    if (via != null) {
      if (via.equals(owner.name())) {
        throw new CliFailure(
            via + " owns volume " + volume + ": nothing would pass over a lane; name another node");
      }
      return live(status, via);
    }
    return status.nodes().stream()
        .filter(node -> node.admin() != null && !node.name().equals(owner.name()))
        .findFirst()
        .orElseThrow(() ->
            new CliFailure(
                "no node but the owner "
                    + owner.name()
                    + " is live, so nothing passes over a lane"));
  }

  private static String table(WireVerdict verdict) {
    Table table =
        new Table("VOLUME", "FROM", "TO", "SEEN BY", "BYTES", "CANARIES", "CONTROLS", "VERDICT");
    table.row(
        verdict.volume(),
        verdict.from(),
        verdict.to(),
        verdict.capture(),
        verdict.bytesSeen(),
        verdict.canaries(),
        verdict.controls(),
        verdict.verdict());
    return table.render();
  }
}
