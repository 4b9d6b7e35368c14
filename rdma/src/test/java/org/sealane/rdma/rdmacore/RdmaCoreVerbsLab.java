package org.sealane.rdma.rdmacore;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.rdma.verbs.CompletionStatus;
import org.sealane.rdma.verbs.ProviderUnderTest;
import org.sealane.rdma.verbs.VerbsSuite;

/** The suite on {@code rdma-core} with the kernel's Soft-RoCE, which has three codes of its own. */
class RdmaCoreVerbsLab extends VerbsSuite {
  @TempDir private Path directory;

  @Override
  protected ProviderUnderTest under() {
    return ProviderUnderTest.selected(directory);
  }

  @Override
  protected CompletionStatus shortReceive() {
    return CompletionStatus.LOC_QP_OP_ERR;
  }

  @Override
  protected CompletionStatus sendToShortReceive() {
    return CompletionStatus.REM_OP_ERR;
  }

  @Override
  protected CompletionStatus sendFromUnregistered() {
    return CompletionStatus.LOC_QP_OP_ERR;
  }
}
