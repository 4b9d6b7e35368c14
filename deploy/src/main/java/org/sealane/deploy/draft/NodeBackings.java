package org.sealane.deploy.draft;

import java.util.Map;
import java.util.UUID;
import org.sealane.cluster.admin.BackingPreparer;
import org.sealane.cluster.ownership.BackingException;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.DocumentMessages.Backing;
import org.sealane.deploy.admin.StorageRoutes;

/** Reaches nodes' admin ports about the markers of a new volume. Blocks. */
record NodeBackings(Administrator.NodeClients nodes) implements BackingPreparer {
  @Override
  public void prepare(String node, String path, UUID volume) throws BackingException {
    post(StorageRoutes.BACKING, node, path, volume);
  }

  @Override
  public void prove(String node, String path, UUID volume) throws BackingException {
    post(StorageRoutes.BACKING_PROOF, node, path, volume);
  }

  @Override
  public void withdraw(String node, String path, UUID volume) throws BackingException {
    post(StorageRoutes.BACKING_WITHDRAWAL, node, path, volume);
  }

  private void post(String route, String node, String path, UUID volume) throws BackingException {
    try (AdminClient client = nodes.to(node)) {
      client.post(route, Map.of(), new Backing(path, volume.toString()), Backing.class);
    } catch (AdminException e) {
      throw new BackingException(e.getMessage(), e);
    }
  }
}
