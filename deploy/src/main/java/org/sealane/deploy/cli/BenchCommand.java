package org.sealane.deploy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.bench.BenchLanes;
import org.sealane.deploy.bench.BenchMatrix;
import org.sealane.deploy.bench.BenchReport;
import org.sealane.deploy.bench.BenchResult;
import org.sealane.deploy.bench.BenchSession;
import org.sealane.deploy.bench.Load;
import org.sealane.deploy.config.LaneTransport;
import org.sealane.deploy.draft.DraftException;
import org.sealane.deploy.units.ByteSize;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code sealane bench}: load over real lanes, between two nodes of a cluster or between two local
 * node processes of its own.
 */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures load over real lanes, and the limits of the machine in the same run.",
      "With --from and --to between two nodes of a cluster, over a scratch volume that is removed"
          + " afterwards; without, between two node processes of its own on this machine."
    })
final class BenchCommand implements Callable<Integer> {
  private static final String SCRATCH = "bench";
  private static final String LOCAL_FROM = "node2";
  private static final String LOCAL_TO = "node1";

  @Spec private CommandSpec spec;
  @Mixin private AdministratorOptions cluster;
  @Mixin private OutputOption output;

  @Option(names = "--from", paramLabel = "NODE", description = "The node that load is put on.")
  private String from;

  @Option(
      names = "--to",
      paramLabel = "NODE",
      description = "The node that has the scratch volume and disk.")
  private String to;

  @Option(names = "--kind", split = ",", defaultValue = "csv,sbl", paramLabel = "csv,sbl")
  private List<String> kinds;

  @Option(
      names = "--transport",
      split = ",",
      defaultValue = "tcp",
      paramLabel = "tcp,rdma",
      description =
          "rdma is what both nodes have open; between the command's own processes it is emulated:"
              + " rdma:software.")
  private List<String> transports;

  @Option(
      names = "--level",
      split = ",",
      defaultValue = "clear,sign,encrypt",
      paramLabel = "clear,sign,encrypt")
  private List<String> levels;

  @Option(names = "--cipher", split = ",", defaultValue = "AES-128-GCM", paramLabel = "A,B")
  private List<String> ciphers;

  @Option(names = "--op", split = ",", defaultValue = "read,write", paramLabel = "read,write")
  private List<String> operations;

  @Option(names = "--size", split = ",", defaultValue = "4KiB,64KiB,1MiB", paramLabel = "4KiB,1MiB")
  private List<String> sizes;

  @Option(names = "--depth", split = ",", defaultValue = "1,8,32", paramLabel = "1,8,32")
  private List<Integer> depths;

  @Option(names = "--seconds", defaultValue = "5", description = "Measured in each cell.")
  private int seconds;

  @Option(names = "--report", paramLabel = "DIR", description = "Write plots and a page there.")
  private Path report;

  @Override
  public Integer call() throws CliFailure, AdminException, InterruptedException {
    BenchMatrix matrix = matrix();
    requirePlace();
    Console console = Console.of(spec);
    BenchResult result;
    try {
      result =
          from == null
              ? measureHere(matrix, console)
              : new ClusterBench(cluster, from, to, matrix, console).run();
    } catch (DraftException | IOException e) {
      throw new CliFailure(e.getMessage(), e);
    }
    write(result);
    output.print(console.out(), result, () -> BenchTable.render(result));
    return 0;
  }

  private void requirePlace() {
    if ((from == null) != (to == null)) {
      throw usage("--from and --to go together");
    }
    if (from == null && cluster.isNamed()) {
      throw usage("on a cluster, --from and --to say between which nodes");
    }
    if (from != null && from.equals(to)) {
      throw usage("--from and --to are two nodes: no lane leads from a node to itself");
    }
  }

  private BenchResult measureHere(BenchMatrix matrix, Console console)
      throws CliFailure, AdminException, DraftException, IOException, InterruptedException {
    try (ScratchCluster local =
        ScratchCluster.start(directory(), 2, carriers(matrix), false, console::progress)) {
      return measure(local, matrix, console);
    }
  }

  private static Path directory() throws IOException {
    Path parent = Files.createTempDirectory("sealane-bench-");
    parent.toFile().deleteOnExit();
    return parent.resolve("cluster");
  }

  private BenchResult measure(ScratchCluster local, BenchMatrix matrix, Console console)
      throws AdminException, DraftException, IOException, InterruptedException {
    local.createVolume(SCRATCH, LOCAL_TO);
    local.addDisk(SCRATCH, LOCAL_TO, matrix.workingSetBytes(), SCRATCH);
    BenchSession.Place place =
        new BenchSession.Place(
            local.node(LOCAL_FROM), local.node(LOCAL_TO), "127.0.0.1", SCRATCH, SCRATCH);
    BenchLanes lanes = new BenchLanes(local.administrator(), local.any(), SCRATCH, LOCAL_FROM);
    return new BenchSession(place, lanes, matrix, progress(console)).run();
  }

  static BenchSession.Progress progress(Console console) {
    return (cell, cells, what) -> console.progress("%d of %d: %s".formatted(cell, cells, what));
  }

  private void write(BenchResult result) throws CliFailure {
    if (report == null) {
      return;
    }
    try {
      new BenchReport(result).write(report);
    } catch (IOException e) {
      throw new CliFailure("the report can not be written: " + e.getMessage(), e);
    }
  }

  private BenchMatrix matrix() {
    try {
      return new BenchMatrix(
          parse(kinds, LaneKind::valueOf),
          transports.stream().map(BenchCommand::transport).toList(),
          parse(levels, Level::valueOf),
          ciphers.stream()
              .map(word ->
                  CipherId.ofWord(word)
                      .orElseThrow(() -> new IllegalArgumentException("no cipher " + word)))
              .toList(),
          parse(operations, Load.Operation::valueOf),
          sizes.stream().map(size -> Math.toIntExact(ByteSize.parse(size))).toList(),
          depths,
          Duration.ofSeconds(seconds));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw usage(e.getMessage());
    }
  }

  private static TransportPreference transport(String word) {
    return switch (word) {
      case "tcp" -> TransportPreference.TCP_ONLY;
      case "rdma" -> TransportPreference.RDMA_ONLY;
      default -> throw new IllegalArgumentException("--transport: '" + word + "' is not tcp, rdma");
    };
  }

  private static List<LaneTransport> carriers(BenchMatrix matrix) {
    return matrix.transports().contains(TransportPreference.RDMA_ONLY)
        ? List.of(LaneTransport.RDMA_SOFTWARE, LaneTransport.TCP)
        : List.of(LaneTransport.TCP);
  }

  private static <T> List<T> parse(List<String> words, Function<String, T> valueOf) {
    return words.stream().map(word -> valueOf.apply(word.toUpperCase(Locale.ROOT))).toList();
  }

  private ParameterException usage(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
