package org.sealane.smb.transport;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sealane.smb.io.BufferDescriptorV1;

/**
 * What lies between the ends of {@link MemoryPlacement}s of one JVM: the exposed buffers by their
 * tokens. It keeps a copy of every byte placed, and of what each buffer held while a peer had
 * rights to it. Any thread may call.
 */
public final class MemoryFabric {
  /** One descriptor's part of a transfer. */
  public record Transfer(DirectPlacement.Access access, int token, byte[] bytes) {}

  private final Map<Integer, MemoryPlacement.MemoryExposure> exposures = new HashMap<>();
  private final List<Transfer> transfers = new ArrayList<>();
  private final List<byte[]> seen = new ArrayList<>();
  private int nextToken = 0x100;

  synchronized int expose(MemoryPlacement.MemoryExposure exposure) {
    int token = nextToken++;
    exposures.put(token, exposure);
    seen.add(exposure.memory().toArray(ValueLayout.JAVA_BYTE));
    return token;
  }

  /** Ends a token's rights; no effect without any. */
  public synchronized void revoke(int token) {
    MemoryPlacement.MemoryExposure exposure = exposures.remove(token);
    if (exposure != null) {
      seen.add(exposure.memory().toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /** True while the peer has rights by that token. */
  public synchronized boolean isExposed(int token) {
    return exposures.containsKey(token);
  }

  /** Buffers that a peer has rights to now. */
  public synchronized int exposedNow() {
    return exposures.size();
  }

  /** Everything placed so far, in order. */
  public synchronized List<Transfer> transfers() {
    return List.copyOf(transfers);
  }

  /** What exposed buffers held when their rights began, when they ended, and what was placed. */
  public synchronized List<byte[]> seenByPeers() {
    List<byte[]> all = new ArrayList<>(seen);
    transfers.forEach(transfer -> all.add(transfer.bytes()));
    return all;
  }

  /** Reads or writes by descriptors, as a device does: key, bounds and right are checked. */
  public synchronized void transfer(
      DirectPlacement.Access access,
      List<BufferDescriptorV1> descriptors,
      MemorySegment local,
      long lengthBytes)
      throws IOException {
    long done = 0;
    for (BufferDescriptorV1 descriptor : descriptors) {
      long count = Math.min(descriptor.lengthBytes(), lengthBytes - done);
      if (count == 0) {
        continue;
      }
      MemoryPlacement.MemoryExposure exposure = exposures.get(descriptor.token());
      if (exposure == null || exposure.access() != access) {
        throw new IOException("no right to token 0x" + Integer.toHexString(descriptor.token()));
      }
      long at = descriptor.offset() - MemoryPlacement.BASE_ADDRESS;
      if (at < 0 || at > exposure.memory().byteSize() - count) {
        throw new IOException("outside of token 0x" + Integer.toHexString(descriptor.token()));
      }
      MemorySegment remote = exposure.memory().asSlice(at, count);
      MemorySegment mine = local.asSlice(done, count);
      switch (access) {
        case REMOTE_READ -> mine.copyFrom(remote);
        case REMOTE_WRITE -> remote.copyFrom(mine);
      }
      transfers.add(
          new Transfer(access, descriptor.token(), remote.toArray(ValueLayout.JAVA_BYTE)));
      done += count;
    }
    if (done < lengthBytes) {
      throw new IOException("descriptors of " + done + " bytes for " + lengthBytes);
    }
  }
}
