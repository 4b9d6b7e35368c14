package org.sealane.deploy.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.draft.Administrator;
import org.sealane.deploy.local.LocalCluster;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.smb.auth.CredentialsException;
import picocli.CommandLine.Mixin;

/** The cluster of a command that changes something, and the key that it signs with. */
final class AdministratorOptions {
  /** How long a change that was written may take to be seen; then the command says so. */
  private static final Duration SEEN_MAX = Duration.ofSeconds(15);

  private static final Duration ASK_EVERY = Duration.ofMillis(50);

  @Mixin private ClusterOptions cluster;

  /** A connection to the cluster as its administrator. */
  record Session(AdminClient client, Administrator administrator) implements AutoCloseable {
    /** Blocks until the status is as wanted; fails with {@code otherwise} if it takes too long. */
    void await(Predicate<ClusterStatus> wanted, String otherwise)
        throws AdminException, CliFailure {
      long deadline = System.nanoTime() + SEEN_MAX.toNanos();
      CountDownLatch never = new CountDownLatch(1);
      while (!wanted.test(client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class))) {
        if (System.nanoTime() > deadline) {
          throw new CliFailure(otherwise);
        }
        try {
          never.await(ASK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new CliFailure("interrupted", e);
        }
      }
    }

    @Override
    public void close() {
      client.close();
    }
  }

  Session open() throws CliFailure {
    AdminClient client = cluster.client();
    try {
      return new Session(
          client,
          new Administrator(client, node -> to(client, node), cluster.credentialsDirectory()));
    } catch (CredentialsException e) {
      client.close();
      throw new CliFailure(e.getMessage(), e);
    }
  }

  private AdminClient to(AdminClient any, String node) throws AdminException {
    try {
      return cluster.client(List.of(ViaOptions.adminAddress(any, node)));
    } catch (CliFailure e) {
      throw new AdminException(Kind.ABSENT, e.getMessage(), e);
    }
  }

  /** Where a node of a local cluster keeps volumes and disks; other clusters have no such place. */
  Path localStorage(String node) throws CliFailure {
    if (cluster.isRemote()) {
      throw new CliFailure("--path must be absolute: it is a path of node " + node);
    }
    LocalCluster local = cluster.localCluster();
    if (local.manifest().nodes().stream().noneMatch(known -> known.name().equals(node))) {
      throw new CliFailure("there is no node " + node + " in " + local.directory().root());
    }
    return local.directory().nodeStorage(node);
  }
}
