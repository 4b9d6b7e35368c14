package org.sealane.csv.lane;

import static org.sealane.cluster.lane.TwoLaneNodes.policy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.sealane.cluster.identity.ClusterCa;
import org.sealane.cluster.lane.TwoLaneNodes;
import org.sealane.cluster.lane.TwoLaneNodes.Proof;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.Level;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;

/** Volumes of node1 as directories, used by node2 over lanes that pass a relay. */
final class LaneVolumes implements AutoCloseable {
  private static final Caller CALLER = new Caller("node2", "node2");

  private final Path root;
  private final Map<UUID, DirectoryShare> shares = new ConcurrentHashMap<>();
  final TwoLaneNodes nodes;
  final LaneRelay relay;

  LaneVolumes(Path root) throws IOException {
    this(root, ca -> Proof.good(ca, "node1"), ca -> Proof.good(ca, "node2"));
  }

  LaneVolumes(Path root, Function<ClusterCa, Proof> server, Function<ClusterCa, Proof> client)
      throws IOException {
    this.root = root;
    nodes =
        new TwoLaneNodes((volume, _) -> Optional.ofNullable(shares.get(volume)), server, client);
    relay = new LaneRelay(nodes.server().lanes().address());
    nodes.client().lanes().lanes().detour("node1", Optional.of(relay.address()));
  }

  /** Makes a volume, whose files travel at {@code level}. */
  void add(UUID volume, Level level) throws IOException {
    Path directory = Files.createDirectory(directory(volume));
    shares.put(
        volume, new DirectoryShare(directory, DirectoryShare.Settings.of("v", shares.size())));
    nodes.publish(LaneRule.settled(policy(volume, LaneKind.CSV, 1, level)));
  }

  Path directory(UUID volume) {
    return root.resolve(volume.toString());
  }

  /** Opens a file of the volume over its lane, or makes it. */
  ShareOpen open(UUID volume, String name) throws ShareException {
    return nodes
        .share(volume, LaneKind.CSV)
        .create(
            new CreateParameters(
                SharePath.ofWire(name),
                AccessMask.GENERIC_ALL,
                0,
                CreateParameters.SHARE_ALL,
                CreateDisposition.OPEN_IF,
                0),
            CALLER);
  }

  /** Writes a block and gives back what reading it gives. */
  static byte[] writeAndRead(ShareOpen file, long offset, byte[] block) throws ShareException {
    file.write(offset, MemorySegment.ofArray(block), false);
    byte[] read = new byte[block.length];
    for (int at = 0; at < read.length; ) {
      at += file.read(offset + at, MemorySegment.ofArray(read).asSlice(at));
    }
    return read;
  }

  static byte[] random(int bytes, long seed) {
    byte[] content = new byte[bytes];
    new Random(seed).nextBytes(content);
    return content;
  }

  @Override
  public void close() throws IOException {
    nodes.close();
    relay.close();
    shares.values().forEach(DirectoryShare::close);
  }
}
