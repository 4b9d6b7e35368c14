package org.sealane.deploy.node;

import java.util.UUID;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;

/** A volume of this node that tells the audit trail which user opens what. */
final class AuditedShare implements ShareBackend {
  private final UUID volume;
  private final ShareBackend files;
  private final Opens opens;

  /** Hears of files that users have opened. Any thread; must not block. */
  @FunctionalInterface
  interface Opens {
    void opened(UUID volume, CreateParameters what, Caller caller);
  }

  /** Owns {@code files} from now on. */
  AuditedShare(UUID volume, ShareBackend files, Opens opens) {
    this.volume = volume;
    this.files = files;
    this.opens = opens;
  }

  @Override
  public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
    ShareOpen open = files.create(parameters, caller);
    if (!caller.user().equals(caller.node())) {
      opens.opened(volume, parameters, caller);
    }
    return open;
  }

  @Override
  public VolumeInformation volumeInformation() throws ShareException {
    return files.volumeInformation();
  }

  @Override
  public void close() {
    files.close();
  }
}
