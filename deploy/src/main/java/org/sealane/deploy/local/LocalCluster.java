package org.sealane.deploy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sealane.deploy.json.Json;
import org.sealane.deploy.local.LocalManifest.LocalNode;
import org.sealane.deploy.units.HostPort;

/**
 * A local cluster's processes: ZooKeeper and the nodes. Nothing runs in this object; it starts,
 * finds and stops. Not thread-safe.
 */
public final class LocalCluster {
  /** The name of ZooKeeper's process among the nodes'. */
  public static final String ZOOKEEPER = "zookeeper";

  private static final String LOOPBACK = "127.0.0.1";

  /** After this a process that was asked to stop is killed. */
  private static final Duration DRAIN_MAX = Duration.ofSeconds(20);

  private final LocalDirectory directory;
  private final LocalManifest manifest;

  /** What this object started; anything else that runs was running before. */
  private final Set<String> started = new HashSet<>();

  private LocalCluster(LocalDirectory directory, LocalManifest manifest) {
    this.directory = directory;
    this.manifest = manifest;
  }

  /** The cluster that {@code up} made in {@code directory}. */
  public static LocalCluster open(LocalDirectory directory) throws IOException {
    try {
      return new LocalCluster(
          directory, Json.read(Files.readString(directory.manifest()), LocalManifest.class));
    } catch (IOException e) {
      throw new IOException(directory.manifest() + ": " + e.getMessage(), e);
    }
  }

  public LocalDirectory directory() {
    return directory;
  }

  public LocalManifest manifest() {
    return manifest;
  }

  /** The nodes' admin ports, in the order of their names. */
  public List<HostPort> adminAddresses() {
    return manifest.nodes().stream().map(node -> new HostPort(LOOPBACK, node.adminPort())).toList();
  }

  /** Names of the processes, ZooKeeper first. */
  public List<String> processNames() {
    List<String> names = new ArrayList<>(List.of(ZOOKEEPER));
    manifest.nodes().forEach(node -> names.add(node.name()));
    return names;
  }

  /** The process of that name, if it runs. */
  public Optional<ProcessRecord> running(String name) throws IOException {
    return ProcessRecord.read(directory.pid(name)).filter(ProcessRecord::isAlive);
  }

  /** Starts what does not run, and returns the names of what it started. */
  public List<String> start() throws IOException {
    List<String> ended = new ArrayList<>();
    for (String name : processNames()) {
      if (running(name).isEmpty()) {
        startProcess(name);
        ended.add(name);
      }
    }
    return ended;
  }

  /**
   * Starts a process that {@link #start} found running and that has ended since: it was already
   * going then. False if this object started it, so that it ended by itself.
   */
  boolean startAgain(String name) throws IOException {
    if (started.contains(name)) {
      return false;
    }
    startProcess(name);
    return true;
  }

  private void startProcess(String name) throws IOException {
    if (name.equals(ZOOKEEPER)) {
      SealaneProcess.zookeeper(
              directory.zookeeperData(), manifest.zookeeperPort(), directory.log(ZOOKEEPER))
          .write(directory.pid(ZOOKEEPER));
      started.add(ZOOKEEPER);
    } else {
      startNode(name);
    }
  }

  /** Starts one node, which must not run. */
  public ProcessRecord startNode(String name) throws IOException {
    ProcessRecord process = SealaneProcess.node(directory.nodeConfig(name), directory.log(name));
    process.write(directory.pid(name));
    started.add(name);
    return process;
  }

  /**
   * Asks every process to stop, the nodes before ZooKeeper; kills what has not stopped in time.
   * Returns the names of what had to be killed.
   */
  public List<String> stop() throws IOException, InterruptedException {
    List<String> killed = new ArrayList<>();
    killed.addAll(stop(manifest.nodes().stream().map(LocalNode::name).toList()));
    killed.addAll(stop(List.of(ZOOKEEPER)));
    return killed;
  }

  private List<String> stop(List<String> names) throws IOException, InterruptedException {
    List<String> killed = new ArrayList<>();
    for (String name : names) {
      running(name).flatMap(ProcessRecord::find).ifPresent(ProcessHandle::destroy);
    }
    long deadline = System.nanoTime() + DRAIN_MAX.toNanos();
    for (String name : names) {
      Optional<ProcessRecord> process = running(name);
      Duration left = Duration.ofNanos(Math.max(deadline - System.nanoTime(), 0));
      if (process.isPresent() && !process.get().awaitExit(left)) {
        process.get().find().ifPresent(ProcessHandle::destroyForcibly);
        process.get().awaitExit(DRAIN_MAX);
        killed.add(name);
      }
      Files.deleteIfExists(directory.pid(name));
    }
    return killed;
  }

  /** The last line a process wrote to its log; empty if it wrote none. */
  public Optional<String> lastWords(String name) throws IOException {
    if (!Files.exists(directory.log(name))) {
      return Optional.empty();
    }
    try (var lines = Files.lines(directory.log(name))) {
      return lines.filter(line -> !line.isBlank()).reduce((_, later) -> later);
    }
  }
}
