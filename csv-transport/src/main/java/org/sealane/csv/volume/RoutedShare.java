package org.sealane.csv.volume;

import java.util.UUID;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;

/**
 * A volume whose owner is looked up at each open. Where several nodes may own it, opens wait for an
 * owner and follow it; else an open stays where it was made.
 */
final class RoutedShare implements ShareBackend {
  private final Volumes volumes;
  private final String name;
  private final UUID volume;

  RoutedShare(Volumes volumes, String name, UUID volume) {
    this.volumes = volumes;
    this.name = name;
    this.volume = volume;
  }

  @Override
  public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
    return volumes.isMovable(volume)
        ? RoutedOpen.create(new OwnerRoute(volumes, name, volume), parameters, caller)
        : volumes.route(name, volume).create(parameters, caller);
  }

  @Override
  public VolumeInformation volumeInformation() throws ShareException {
    return volumes.isMovable(volume)
        ? new OwnerRoute(volumes, name, volume).call(ShareBackend::volumeInformation)
        : volumes.route(name, volume).volumeInformation();
  }

  /** Nothing is held between opens. */
  @Override
  public void close() {}
}
