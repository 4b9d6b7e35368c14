package org.sealane.rdma.software;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.rdma.verbs.VerbsProvider;
import org.sealane.rdma.verbs.VerbsSuite;

/** The suite on {@code software}. */
class SoftwareVerbsTest extends VerbsSuite {
  @TempDir private Path directory;

  @Override
  protected VerbsProvider provider() {
    return new SoftwareProvider(SoftwareSettings.in(directory.resolve("rdma")));
  }

  @Override
  protected InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }
}
