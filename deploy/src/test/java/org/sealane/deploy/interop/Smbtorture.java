package org.sealane.deploy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * Samba's smbtorture with one share to work on. It runs suites one after the other, each in a
 * process of its own, as one of them may crash or hang.
 *
 * @param directory for its output
 * @param server where it connects
 * @param account as {@code USER%PASSWORD}
 */
record Smbtorture(Path directory, InetSocketAddress server, String share, String account) {
  private static final Path TOOL = Path.of("/usr/bin/smbtorture");
  private static final long SUITE_SECONDS_MAX = 90;
  private static final Pattern RESULT =
      Pattern.compile("^(success|failure|error|skip): (.*?)(?: \\[\\R(.*?)\\R\\])?$", flags());

  private static int flags() {
    return Pattern.MULTILINE | Pattern.DOTALL;
  }

  /** What became of one test. */
  enum Verdict {
    PASSED,
    FAILED,
    SKIPPED
  }

  /**
   * One test's end.
   *
   * @param said why, in the tool's words; empty if it passed
   */
  record Result(Verdict verdict, String said) {}

  /** Skips the test without the tool, unless tools are required. */
  static void require() {
    boolean found = Files.isExecutable(TOOL);
    if ("required".equals(System.getProperty("sealane.tools"))) {
      assertThat(found).as("smbtorture is installed").isTrue();
    }
    Assumptions.assumeTrue(found, "smbtorture is not installed");
  }

  /** Results of all tests of these suites that came to an end, by {@code SUITE.TEST}. */
  Map<String, Result> run(List<String> suites) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Path config = Files.writeString(directory.resolve("smb.conf"), "[global]\n");
    Map<String, Result> results = new TreeMap<>();
    for (String suite : suites) {
      Path output = directory.resolve(suite + ".txt");
      List<String> command =
          List.of(
              TOOL.toString(),
              "//" + server.getHostString() + "/" + share,
              "--configfile=" + config,
              "--user=" + account,
              "--smb-ports=" + server.getPort(),
              "--max-protocol=SMB3_11",
              "--seed=1",
              suite);
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(SUITE_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      parse(suite, Files.readString(output, StandardCharsets.ISO_8859_1), results);
    }
    return results;
  }

  private static void parse(String suite, String output, Map<String, Result> results) {
    Matcher matcher = RESULT.matcher(output);
    while (matcher.find()) {
      Verdict verdict =
          switch (matcher.group(1)) {
            case "success" -> Verdict.PASSED;
            case "skip" -> Verdict.SKIPPED;
            default -> Verdict.FAILED;
          };
      String said = matcher.group(3) == null ? "" : matcher.group(3).strip();
      results.put(suite + "." + matcher.group(2), new Result(verdict, said));
    }
  }
}
