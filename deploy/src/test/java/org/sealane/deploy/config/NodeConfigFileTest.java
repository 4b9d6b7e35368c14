package org.sealane.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.server.Limit;

class NodeConfigFileTest {
  private static final Path BASE = Path.of("/etc/sealane");

  private static final String COMPLETE =
      """
      name: node1
      bundle: node1.bundle
      data-dir: data
      roots:
        - /srv/volumes
        - disks
      zookeeper: zk1:2181,zk2:2181
      session-timeout: 6s
      advertise: node1.example
      lane: 0.0.0.0:4551
      smb: 0.0.0.0:4451
      admin: 127.0.0.1:4651
      metrics: 127.0.0.1:4751
      transports: [tcp]
      limits:
        lane-connections: 100
        smb-connections: 50
        smb-opens: 9
        smb-credits: 64
      """;

  private static NodeConfig parse(String yaml) throws ConfigException {
    return NodeConfigFile.parse("node.yaml", BASE, yaml);
  }

  @Test
  void shouldReadEveryKeyWhenTheFileIsComplete() throws ConfigException {
    NodeConfig config = parse(COMPLETE);

    assertThat(config)
        .isEqualTo(
            new NodeConfig(
                "node1",
                Path.of("/etc/sealane/node1.bundle"),
                Path.of("/etc/sealane/data"),
                List.of(Path.of("/srv/volumes"), Path.of("/etc/sealane/disks")),
                "zk1:2181,zk2:2181",
                Duration.ofSeconds(6),
                "node1.example",
                new HostPort("0.0.0.0", 4551),
                new HostPort("0.0.0.0", 4451),
                new HostPort("127.0.0.1", 4651),
                new HostPort("127.0.0.1", 4751),
                List.of(LaneTransport.TCP),
                new NodeConfig.Limits(100, 50, Map.of(Limit.OPENS, 9, Limit.CREDITS, 64))));
  }

  @Test
  void shouldReadBackWhatItWrote() throws ConfigException {
    NodeConfig config = parse(COMPLETE);

    assertThat(parse(NodeConfigFile.text(config))).isEqualTo(config);
  }

  @Test
  void shouldTakeTheDeviceThatIsPinned() throws ConfigException {
    NodeConfig config =
        parse(COMPLETE.replace("[tcp]", "[rdma:rdma-core:mlx5_0, rdma:rdma-core, tcp]"));

    assertThat(config.transports())
        .containsExactly(
            LaneTransport.RDMA_CORE.on("mlx5_0"), LaneTransport.RDMA_CORE, LaneTransport.TCP);
    assertThat(parse(NodeConfigFile.text(config))).isEqualTo(config);
  }

  @Test
  void shouldFillInDefaultsWhenOptionalKeysAreAbsent() throws ConfigException {
    NodeConfig config =
        parse(
            """
            name: node1
            bundle: b
            data-dir: d
            zookeeper: zk:2181
            lane: 10.0.0.1:4551
            smb: 10.0.0.1:4451
            admin: 10.0.0.1:4651
            metrics: 10.0.0.1:4751
            """);

    assertThat(config.advertise()).isEqualTo("10.0.0.1");
    assertThat(config.transports()).containsExactly(LaneTransport.TCP);
    assertThat(config.roots()).isEmpty();
    assertThat(config.limits()).isEqualTo(NodeConfig.Limits.DEFAULT);
    assertThat(config.sessionTimeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: node1|name: node_1|node.yaml:1: name: 'node_1' is not a node name",
        "bundle: node1.bundle|bundel: x|node.yaml: bundle is missing",
        "transports: [tcp]|transports: [tpc]|node.yaml:14: transports: 'tpc' is not one of tcp,"
            + " rdma:software, rdma:rdma-core[:DEVICE]",
        "transports: [tcp]|transports: ['rdma:rdma-core:../x', tcp]|node.yaml:14: transports:"
            + " '../x' is not the name of a device",
        "transports: [tcp]|transports: ['rdma:software:shm', tcp]|node.yaml:14: transports:"
            + " rdma:software has no devices to name",
        "transports: [tcp]|transports: ['tcp:eth0']|node.yaml:14: transports: tcp has no devices",
        "transports: [tcp]|transports: tcp|node.yaml:14: transports: expected a" + " list",
        "transports: [tcp]|transports: []|node.yaml:14: transports: name at least",
        "lane: 0.0.0.0:4551|lane: 4551|node.yaml:10: lane: '4551' is not HOST:PORT",
        "lane: 0.0.0.0:4551|lane: 0.0.0.0:4451|node.yaml:11: smb: 0.0.0.0:4451 is the address of",
        "session-timeout: 6s|session-timeout: 10ms|node.yaml:8: session-timeout: '10ms' is not",
        "advertise: node1.example|advertise: 0.0.0.0|node.yaml:9: advertise: name the host",
        "lane-connections: 100|lane-connections: 0|node.yaml:16: limits.lane-connections: '0'",
        "lane-connections: 100|lanes: 1|node.yaml:16: unknown key limits.lanes; accepted: lane-con",
        "smb-opens: 9|smb-opens: 0|node.yaml:18: limits.smb-opens: opens: 0 is not within 1..",
        "smb-opens: 9|smb-opens: many|node.yaml:18: limits.smb-opens: 'many' is not a number",
        "session-timeout: 6s|sesion: 6s|node.yaml:8: unknown key sesion; accepted: name, bundle",
        "name: node1|name: [node1]|node.yaml:1: name: expected one value",
        "name: node1|name: 'node1|not YAML",
        "smb: 0.0.0.0:4451|lane: 0.0.0.0:4451|lane",
        "zookeeper: zk1:2181,zk2:2181|zookeeper: zk1|node.yaml:7: zookeeper: 'zk1' is not HOST:PORT"
      })
  void shouldSayWhatIsWrongAndWhere(String line, String replacement, String message) {
    String yaml = COMPLETE.replace(line, replacement);

    assertThatThrownBy(() -> parse(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void shouldNameTheFileWhenItCanNotBeRead(@TempDir Path directory) throws Exception {
    Path missing = directory.resolve("absent.yaml");
    assertThatThrownBy(() -> NodeConfigFile.read(missing)).hasMessage(missing + ": no such file");

    Path binary = Files.write(directory.resolve("binary.yaml"), new byte[] {(byte) 0xFF, 0});
    assertThatThrownBy(() -> NodeConfigFile.read(binary)).hasMessage(binary + ": not UTF-8 text");
  }

  @Test
  void shouldRefuseAnEmptyOrScalarDocument() {
    assertThatThrownBy(() -> parse("")).hasMessage("node.yaml: name is missing");
    assertThatThrownBy(() -> parse("hello")).hasMessageContaining("expected 'key: value' lines");
  }

  @Test
  void shouldRefuseDeepNestingWhenTheFileIsHostile() {
    assertThatThrownBy(() -> parse("[".repeat(1000))).isInstanceOf(ConfigException.class);
  }
}
