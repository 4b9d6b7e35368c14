package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.SharePath;

class AuditedShareTest {
  private static final UUID VOLUME = new UUID(1, 2);

  @TempDir private Path directory;

  private static CreateParameters parameters(CreateDisposition disposition) throws ShareException {
    return new CreateParameters(
        SharePath.ofWire("f"),
        AccessMask.GENERIC_ALL,
        0,
        CreateParameters.SHARE_ALL,
        disposition,
        0);
  }

  @Test
  void shouldTellOfFilesThatUsersHaveOpenedAndOfNoOthers() throws Exception {
    List<String> told = new ArrayList<>();
    AuditedShare share =
        new AuditedShare(
            VOLUME,
            new DirectoryShare(directory, DirectoryShare.Settings.of("v1", 1)),
            (volume, what, caller) ->
                told.add(volume + " " + what.path().wire() + " " + caller.user()));
    Caller anna = new Caller("node2", "anna");
    assertThatThrownBy(() -> share.create(parameters(CreateDisposition.OPEN), anna))
        .isInstanceOf(ShareException.class);
    assertThat(told).isEmpty();

    share.create(parameters(CreateDisposition.OPEN_IF), anna).close();
    share.create(parameters(CreateDisposition.OPEN), new Caller("node2", "node2")).close();

    assertThat(told).containsExactly(VOLUME + " f anna");
    share.close();
  }
}
