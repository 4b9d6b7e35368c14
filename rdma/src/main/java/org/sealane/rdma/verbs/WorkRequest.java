package org.sealane.rdma.verbs;

import java.util.Set;

/**
 * What is posted to the send queue of a queue pair. Each one that was posted completes exactly once
 * while its queue pair is not closed, in the order of posting; the memory it names is the device's
 * until then.
 *
 * <p>{@code workId} comes back in the {@link Completion}. A failed completion tells nothing else
 * for certain, so callers put into it what they need to know, the kind of the request too.
 */
public sealed interface WorkRequest {
  long workId();

  /** Takes the next receive of the peer. */
  record Send(long workId, Slice from) implements WorkRequest {}

  /** As {@link Send}, and the peer's key loses its rights before the receive completes. */
  record SendWithInvalidate(long workId, Slice from, RemoteKey invalidated)
      implements WorkRequest {}

  /** RDMA READ: all of {@code from} into the first bytes of {@code into}. */
  record Read(long workId, Slice into, RemoteSlice from) implements WorkRequest {
    public Read {
      requireFits(from.lengthBytes(), into.lengthBytes());
    }
  }

  /** RDMA WRITE: all of {@code from} into the first bytes of {@code into}. */
  record Write(long workId, Slice from, RemoteSlice into) implements WorkRequest {
    public Write {
      requireFits(from.lengthBytes(), into.lengthBytes());
    }
  }

  /**
   * Binds a window to memory, with rights for this queue pair's peer. After the post {@link
   * MemoryWindow#key} is the new key; what is posted later to the same queue pair may tell it.
   *
   * @param to in a region that was registered with {@link Access#WINDOW_BIND}
   * @param access {@link Access#REMOTE_READ} or {@link Access#REMOTE_WRITE}
   */
  record BindWindow(long workId, MemoryWindow window, Slice to, Set<Access> access)
      implements WorkRequest {
    public BindWindow {
      access = Set.copyOf(access);
    }
  }

  /** Takes the rights of a window's key away. */
  record LocalInvalidate(long workId, RemoteKey key) implements WorkRequest {}

  private static void requireFits(int bytes, int room) {
    if (bytes > room) {
      throw new IllegalArgumentException(bytes + " bytes do not fit " + room);
    }
  }
}
