package org.sealane.rdma.software;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.rdma.verbs.ProviderUnderTest;
import org.sealane.rdma.verbs.VerbsSuite;

/** The suite on {@code software}. */
class SoftwareVerbsTest extends VerbsSuite {
  @TempDir private Path directory;

  @Override
  protected ProviderUnderTest under() {
    return ProviderUnderTest.selected(directory.resolve("rdma"));
  }
}
