package org.sealane.deploy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.deploy.interop.Smbtorture.Result;
import org.sealane.deploy.interop.Smbtorture.Verdict;
import org.sealane.deploy.interop.UserCluster.Via;
import org.sealane.smb.interop.SmbdServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chosen parts of Samba's smbtorture through the owner of a volume, through another node, and
 * against smbd in the same run. What once passed must pass: smbtorture-passed.txt is the ratchet.
 * The suites that take long run with {@code -Dsealane.smbtorture=all}, which also writes the table
 * of docs/interop.md.
 */
@Timeout(1200)
class SmbtortureIT {
  static final String SMBD = "smbd";

  private static final Logger LOG = LoggerFactory.getLogger(SmbtortureIT.class);
  private static final boolean ALL = "all".equals(System.getProperty("sealane.smbtorture"));
  private static final Path WRITTEN = Path.of("target", "smbtorture");

  private static final List<String> SUITES =
      List.of(
          "smb2.charset",
          "smb2.compound",
          "smb2.connect",
          "smb2.credits",
          "smb2.delete-on-close-perms",
          "smb2.deny",
          "smb2.fileid",
          "smb2.getinfo",
          "smb2.ioctl",
          "smb2.maximum_allowed",
          "smb2.mkdir",
          "smb2.openattr",
          "smb2.read",
          "smb2.rw",
          "smb2.session",
          "smb2.session-id",
          "smb2.session-require-signing",
          "smb2.setinfo",
          "smb2.sharemode",
          "smb2.tcon",
          "smb2.winattr");

  /** Each takes more than a few seconds, mostly to wait. */
  private static final List<String> LONG_SUITES =
      List.of(
          "smb2.compound_async",
          "smb2.compound_find",
          "smb2.create",
          "smb2.dir",
          "smb2.dosmode",
          "smb2.lock",
          "smb2.mangle",
          "smb2.maxfid",
          "smb2.rename",
          "smb2.sdread",
          "smb2.secleak",
          "smb2.timestamp_resolution",
          "smb2.timestamps");

  @TempDir private Path directory;

  @Test
  void shouldPassWhatOncePassed() throws Exception {
    Smbtorture.require();
    SmbdServer.require();
    List<String> suites = new ArrayList<>(SUITES);
    if (ALL) {
      suites.addAll(LONG_SUITES);
    }
    Map<String, Map<String, Result>> places = run(suites);

    List<String> passed = lines("smbtorture-passed.txt");
    List<String> lost = new ArrayList<>();
    for (String line : passed) {
      String place = line.substring(0, line.indexOf(' '));
      String test = line.substring(line.indexOf(' ') + 1);
      boolean ran = suites.stream().anyMatch(suite -> test.startsWith(suite + "."));
      Result result = places.get(place).get(test);
      if (ran && (result == null || result.verdict() != Verdict.PASSED)) {
        lost.add(line + ": " + (result == null ? "did not end" : result.said()));
      }
    }
    write(places, passed);
    assertThat(lost).as("tests that passed before").isEmpty();
  }

  private Map<String, Map<String, Result>> run(List<String> suites) throws Exception {
    SmbdServer smbd =
        SmbdServer.start(
            Files.createDirectories(directory.resolve("smbd")),
            Map.of("server signing", "required"));
    try (smbd;
        UserCluster cluster = UserCluster.start(directory, "v1", "v2");
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      String user = UserCluster.USER + "%" + UserCluster.PASSWORD;
      // A volume for each place, as the tests have fixed names for their files.
      Map<String, Smbtorture> tools = new LinkedHashMap<>();
      tools.put("owner", new Smbtorture(at("owner"), cluster.smb(Via.OWNER), "v1", user));
      tools.put("other", new Smbtorture(at("other"), cluster.smb(Via.OTHER), "v2", user));
      tools.put(
          SMBD,
          new Smbtorture(
              at(SMBD),
              smbd.address(),
              SmbdServer.SHARE,
              SmbdServer.USER + "%" + SmbdServer.PASSWORD));
      Map<String, Future<Map<String, Result>>> running = new LinkedHashMap<>();
      for (Map.Entry<String, Smbtorture> tool : tools.entrySet()) {
        Callable<Map<String, Result>> run = () -> tool.getValue().run(suites);
        running.put(tool.getKey(), executor.submit(run));
      }
      Map<String, Map<String, Result>> places = new LinkedHashMap<>();
      for (Map.Entry<String, Future<Map<String, Result>>> run : running.entrySet()) {
        places.put(run.getKey(), run.getValue().get());
      }
      return places;
    }
  }

  private Path at(String place) {
    return directory.resolve("torture-" + place);
  }

  private static void write(Map<String, Map<String, Result>> places, List<String> before)
      throws IOException {
    TreeSet<String> now = new TreeSet<>();
    places.forEach((place, results) -> {
      if (!place.equals(SMBD)) {
        results.forEach((test, result) -> {
          if (result.verdict() == Verdict.PASSED) {
            now.add(place + " " + test);
          }
        });
      }
    });
    TortureTable table =
        new TortureTable(
            places,
            lines("smbtorture-reasons.txt").stream().map(TortureTable.Reason::parse).toList());
    Files.createDirectories(WRITTEN);
    Files.write(WRITTEN.resolve("passed.txt"), now);
    Files.writeString(WRITTEN.resolve("table.md"), table.render());
    Files.write(WRITTEN.resolve("unexplained.txt"), table.unexplained());
    now.removeAll(before);
    now.forEach(test -> LOG.info("smbtorture: passes, and is not in the ratchet: {}", test));
  }

  /** Lines of a resource beside this class's, without comments. */
  private static List<String> lines(String name) throws IOException {
    try (InputStream in = SmbtortureIT.class.getResourceAsStream("/interop/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    }
  }
}
