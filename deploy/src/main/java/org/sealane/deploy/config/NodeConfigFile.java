package org.sealane.deploy.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.sealane.deploy.config.NodeConfig.Limits;
import org.sealane.deploy.units.HostPort;
import org.sealane.deploy.units.TimeSpan;
import org.sealane.smb.server.Limit;

/** Reads and writes {@code node.yaml}. Relative paths in it are relative to the file. */
public final class NodeConfigFile {
  private static final String NODE_NAME = "[A-Za-z0-9][A-Za-z0-9.-]{0,62}";
  private static final Duration SESSION_TIMEOUT_MIN = Duration.ofSeconds(1);
  private static final Duration SESSION_TIMEOUT_MAX = Duration.ofMinutes(2);
  private static final Duration SESSION_TIMEOUT_DEFAULT = Duration.ofSeconds(10);

  /** More connections than this one process can serve well. */
  private static final int CONNECTIONS_MAX = 65_536;

  private NodeConfigFile() {}

  /** Reads and checks {@code file}. */
  public static NodeConfig read(Path file) throws ConfigException {
    String yaml;
    try {
      yaml = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": no such file", e);
    } catch (MalformedInputException e) {
      throw new ConfigException(file + ": not UTF-8 text", e);
    } catch (IOException e) {
      throw new ConfigException(file + ": can not be read: " + e.getMessage(), e);
    }
    return parse(file.toString(), file.toAbsolutePath().getParent(), yaml);
  }

  /** Parses {@code yaml}; {@code source} names it in errors, {@code base} resolves its paths. */
  static NodeConfig parse(String source, Path base, String yaml) throws ConfigException {
    Section root = Section.root(source, YamlNode.parse(source, yaml));
    Function<String, Path> path = text -> path(base, text);
    String name = root.required("name", NodeConfigFile::nodeName);
    Path bundle = root.required("bundle", path);
    Path dataDirectory = root.required("data-dir", path);
    List<Path> roots = root.list("roots", path).orElse(List.of());
    String zookeeper = root.required("zookeeper", NodeConfigFile::ensemble);
    Duration sessionTimeout =
        root.value("session-timeout", NodeConfigFile::sessionTimeout)
            .orElse(SESSION_TIMEOUT_DEFAULT);
    HostPort lane = root.required("lane", HostPort::parse);
    HostPort smb = root.required("smb", HostPort::parse);
    HostPort admin = root.required("admin", HostPort::parse);
    HostPort metrics = root.required("metrics", HostPort::parse);
    String advertise = root.value("advertise", NodeConfigFile::host).orElse(lane.host());
    List<LaneTransport> transports =
        root.list("transports", LaneTransport::parse).orElse(List.of(LaneTransport.TCP));
    Limits limits = limits(root.section("limits"));
    root.requireNothingElse();
    if (new HostPort(advertise, 0).isWildcard()) {
      throw root.refuse("advertise", "name the host that others reach this node by");
    }
    if (transports.isEmpty()) {
      throw root.refuse("transports", "name at least one of " + LaneTransport.words());
    }
    if (!transports.contains(LaneTransport.TCP)) {
      throw root.refuse("transports", "name tcp too: lanes fall back to it");
    }
    requireApart(root, List.of(lane, smb, admin, metrics));
    return new NodeConfig(
        name,
        bundle,
        dataDirectory,
        roots,
        zookeeper,
        sessionTimeout,
        advertise,
        lane,
        smb,
        admin,
        metrics,
        transports,
        limits);
  }

  /** The text of {@code config} as {@link #read} takes it. */
  public static String text(NodeConfig config) {
    StringBuilder yaml = new StringBuilder();
    yaml.append("name: ").append(config.name()).append('\n');
    yaml.append("bundle: ").append(quoted(config.bundle().toString())).append('\n');
    yaml.append("data-dir: ").append(quoted(config.dataDirectory().toString())).append('\n');
    yaml.append("roots:\n");
    config
        .roots()
        .forEach(root -> yaml.append("  - ").append(quoted(root.toString())).append('\n'));
    yaml.append("zookeeper: ").append(quoted(config.zookeeper())).append('\n');
    yaml.append("session-timeout: ").append(TimeSpan.exact(config.sessionTimeout())).append('\n');
    yaml.append("advertise: ").append(quoted(config.advertise())).append('\n');
    yaml.append("lane: ").append(quoted(config.lane().toString())).append('\n');
    yaml.append("smb: ").append(quoted(config.smb().toString())).append('\n');
    yaml.append("admin: ").append(quoted(config.admin().toString())).append('\n');
    yaml.append("metrics: ").append(quoted(config.metrics().toString())).append('\n');
    yaml.append("transports: [").append(words(config.transports())).append("]\n");
    yaml.append("limits:\n");
    yaml.append("  lane-connections: ").append(config.limits().laneConnections()).append('\n');
    yaml.append("  smb-connections: ").append(config.limits().smbConnections()).append('\n');
    new TreeMap<>(config.limits().smb())
        .forEach((limit, value) ->
            yaml.append("  smb-").append(limit.word()).append(": ").append(value).append('\n'));
    return yaml.toString();
  }

  private static Limits limits(Section section) throws ConfigException {
    Map<Limit, Integer> smb = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      if (limit != Limit.CONNECTIONS) {
        section
            .value("smb-" + limit.word(), text -> inRange(limit, text))
            .ifPresent(value -> smb.put(limit, value));
      }
    }
    Limits limits =
        new Limits(
            section
                .value("lane-connections", NodeConfigFile::connections)
                .orElse(Limits.DEFAULT.laneConnections()),
            section
                .value("smb-connections", NodeConfigFile::connections)
                .orElse(Limits.DEFAULT.smbConnections()),
            smb);
    section.requireNothingElse();
    return limits;
  }

  /** Two listeners on one address would fail later and say less. */
  private static void requireApart(Section root, List<HostPort> listeners) throws ConfigException {
    List<String> keys = List.of("lane", "smb", "admin", "metrics");
    for (int i = 0; i < keys.size(); i++) {
      int first = listeners.indexOf(listeners.get(i));
      if (first < i && listeners.get(i).port() != 0) {
        throw root.refuse(keys.get(i), listeners.get(i) + " is the address of " + keys.get(first));
      }
    }
  }

  private static String nodeName(String text) {
    if (!text.matches(NODE_NAME)) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a node name: letters, digits, '.', '-', at most 63");
    }
    return text;
  }

  private static Path path(Path base, String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("expected a path");
    }
    return base.resolve(text).normalize();
  }

  private static String host(String text) {
    return new HostPort(text.strip(), 0).host();
  }

  private static String ensemble(String text) {
    for (String server : text.split(",", -1)) {
      if (HostPort.parse(server).port() == 0) {
        throw new IllegalArgumentException("'" + server + "' names no port");
      }
    }
    return text;
  }

  private static Duration sessionTimeout(String text) {
    Duration timeout = TimeSpan.parse(text);
    if (timeout.compareTo(SESSION_TIMEOUT_MIN) < 0 || timeout.compareTo(SESSION_TIMEOUT_MAX) > 0) {
      throw new IllegalArgumentException("'" + text + "' is not between 1s and 2m");
    }
    return timeout;
  }

  private static int connections(String text) {
    if (!text.matches("\\d{1,6}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > CONNECTIONS_MAX) {
      throw new IllegalArgumentException("'" + text + "' is not a number of 1 to 65536");
    }
    return Integer.parseInt(text);
  }

  private static int inRange(Limit limit, String text) {
    if (!text.matches("\\d{1,10}") || Long.parseLong(text) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("'" + text + "' is not a number");
    }
    return limit.requireInRange(Integer.parseInt(text));
  }

  private static String words(List<LaneTransport> transports) {
    return transports.stream().map(LaneTransport::word).collect(Collectors.joining(", "));
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
