package org.sealane.deploy.local;

import java.nio.file.Path;

/**
 * Where things are in the directory of a local cluster.
 *
 * @param root absolute
 */
public record LocalDirectory(Path root) {
  /** The directory that commands use when none is named. */
  public static final String DEFAULT_NAME = ".sealane";

  public LocalDirectory {
    root = root.toAbsolutePath().normalize();
  }

  /** What {@code up} decided; that it is there makes the directory a local cluster. */
  public Path manifest() {
    return root.resolve("cluster.json");
  }

  /** Keys of the administrator, as {@code cluster init} writes them. */
  public Path credentials() {
    return root.resolve("credentials");
  }

  public Path zookeeperData() {
    return root.resolve("zookeeper");
  }

  public Path node(String name) {
    return root.resolve(name);
  }

  public Path nodeConfig(String name) {
    return node(name).resolve("node.yaml");
  }

  public Path nodeBundle(String name) {
    return node(name).resolve("node.bundle");
  }

  /** What the node remembers. */
  public Path nodeData(String name) {
    return node(name).resolve("data");
  }

  /** Where volumes and disks of the node may be. */
  public Path nodeStorage(String name) {
    return node(name).resolve("storage");
  }

  /** Where volumes may be that any of the nodes may own. */
  public Path sharedStorage() {
    return root.resolve("shared");
  }

  /** The pid file of a process by name. */
  public Path pid(String process) {
    return root.resolve("run").resolve(process + ".pid");
  }

  /** Standard output and error of a process by name. */
  public Path log(String process) {
    return root.resolve("logs").resolve(process + ".log");
  }
}
