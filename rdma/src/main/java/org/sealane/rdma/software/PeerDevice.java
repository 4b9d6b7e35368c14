package org.sealane.rdma.software;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process has mapped of one peer: its device file and, from their first use on, its
 * regions. Shared by the connections to that peer, closed with the last of them.
 */
final class PeerDevice {
  private static final Logger LOG = LoggerFactory.getLogger(PeerDevice.class);

  /** Regions mapped at a time; more than any process of ours registers. */
  private static final int REGIONS_MAX = 4096;

  private record Mapped(Arena arena, MemorySegment bytes) {}

  private final String instance;
  private final Path directory;
  private final Arena arena = Arena.ofShared();
  private final DeviceFile file;
  private final Map<Long, Mapped> regions = new HashMap<>();
  private int users;

  PeerDevice(String instance, Path directory) throws IOException {
    this.instance = instance;
    this.directory = directory;
    try {
      this.file = DeviceFile.open(directory, arena);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  String instance() {
    return instance;
  }

  DeviceFile file() {
    return file;
  }

  Path directory() {
    return directory;
  }

  /** One more or one fewer connection; the caller's lock guards it. Returns how many are left. */
  int use(int change) {
    users += change;
    return users;
  }

  /** The bytes of a region of the peer, or nothing if there is none of that number. */
  synchronized Optional<MemorySegment> region(long number) {
    Mapped known = regions.get(number);
    if (known != null) {
      return Optional.of(known.bytes());
    }
    if (regions.size() >= REGIONS_MAX) {
      forgetClosed();
    }
    Arena mapping = Arena.ofShared();
    try {
      MemorySegment bytes = Shared.open(directory.resolve(regionFile(number)), mapping);
      regions.put(number, new Mapped(mapping, bytes));
      return Optional.of(bytes);
    } catch (IOException e) {
      LOG.debug("rdma software: region {} of {} can not be mapped", number, instance, e);
      mapping.close();
      return Optional.empty();
    }
  }

  static String regionFile(long number) {
    return "region-" + number;
  }

  static String blockFile(int queuePair) {
    return "qp-" + queuePair;
  }

  /** A region's file is removed when no key leads to it any more. */
  private void forgetClosed() {
    for (Iterator<Map.Entry<Long, Mapped>> i = regions.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<Long, Mapped> entry = i.next();
      if (!Files.exists(directory.resolve(regionFile(entry.getKey())))) {
        entry.getValue().arena().close();
        i.remove();
      }
    }
  }

  /** Unmaps all; nobody may use it any more. */
  synchronized void close() {
    regions.values().forEach(region -> region.arena().close());
    regions.clear();
    arena.close();
  }
}
