package org.sealane.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A look at the real bytes between two node processes. */
@Timeout(300)
class VerifyWireIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path directory;

  private static CommandRun run(String... arguments) throws IOException, InterruptedException {
    return CommandRun.of(directory, arguments);
  }

  private static void good(String... arguments) throws IOException, InterruptedException {
    CommandRun run = run(arguments);
    assertThat(run.err()).as(String.join(" ", arguments)).isEmpty();
    assertThat(run.exit()).isZero();
  }

  private static LocalCluster cluster() throws IOException {
    return LocalCluster.open(new LocalDirectory(directory.resolve(".sealane")));
  }

  @BeforeAll
  static void up() throws Exception {
    good("up", "--nodes", "2");
    good("volume", "create", "open", "--owner", "node1", "--path", "open");
    good("volume", "create", "shut", "--owner", "node1", "--path", "shut");
    good("policy", "set", "open", "--csv", "sign", "--wait", "--timeout", "60s");
  }

  @AfterAll
  static void down() throws Exception {
    if (Files.exists(directory.resolve(".sealane/cluster.json"))) {
      cluster().stop();
    }
  }

  private static void assertJudges(String by, String place) throws Exception {
    CommandRun shut = run("verify-wire", "shut", "--by", by, "--output", "json");
    assertThat(shut.err()).isEmpty();
    assertThat(shut.exit()).isZero();
    JsonNode verdict = JSON.readTree(shut.out());
    assertThat(verdict.at("/verdict").asText()).isEqualTo("ENCRYPTED");
    assertThat(verdict.at("/canaries").asLong()).isZero();
    assertThat(verdict.at("/controls").asLong()).isGreaterThanOrEqualTo(2);
    assertThat(verdict.at("/capture").asText()).contains(place);
    assertThat(verdict.at("/bytesSeen").asLong())
        .isGreaterThanOrEqualTo(verdict.at("/bytesWritten").asLong());

    CommandRun open = run("verify-wire", "open", "--by", by);
    assertThat(open.exit()).isEqualTo(1);
    assertThat(open.out()).contains("PLAINTEXT SEEN").contains(place);
  }

  @Test
  void shouldJudgeByARelayAndLeaveNothingBehind() throws Exception {
    assertJudges("relay", "relay");

    assertThat(run("ls", "shut:/").out()).doesNotContain("sealane-wire");
    Path file = Files.write(directory.resolve("after.bin"), new byte[1000]);
    good("cp", file.toString(), "shut:/after.bin", "--via", "node2");
  }

  @Test
  void shouldJudgeByACaptureWhereThatIsPermitted() throws Exception {
    CommandRun probe = run("verify-wire", "shut", "--by", "capture");
    assumeThat(probe.err()).doesNotContain("packets can not be captured here");
    assertJudges("capture", "dumpcap on lo");
  }

  @Test
  void shouldSayInOneLineWhyThereIsNothingToLookAt() throws Exception {
    CommandRun owner = run("verify-wire", "shut", "--via", "node1");
    assertThat(owner.exit()).isEqualTo(1);
    assertThat(owner.err()).startsWith("sealane: node1 owns volume shut").hasLineCount(1);
    assertThat(run("verify-wire", "none").err())
        .isEqualTo("sealane: there is no volume named none\n");
    assertThat(run("verify-wire").exit()).isEqualTo(2);
  }
}
