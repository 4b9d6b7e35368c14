package org.sealane.deploy.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.sealane.cluster.member.ClusterView;
import org.sealane.cluster.member.ClusterView.DiskView;
import org.sealane.cluster.member.ClusterView.VolumeView;
import org.sealane.cluster.ownership.OwnerTerm;
import org.sealane.csv.volume.LeasedShare;
import org.sealane.csv.volume.Volumes;
import org.sealane.sbl.initiator.Disks;
import org.sealane.sbl.target.Disk;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.ShareBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves what the view says this node has: directories of volumes it owns, disks that are here. One
 * thread, {@code storage}, opens and closes them, since that blocks on the file system.
 */
final class Storage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Storage.class);
  private static final int CLOSE_SECONDS_MAX = 10;

  private final String self;
  private final List<Path> roots;
  private final Volumes volumes;
  private final Disks disks;
  private final Function<UUID, Optional<OwnerTerm>> terms;
  private final AuditedShare.Opens opens;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("storage").factory());

  /** What is served; only on the thread. */
  private final Map<UUID, OwnerTerm> servedVolumes = new HashMap<>();

  private final Map<String, DiskView> servedDisks = new HashMap<>();

  /** What could not be served, so that it is said once and not with every view. */
  private final Map<String, String> refused = new HashMap<>();

  /** The view to be applied next; those in between mean nothing. Guarded by itself being one. */
  private volatile ClusterView wanted;

  /**
   * @param terms in which this node owns a volume now
   * @param opens hears which user opens what
   */
  Storage(
      String self,
      List<Path> roots,
      Volumes volumes,
      Disks disks,
      Function<UUID, Optional<OwnerTerm>> terms,
      AuditedShare.Opens opens) {
    this.self = self;
    this.roots = List.copyOf(roots);
    this.volumes = volumes;
    this.disks = disks;
    this.terms = terms;
    this.opens = opens;
  }

  /** Brings what is served in line with {@code view}, soon; without effect after close. */
  void follow(ClusterView view) {
    wanted = view;
    try {
      thread.execute(() -> {
        if (wanted == view) {
          apply(view);
        }
      });
    } catch (RejectedExecutionException e) {
      LOG.trace("a view after close", e);
    }
  }

  private void apply(ClusterView view) {
    for (UUID volume : Set.copyOf(servedVolumes.keySet())) {
      boolean over = servedVolumes.get(volume).isEnded();
      if (over || view.volume(volume).filter(VolumeView::servedHere).isEmpty()) {
        volumes.disown(volume);
        servedVolumes.remove(volume);
        LOG.info("volume={} no longer served here", volume);
      }
    }
    for (VolumeView volume : view.volumes()) {
      if (volume.servedHere() && !servedVolumes.containsKey(volume.uuid())) {
        serve(volume);
      }
    }
    for (DiskView disk : List.copyOf(servedDisks.values())) {
      if (!view.disk(disk.name()).equals(Optional.of(disk))) {
        stop(disk);
      }
    }
    for (DiskView disk : view.disks()) {
      if (disk.node().equals(self) && !servedDisks.containsKey(disk.name())) {
        serve(disk);
      }
    }
  }

  private void serve(VolumeView volume) {
    Optional<OwnerTerm> term = terms.apply(volume.uuid());
    if (term.isEmpty()) {
      // It ended since; a view that says so is on its way.
      return;
    }
    Path directory = Path.of(volume.paths().get(self));
    try {
      DirectoryShare share =
          new DirectoryShare(
              directory, DirectoryShare.Settings.of(volume.name(), volume.uuid().hashCode()));
      ShareBackend backed = new AuditedShare(volume.uuid(), new BackedShare(share), opens);
      volumes.own(
          volume.uuid(),
          volume.candidates().size() > 1 ? new LeasedShare(backed, term.get()) : backed);
      servedVolumes.put(volume.uuid(), term.get());
      LOG.info("volume={} name={} path={} served here", volume.uuid(), volume.name(), directory);
    } catch (IOException e) {
      refuse("volume " + volume.name(), e);
    }
  }

  private void serve(DiskView disk) {
    Path path = Path.of(disk.path());
    if (roots.stream().noneMatch(path.normalize()::startsWith)) {
      refuse("disk " + disk.name(), new IOException(path + " is not below a root of this node"));
      return;
    }
    try {
      Disk opened = Disk.open(disk.name(), path);
      disks.serve(disk.volume(), opened);
      servedDisks.put(disk.name(), disk);
      LOG.info("disk={} volume={} path={} served here", disk.name(), disk.volume(), path);
    } catch (IOException e) {
      refuse("disk " + disk.name(), e);
    }
  }

  private void stop(DiskView disk) {
    servedDisks.remove(disk.name());
    try {
      disks.stop(disk.name());
      LOG.info("disk={} no longer served here", disk.name());
    } catch (IOException e) {
      LOG.error("disk={} not closed in order: {}", disk.name(), e.getMessage());
    }
  }

  private void refuse(String what, IOException why) {
    String message = String.valueOf(why.getMessage());
    if (!message.equals(refused.put(what, message))) {
      LOG.error("{} can not be served: {}", what, message);
    }
  }

  /** Stops serving everything, in order. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        LOG.warn("storage is still busy after {} s", CLOSE_SECONDS_MAX);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    volumes.close();
    disks.close();
  }
}
