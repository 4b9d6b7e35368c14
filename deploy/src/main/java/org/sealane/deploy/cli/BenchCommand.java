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

/** {@code sealane bench}: load over real lanes between two local node processes. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures load over real lanes, and the limits of the machine in the same run.")
final class BenchCommand implements Callable<Integer> {
  private static final String SCRATCH = "bench";
  private static final String FROM = "node2";
  private static final String TO = "node1";

  @Spec private CommandSpec spec;
  @Mixin private OutputOption output;

  @Option(names = "--kind", split = ",", defaultValue = "csv,sbl", paramLabel = "csv,sbl")
  private List<String> kinds;

  @Option(
      names = "--transport",
      split = ",",
      defaultValue = "tcp",
      paramLabel = "tcp,rdma",
      description = "rdma is emulated between the two processes: rdma:software.")
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
    Console console = Console.of(spec);
    BenchResult result;
    try (ScratchCluster cluster =
        ScratchCluster.start(directory(), 2, carriers(matrix), false, console::progress)) {
      result = measure(cluster, matrix, console);
    } catch (DraftException | IOException e) {
      throw new CliFailure(e.getMessage(), e);
    }
    write(result);
    output.print(console.out(), result, () -> BenchTable.render(result));
    return 0;
  }

  private static Path directory() throws IOException {
    Path parent = Files.createTempDirectory("sealane-bench-");
    parent.toFile().deleteOnExit();
    return parent.resolve("cluster");
  }

  private BenchResult measure(ScratchCluster cluster, BenchMatrix matrix, Console console)
      throws AdminException, DraftException, IOException, InterruptedException {
    cluster.createVolume(SCRATCH, TO);
    cluster.addDisk(SCRATCH, TO, matrix.workingSetBytes(), SCRATCH);
    BenchSession.Place place =
        new BenchSession.Place(cluster.node(FROM), cluster.node(TO), "127.0.0.1", SCRATCH, SCRATCH);
    BenchLanes lanes = new BenchLanes(cluster.administrator(), cluster.any(), SCRATCH, FROM);
    return new BenchSession(
            place,
            lanes,
            matrix,
            (cell, cells, what) -> console.progress("%d of %d: %s".formatted(cell, cells, what)))
        .run();
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
