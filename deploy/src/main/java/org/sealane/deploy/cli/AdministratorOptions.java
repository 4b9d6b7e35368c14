package org.sealane.deploy.cli;

import java.nio.file.Path;
import java.util.List;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.draft.Administrator;
import org.sealane.deploy.draft.ClientAdministrator;
import org.sealane.deploy.draft.NodeAdministrator;
import org.sealane.deploy.local.LocalCluster;
import org.sealane.smb.auth.CredentialsException;
import picocli.CommandLine.Mixin;

/** The cluster of a command that changes something, and the key that it signs with. */
final class AdministratorOptions {
  @Mixin private ClusterOptions cluster;

  /** A connection to the cluster as its administrator. */
  record Session(AdminClient client, Administrator administrator, Path credentials)
      implements AutoCloseable {
    /** The administrator of users and their clients; needs the data key, too. */
    ClientAdministrator clients() throws CliFailure {
      try {
        return new ClientAdministrator(client, credentials);
      } catch (CredentialsException e) {
        throw new CliFailure(e.getMessage(), e);
      }
    }

    /** The administrator of the cluster's nodes. */
    NodeAdministrator nodes() throws CliFailure {
      try {
        return new NodeAdministrator(client, credentials);
      } catch (CredentialsException e) {
        throw new CliFailure(e.getMessage(), e);
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
          new Administrator(client, node -> to(client, node), cluster.credentialsDirectory()),
          cluster.credentialsDirectory());
    } catch (CredentialsException e) {
      client.close();
      throw new CliFailure(e.getMessage(), e);
    }
  }

  /** A client for one node of the cluster. The caller closes it. */
  AdminClient node(Session session, String node) throws AdminException {
    return to(session.client(), node);
  }

  /** Whether the command line says which cluster. */
  boolean isNamed() {
    return cluster.isNamed();
  }

  private AdminClient to(AdminClient any, String node) throws AdminException {
    try {
      return cluster.client(List.of(ViaOptions.adminAddress(any, node)));
    } catch (CliFailure e) {
      throw new AdminException(Kind.ABSENT, e.getMessage(), e);
    }
  }

  /** Asks every node that has announced an admin port, one after the other. */
  void eachNode(ClusterOptions.NodeQuestion question) throws AdminException, CliFailure {
    cluster.eachNode(question);
  }

  /** A client for the admin port of {@code node}, which must be live. The caller closes it. */
  AdminClient client(Session session, String node) throws CliFailure, AdminException {
    return cluster.client(List.of(ViaOptions.adminAddress(session.client(), node)));
  }

  /** Where the administrator's keys are. */
  Path credentialsDirectory() throws CliFailure {
    return cluster.credentialsDirectory();
  }

  /** Whether there is a cluster to ask: not where only a directory of credentials was named. */
  boolean namesCluster() {
    return cluster.namesCluster();
  }

  /** Where nodes of a local cluster keep volumes that each of them may own. */
  Path localSharedStorage(List<String> nodes) throws CliFailure {
    for (String node : nodes) {
      localStorage(node);
    }
    return cluster.localCluster().directory().sharedStorage();
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
