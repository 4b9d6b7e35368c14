package org.sealane.rdma.rdmacore;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.sealane.rdma.verbs.VerbsProvider;
import org.sealane.rdma.verbs.VerbsSuite;

/** The suite on {@code rdma-core} with the kernel's Soft-RoCE. */
class RdmaCoreVerbsLab extends VerbsSuite {
  @Override
  protected VerbsProvider provider() {
    return new RdmaCoreProvider();
  }

  @Override
  protected InetSocketAddress address() {
    return LabDevices.server();
  }

  @Override
  protected Optional<String> serverDevice() {
    return LabDevices.SERVER;
  }

  @Override
  protected Optional<String> clientDevice() {
    return LabDevices.CLIENT;
  }
}
