package org.sealane.rdma.software;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.sealane.rdma.verbs.Access;
import org.sealane.rdma.verbs.MemoryRegion;
import org.sealane.rdma.verbs.RemoteKey;

/** A mapped file, or a part of one under a key of its own. */
final class SoftwareRegion implements MemoryRegion {
  private final SoftwareVerbs verbs;
  private final long number;
  private final long start;
  private final MemorySegment bytes;
  private final Set<Access> access;
  private final int entry;
  private final RemoteKey key;
  private final Optional<Arena> arena;
  private volatile boolean open = true;

  /**
   * @param number names the file
   * @param start where it begins in the file
   * @param arena of the mapping, if it is this region's own
   */
  SoftwareRegion(
      SoftwareVerbs verbs,
      long number,
      long start,
      MemorySegment bytes,
      Set<Access> access,
      int entry,
      Optional<Arena> arena) {
    this.verbs = verbs;
    this.number = number;
    this.start = start;
    this.bytes = bytes;
    this.access = Set.copyOf(access);
    this.entry = entry;
    this.arena = arena;
    this.key =
        verbs
            .keys()
            .grant(
                entry,
                new KeyTable.Target(number, start, bytes.byteSize(), bytes.address()),
                access,
                OptionalInt.empty());
  }

  SoftwareVerbs verbs() {
    return verbs;
  }

  long number() {
    return number;
  }

  long start() {
    return start;
  }

  boolean isOpen() {
    return open;
  }

  @Override
  public MemorySegment bytes() {
    return bytes;
  }

  @Override
  public long lengthBytes() {
    return bytes.byteSize();
  }

  @Override
  public long remoteAddress() {
    return bytes.address();
  }

  @Override
  public RemoteKey remoteKey() {
    return key;
  }

  @Override
  public Set<Access> access() {
    return access;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (!open) {
        return;
      }
      open = false;
    }
    verbs.keys().free(entry);
    verbs.awaitPeersIdle();
    arena.ifPresent(own -> {
      verbs.regionClosed(number);
      own.close();
    });
  }
}
