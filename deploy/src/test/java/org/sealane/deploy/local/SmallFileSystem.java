package org.sealane.deploy.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Starts a node in a mount namespace of its own, where one directory is a small file system in
 * memory: nobody else sees it, and it is gone with the node.
 */
public final class SmallFileSystem {
  /** As root; and as anyone, where the system lets users have namespaces. */
  private static final List<List<String>> WAYS =
      List.of(List.of("unshare", "--mount"), List.of("unshare", "--map-root-user", "--mount"));

  private final List<String> way;

  private SmallFileSystem(List<String> way) {
    this.way = way;
  }

  /** How it can be had here; empty if it can not. */
  public static Optional<SmallFileSystem> find() throws InterruptedException {
    for (List<String> way : WAYS) {
      List<String> command = new ArrayList<>(way);
      command.addAll(List.of("mount", "-t", "tmpfs", "-o", "size=64k", "sealane", "/mnt"));
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0) {
          return Optional.of(new SmallFileSystem(way));
        }
      } catch (IOException _) {
        // There is no such program.
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /**
   * Starts a node, which must not run.
   *
   * @param directory becomes the file system, empty; must be there
   * @param size as mount(8) has it, {@code 4m}
   */
  public void startNode(LocalCluster cluster, String name, Path directory, String size)
      throws IOException {
    List<String> mounted = new ArrayList<>(way);
    mounted.addAll(
        List.of(
            "sh",
            "-c",
            "mount -t tmpfs -o size=" + size + " sealane \"$0\" && exec \"$@\"",
            directory.toString()));
    OwnNodeProcess.start(cluster, name, mounted, "512m");
  }
}
