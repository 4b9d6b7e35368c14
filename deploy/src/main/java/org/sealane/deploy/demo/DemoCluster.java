package org.sealane.deploy.demo;

import java.io.IOException;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.draft.Administrator;
import org.sealane.deploy.draft.DraftException;
import org.sealane.deploy.status.ClusterStatus;

/** The running cluster that the demo works on. */
public interface DemoCluster {
  Administrator administrator();

  /** For any node; stays the cluster's. */
  AdminClient any();

  /** For the admin port of {@code node}; stays the cluster's. */
  AdminClient node(String node) throws AdminException;

  /** Makes a volume in {@code owner}'s storage; returns when its own policy is in force. */
  void createVolume(String name, String owner)
      throws AdminException, DraftException, IOException, InterruptedException;

  /** Makes a disk of {@code node} in its storage; returns when the cluster shows it. */
  void addDisk(String name, String node, long sizeBytes, String volume)
      throws AdminException, DraftException, IOException, InterruptedException;

  /** What the cluster looks like now. */
  ClusterStatus status() throws AdminException;
}
