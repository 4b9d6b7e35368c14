package org.sealane.deploy.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.DocumentMessages.PolicyDraft;
import org.sealane.deploy.admin.DocumentMessages.Turn;
import org.sealane.deploy.draft.Administrator;
import org.sealane.deploy.draft.DraftException;
import org.sealane.deploy.status.ClusterStatus;
import org.sealane.smb.lane.LaneKind;

/** Turns the scratch volume of a benchmark through real policy turns, and says what carries it. */
public final class BenchLanes implements BenchSession.Lanes {
  private static final Duration TURN_MAX = Duration.ofSeconds(30);

  private final Administrator administrator;
  private final AdminClient client;
  private final String volume;
  private final String from;

  /**
   * @param client for any node; stays the caller's
   * @param from the node whose lane the load runs on
   */
  public BenchLanes(Administrator administrator, AdminClient client, String volume, String from) {
    this.administrator = Objects.requireNonNull(administrator);
    this.client = Objects.requireNonNull(client);
    this.volume = Objects.requireNonNull(volume);
    this.from = Objects.requireNonNull(from);
  }

  @Override
  public void turn(BenchMatrix.Setting setting) throws AdminException {
    String level = setting.level().word();
    boolean csv = setting.kind() == LaneKind.CSV;
    PolicyDraft wanted =
        new PolicyDraft(
            volume,
            csv ? level : null,
            csv ? null : level,
            List.of(setting.cipher().word()),
            null,
            setting.transport().word(),
            null,
            null);
    try {
      long epoch = administrator.setPolicy(wanted, false);
      Turn turn = administrator.awaitTurn(volume, epoch, TURN_MAX);
      if (!turn.state().equals("complete")) {
        throw new AdminException(
            AdminException.Kind.UNAVAILABLE,
            "the turn to epoch %d is %s; missing: %s"
                .formatted(epoch, turn.state(), String.join(", ", turn.missing())));
      }
    } catch (DraftException e) {
      throw new AdminException(AdminException.Kind.FAILED, e.getMessage(), e);
    }
  }

  @Override
  public BenchSession.Carrier carrier(LaneKind kind) throws AdminException {
    return client.get(ClusterStatus.PATH, Map.of(), ClusterStatus.class).lanes().stream()
        .filter(lane -> lane.from().equals(from) && lane.volume().equals(volume))
        .filter(lane -> lane.kind().equals(kind.word()))
        .map(lane -> new BenchSession.Carrier(lane.transport(), lane.provider(), lane.signing()))
        .findFirst()
        .orElseThrow(() ->
            new AdminException(
                AdminException.Kind.FAILED,
                "node " + from + " has no " + kind.word() + " lane of volume " + volume));
  }
}
