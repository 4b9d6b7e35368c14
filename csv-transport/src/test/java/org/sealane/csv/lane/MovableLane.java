package org.sealane.csv.lane;

import static org.sealane.cluster.lane.TwoLaneNodes.policy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.sealane.cluster.lane.TwoLaneNodes;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneMoves;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.MoveCause;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.share.DirectoryShare;
import org.sealane.smb.share.ShareBackend;

/** One lane over a relay, from node2 to a directory of node1, and all that makes it move. */
final class MovableLane implements AutoCloseable {
  /** How many ways there are to make it move. */
  static final int WAYS = 8;

  static final UUID VOLUME = new UUID(1, 0);

  private static final RekeyLimits BY_MESSAGES = new RekeyLimits(1L << 40, 64, Duration.ofHours(1));
  private static final RekeyLimits BY_BYTES =
      new RekeyLimits(1 << 20, 1L << 40, Duration.ofHours(1));
  private static final RekeyLimits BY_TIME =
      new RekeyLimits(1L << 40, 1L << 40, Duration.ofSeconds(1));

  /** What node1 serves, which a test may change. */
  final Map<UUID, ShareBackend> shares = new ConcurrentHashMap<>();

  final DirectoryShare directory;
  final TwoLaneNodes nodes;
  final LaneRelay relay;

  /** The directory, as node2 sees it. */
  final ShareBackend share;

  private long epoch;
  private Level level = Level.ENCRYPT;
  private CipherId cipher = CipherId.AES_128_GCM;

  MovableLane(Path root) throws IOException {
    directory = new DirectoryShare(root, DirectoryShare.Settings.of("v", 1));
    shares.put(VOLUME, directory);
    nodes = new TwoLaneNodes((volume, _) -> Optional.ofNullable(shares.get(volume)));
    relay = new LaneRelay(nodes.server().lanes().address());
    nodes.client().lanes().lanes().detour("node1", Optional.of(relay.address()));
    share = nodes.share(VOLUME, LaneKind.CSV);
    publish(RekeyLimits.DEFAULT);
  }

  /** From now on nothing but an accident makes it move. */
  void settle() {
    publish(RekeyLimits.DEFAULT);
  }

  void level(Level next) {
    level = next;
    settle();
  }

  /** Both nodes send under a new policy and accept the one before, too. */
  private void publish(RekeyLimits rekey) {
    LanePolicy before = nodes.client().rules().rule(VOLUME, LaneKind.CSV).send();
    epoch++;
    LanePolicy plain = policy(VOLUME, LaneKind.CSV, epoch, level, cipher);
    LanePolicy next =
        new LanePolicy(
            plain.volume(),
            plain.kind(),
            plain.epoch(),
            plain.level(),
            plain.ciphers(),
            plain.signing(),
            plain.transport(),
            rekey);
    nodes.publish(new LaneRule(next, List.of(next, before)));
  }

  LaneMoves moves() {
    return nodes.client().lanes().lanes().status().stream()
        .map(LaneStatus::moves)
        .findFirst()
        .orElse(LaneMoves.NONE);
  }

  long moves(MoveCause cause) {
    return moves().byCause().getOrDefault(cause, 0L);
  }

  /** Node1 forgets every open. */
  void restart() throws IOException {
    nodes.restartServer();
    relay.target(nodes.server().lanes().address());
  }

  /** Makes the lane move in one of {@link #WAYS}, and says why it will say that it did. */
  MoveCause provoke(int way) throws IOException {
    return switch (way) {
      case 0 -> {
        publish(BY_MESSAGES);
        yield MoveCause.REKEY;
      }
      case 1 -> {
        publish(BY_BYTES);
        yield MoveCause.REKEY;
      }
      case 2 -> {
        publish(BY_TIME);
        yield MoveCause.REKEY;
      }
      case 3 -> {
        cipher = cipher == CipherId.AES_128_GCM ? CipherId.AES_256_GCM : CipherId.AES_128_GCM;
        settle();
        yield MoveCause.POLICY;
      }
      case 4 -> {
        nodes.client().lanes().lanes().detour("node1", Optional.of(relay.address()));
        yield MoveCause.ROUTE;
      }
      case 5 -> {
        relay.cut();
        yield MoveCause.LOSS;
      }
      case 6 -> {
        nodes.server().lanes().reset("node2", "test");
        yield MoveCause.LOSS;
      }
      case 7 -> {
        restart();
        yield MoveCause.LOSS;
      }
      default -> throw new IllegalArgumentException("way " + way);
    };
  }

  @Override
  public void close() throws IOException {
    nodes.close();
    relay.close();
    directory.close();
  }
}
