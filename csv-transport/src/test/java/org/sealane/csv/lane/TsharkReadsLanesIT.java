package org.sealane.csv.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.csv.lane.LaneRelay.Direction;
import org.sealane.smb.lane.Level;
import org.sealane.smb.share.ShareOpen;

/** What passed on a lane, read by Wireshark's dissector: a reader that no one here wrote. */
class TsharkReadsLanesIT {
  private static final UUID VOLUME = new UUID(1, 2);
  private static final int LANE_PORT = 445;
  private static final int BLOCK_BYTES = 8_192;
  private static final long TOOL_SECONDS_MAX = 60;

  @TempDir Path directory;

  @BeforeEach
  void requireTshark() {
    boolean found = Files.isExecutable(Path.of("/usr/bin/tshark"));
    if ("required".equals(System.getProperty("sealane.tools"))) {
      assertThat(found).as("tshark is installed").isTrue();
    }
    Assumptions.assumeTrue(found, "tshark is not installed");
  }

  @Test
  void shouldReadEveryMessageOfAClearLaneWithoutComplaint() throws Exception {
    Path capture = capture(Level.CLEAR);

    assertThat(tshark(capture, "-Y", "_ws.malformed || _ws.expert.severity >= error")).isEmpty();
    List<String> commands = tshark(capture, "-Y", "smb2", "-T", "fields", "-e", "smb2.cmd");
    assertThat(commands).startsWith("0", "0", "1", "1").contains("3", "5", "6", "8", "9");
    assertThat(tshark(capture, "-Y", "smb2.dialect == 0x0311 && smb2.flags.response == 1"))
        .isNotEmpty();
    assertThat(tshark(capture, "-Y", "smb2.cmd == 9 && smb2.write_length == " + BLOCK_BYTES))
        .isNotEmpty();
    assertThat(tshark(capture, "-Y", "smb2.negotiate_context.type == 2")).hasSize(2);
  }

  @Test
  void shouldSeeOnlyTransformHeadersBehindTheTreeConnectOfASealedLane() throws Exception {
    Path capture = capture(Level.ENCRYPT);

    assertThat(tshark(capture, "-Y", "_ws.malformed || _ws.expert.severity >= error")).isEmpty();
    assertThat(tshark(capture, "-Y", "smb2.cmd == 8 || smb2.cmd == 9 || smb2.cmd == 5")).isEmpty();
    assertThat(tshark(capture, "-Y", "smb2.header.transform.msg_size")).hasSizeGreaterThan(4);
  }

  /** A file written, read and closed over a lane, as a capture file. */
  private Path capture(Level level) throws Exception {
    List<String> packets = new ArrayList<>();
    try (LaneVolumes volumes = new LaneVolumes(directory)) {
      volumes.add(VOLUME, level);
      try (ShareOpen file = volumes.open(VOLUME, "file")) {
        byte[] block = LaneVolumes.random(BLOCK_BYTES, 1);
        assertThat(LaneVolumes.writeAndRead(file, 0, block)).isEqualTo(block);
      }
      LaneRelay.Link link = volumes.relay.links().getFirst();
      List<byte[]> requests = link.frames(Direction.REQUEST);
      List<byte[]> responses = link.frames(Direction.RESPONSE);
      for (int i = 0; i < requests.size(); i++) {
        packets.add(packet("O", requests.get(i)));
        if (i < responses.size()) {
          packets.add(packet("I", responses.get(i)));
        }
      }
    }
    Path text = directory.resolve("frames.txt");
    Files.write(text, packets, StandardCharsets.US_ASCII);
    Path capture = directory.resolve("lane.pcap");
    run("text2pcap", "-q", "-D", "-T", "40000," + LANE_PORT, text.toString(), capture.toString());
    return capture;
  }

  /** One frame with its transport's prefix, as text2pcap reads it. */
  private static String packet(String direction, byte[] frame) {
    String prefix = HexFormat.of().toHexDigits(frame.length);
    String bytes = HexFormat.ofDelimiter(" ").formatHex(HexFormat.of().parseHex(prefix));
    return direction + "\n000000 " + bytes + " " + HexFormat.ofDelimiter(" ").formatHex(frame);
  }

  private List<String> tshark(Path capture, String... filter) throws Exception {
    List<String> command = new ArrayList<>(List.of("tshark", "-r", capture.toString()));
    command.addAll(List.of(filter));
    return run(command.toArray(String[]::new));
  }

  private List<String> run(String... command) throws IOException, InterruptedException {
    Path errors = Files.createTempFile(directory, "tool", ".err");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    List<String> lines;
    try (var output = process.inputReader()) {
      lines = output.lines().filter(line -> !line.isBlank()).toList();
    }
    assertThat(process.waitFor(TOOL_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
    return lines;
  }
}
