package org.sealane.deploy.bench;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.bench.ScratchRoutes.ScratchOrder;
import org.sealane.deploy.bench.ScratchRoutes.ScratchRemoval;
import org.sealane.deploy.bench.ScratchRoutes.ScratchReply;
import org.sealane.deploy.draft.Administrator;
import org.sealane.deploy.draft.DraftException;

/**
 * A volume and a disk of one node that are there for one benchmark, with names that no other has.
 * Closing removes them and their files; another thread may do so while they are made or used, and
 * finds nothing of them left behind.
 */
public final class BenchScratch implements AutoCloseable {
  /** How every scratch volume and disk is named. */
  public static final String NAME_START = "sealane-bench-";

  private static final int NAME_BYTES = 8;

  /** A turn under way, or a load, may hold its removal up for a while. */
  private static final Duration REMOVE_MAX = Duration.ofSeconds(60);

  private static final long ASK_MILLIS = 100;

  private final String name = NAME_START + random();
  private final Administrator administrator;
  private final AdminClient at;
  private final String node;

  // Guarded by this, which is held while anything is made or removed.
  private boolean directory;
  private boolean volume;
  private boolean disk;
  private boolean closed;

  /**
   * Nothing is made yet.
   *
   * @param at admin API of {@code node}, which has the volume; stays the caller's
   */
  public BenchScratch(Administrator administrator, AdminClient at, String node) {
    this.administrator = administrator;
    this.at = at;
    this.node = node;
  }

  private static String random() {
    byte[] bytes = new byte[NAME_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Of the volume, and of the disk. */
  public String name() {
    return name;
  }

  /**
   * Makes the volume, and a disk of {@code bytes} if it is wanted. On return both are served.
   *
   * @param bytes that the load will use of each
   */
  public synchronized void make(long bytes, boolean withDisk)
      throws AdminException, DraftException {
    requireOpen();
    directory = true;
    String path =
        at.post(
                ScratchRoutes.SCRATCH,
                Map.of(),
                new ScratchOrder(name, withDisk ? 2 * bytes : bytes),
                ScratchReply.class)
            .path();
    volume = true;
    administrator.createVolume(name, node, path);
    if (withDisk) {
      disk = true;
      administrator.addDisk(name, node, Path.of(path).resolve("disk").toString(), bytes, name);
    }
  }

  private void requireOpen() throws AdminException {
    if (closed) {
      throw new AdminException(Kind.UNAVAILABLE, "the benchmark was ended");
    }
  }

  /** Removes what was made. Blocks, for a minute at most for each part. Idempotent. */
  @Override
  public synchronized void close() throws AdminException {
    closed = true;
    if (disk) {
      remove("disk " + name, () -> administrator.removeDisk(name));
      disk = false;
    }
    if (volume) {
      remove("volume " + name, () -> administrator.deleteVolume(name));
      volume = false;
    }
    if (directory) {
      ScratchRemoval removal = new ScratchRemoval(name);
      remove(
          "directory " + name + " of node " + node,
          () -> at.post(ScratchRoutes.SCRATCH_REMOVAL, Map.of(), removal, ScratchRemoval.class));
      directory = false;
    }
  }

  @FunctionalInterface
  private interface Removal {
    void run() throws AdminException, DraftException;
  }

  /** Tries until it is gone: what is in the way, as a turn, ends by itself. */
  private static void remove(String what, Removal removal) throws AdminException {
    long deadline = System.nanoTime() + REMOVE_MAX.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    while (true) {
      try {
        removal.run();
        return;
      } catch (AdminException e) {
        if (e.kind() == Kind.ABSENT) {
          return;
        }
        if (System.nanoTime() > deadline) {
          throw left(what, e);
        }
      } catch (DraftException e) {
        throw left(what, e);
      }
      try {
        if (never.await(ASK_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw left(what, e);
      }
    }
  }

  private static AdminException left(String what, Exception cause) {
    return new AdminException(
        Kind.FAILED, what + " is left, remove it: " + cause.getMessage(), cause);
  }
}
