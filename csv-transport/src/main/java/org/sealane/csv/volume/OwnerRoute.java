package org.sealane.csv.volume;

import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.wire.NtStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to whoever owns a volume that several nodes may own: what is asked while nobody does, or
 * while the owner is not reached, is asked again until the limit. Any thread may call; blocks.
 */
final class OwnerRoute {
  private static final Logger LOG = LoggerFactory.getLogger(OwnerRoute.class);

  /** As long as a lane is tried to be opened again. */
  static final Duration LIMIT = Duration.ofSeconds(120);

  private static final Duration PAUSE_FIRST = Duration.ofMillis(20);
  private static final Duration PAUSE_MAX = Duration.ofMillis(500);

  /** What is said by, or instead of, a node that does not own the volume or is not reached. */
  private static final Set<NtStatus> NOT_NOW =
      Set.of(
          NtStatus.FILE_NOT_AVAILABLE,
          NtStatus.BAD_NETWORK_NAME,
          NtStatus.NETWORK_NAME_DELETED,
          NtStatus.CONNECTION_DISCONNECTED,
          NtStatus.IO_TIMEOUT);

  private final Volumes volumes;
  private final String name;
  private final UUID volume;

  /** Something asked of the owner's files. */
  @FunctionalInterface
  interface Call<T> {
    T on(ShareBackend files) throws ShareException;
  }

  OwnerRoute(Volumes volumes, String name, UUID volume) {
    this.volumes = volumes;
    this.name = name;
    this.volume = volume;
  }

  /** True if what is open is open no more, since its node owns the volume no more. */
  static boolean isGone(ShareException failure) {
    return failure.status().equals(NtStatus.NETWORK_NAME_DELETED);
  }

  <T> T call(Call<T> call) throws ShareException {
    return call(System.nanoTime(), call);
  }

  /**
   * @param beganNanos when the limit began, by {@link System#nanoTime}; it is tried once at least
   */
  <T> T call(long beganNanos, Call<T> call) throws ShareException {
    Duration pause = PAUSE_FIRST;
    while (true) {
      long seen = volumes.changes();
      try {
        return call.on(volumes.route(name, volume));
      } catch (ShareException e) {
        boolean inTime = System.nanoTime() - beganNanos < LIMIT.toNanos();
        if (!NOT_NOW.contains(e.status()) || !inTime || !volumes.isMovable(volume)) {
          throw e;
        }
        LOG.debug("volume={} waits for its owner: {}", name, e.getMessage());
      }
      volumes.awaitChange(seen, pause);
      pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
    }
  }
}
