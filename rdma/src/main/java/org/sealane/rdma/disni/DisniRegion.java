package org.sealane.rdma.disni;

import com.ibm.disni.verbs.IbvMr;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Set;
import org.sealane.rdma.verbs.Access;
import org.sealane.rdma.verbs.MemoryRegion;
import org.sealane.rdma.verbs.RemoteKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A registration; a peer's address of a byte is the byte's own. */
final class DisniRegion implements MemoryRegion {
  private static final Logger LOG = LoggerFactory.getLogger(DisniRegion.class);

  private final DisniVerbs verbs;
  private final IbvMr registration;
  private final MemorySegment bytes;
  private final Set<Access> access;
  private final Optional<Arena> owned;
  private boolean closed;

  /**
   * @param owned the memory's, if it is freed with the region
   */
  DisniRegion(
      DisniVerbs verbs,
      IbvMr registration,
      MemorySegment bytes,
      Set<Access> access,
      Optional<Arena> owned) {
    this.verbs = verbs;
    this.registration = registration;
    this.bytes = bytes;
    this.access = Set.copyOf(access);
    this.owned = owned;
  }

  DisniVerbs verbs() {
    return verbs;
  }

  IbvMr registration() {
    return registration;
  }

  int localKey() {
    return registration.getLkey();
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
    return new RemoteKey(registration.getRkey());
  }

  @Override
  public Set<Access> access() {
    return access;
  }

  /** Without a registration the memory could be reused while a device still reaches it. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    try {
      registration.deregMr().execute().free();
      owned.ifPresent(Arena::close);
    } catch (IOException e) {
      LOG.error("rdma region not deregistered, its memory is kept: {}", e.getMessage());
    }
  }
}
