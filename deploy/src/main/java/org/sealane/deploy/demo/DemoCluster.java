package org.sealane.deploy.demo;

import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.draft.Administrator;
import org.sealane.deploy.status.ClusterStatus;

/** The running cluster that the demo works on. */
public interface DemoCluster {
  Administrator administrator();

  /** For any node; stays the cluster's. */
  AdminClient any();

  /** For the admin port of {@code node}; stays the cluster's. */
  AdminClient node(String node) throws AdminException;

  /** A directory of {@code node}'s storage, made if it is not there. */
  String storage(String node, String directory) throws java.io.IOException;

  /** What the cluster looks like now. */
  ClusterStatus status() throws AdminException;
}
