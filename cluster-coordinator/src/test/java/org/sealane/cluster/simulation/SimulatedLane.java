package org.sealane.cluster.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneLimits;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRetry;
import org.sealane.smb.lane.LaneRules;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;

/**
 * One lane: it opens with the algorithms of its client's rule, both ends tell each other what they
 * know of the policy before the first payload, and it moves when the rule asks for other
 * algorithms. It can be cut off with what is under way.
 */
final class SimulatedLane {
  /** Requests that wait for a lane to open; more are not made. */
  private static final int HELD_MAX = 8;

  /** How long an end of a lane waits for its member's judgement of what the other end knows. */
  private static final long JUDGEMENT_NANOS_MAX = VirtualTime.millis(5_000);

  private static final LaneRetry RETRY = new LaneRetry(false, LaneLimits.DEFAULT);

  /** What carries a lane. */
  record Carrier(CipherId cipher, boolean rdma) {
    /** Whether a lane under {@code policy} may go on with it. */
    boolean suits(LanePolicy policy) {
      return policy.ciphers().contains(cipher) && suits(policy.transport());
    }

    boolean suits(TransportPreference transport) {
      return switch (transport) {
        case RDMA_PREFERRED -> true;
        case RDMA_ONLY -> rdma;
        case TCP_ONLY -> !rdma;
      };
    }
  }

  private enum State {
    DOWN,
    OPENING,
    OPEN
  }

  final SimulatedProcess client;
  final SimulatedProcess server;
  final LaneKind kind;
  private final SimulatedLanes lanes;
  private final VirtualTime time;
  private final Invariants invariants;
  private final Queue<Exchange> held = new ArrayDeque<>();
  private final Set<Exchange> underWay = new HashSet<>();
  private State state = State.DOWN;
  private Optional<Carrier> carrier = Optional.empty();
  private long openedAt;
  private long dialedFirst;
  private boolean cut;

  SimulatedLane(
      SimulatedLanes lanes, SimulatedProcess client, SimulatedProcess server, LaneKind kind) {
    this.lanes = lanes;
    this.time = lanes.time();
    this.invariants = lanes.invariants();
    this.client = client;
    this.server = server;
    this.kind = kind;
  }

  /** Whether payloads may pass; and since which moment of ZooKeeper's. */
  boolean isOpen() {
    return state == State.OPEN;
  }

  long openedAt() {
    return openedAt;
  }

  Optional<Carrier> carrier() {
    return carrier;
  }

  boolean isBetween(SimulatedProcess self, String node) {
    return client == self && server.id().node().equals(node)
        || server == self && client.id().node().equals(node);
  }

  boolean joins(SimulatedProcess process) {
    return client == process || server == process;
  }

  /** One request, its response, and their passes. */
  private final class Exchange {
    private LaneRules.Pass clientPass;
    private LaneRules.Pass serverPass;
    private Level level;

    void begin() {
      underWay.add(this);
      clientPass = client.rules().enter(lanes.volume(), kind);
      then(client, VirtualTime.millis(5), this::post);
    }

    private void post() {
      level = Level.strongest(clientPass.level(), sendLevel(client));
      then(client, VirtualTime.millis(1), () -> leave(client, server, this::arrive));
    }

    private void arrive() {
      invariants.arrives(server, SimulatedLane.this, level);
      if (!invariants.accepts(server, client, SimulatedLane.this, level)) {
        end();
        return;
      }
      serverPass = server.rules().enter(lanes.volume(), kind);
      then(server, VirtualTime.millis(15), this::respond);
    }

    private void respond() {
      Level least = Level.strongest(level, sendLevel(server));
      level = Level.strongest(least, serverPass.level());
      then(
          server,
          VirtualTime.millis(1),
          () ->
              leave(
                  server,
                  client,
                  () -> {
                    invariants.arrives(client, SimulatedLane.this, level);
                    invariants.accepts(client, server, SimulatedLane.this, level);
                    end();
                  }));
    }

    /** Asked once more where bytes leave; a process may be stopped right after that. */
    private void leave(SimulatedProcess from, SimulatedProcess to, Runnable arrives) {
      if (level != Level.ENCRYPT && from.rules().isFailSealed()) {
        lanes.cut(SimulatedLane.this, from);
        return;
      }
      invariants.sends(from, SimulatedLane.this, level);
      if (lanes.stopsAtSend(from)) {
        then(from, VirtualTime.millis(1), () -> travel(from, to, arrives));
      } else {
        travel(from, to, arrives);
      }
    }

    private void travel(SimulatedProcess from, SimulatedProcess to, Runnable arrives) {
      if (from == server) {
        serverPass.close();
      }
      hop(from, to, level != Level.ENCRYPT, arrives);
    }

    private Level sendLevel(SimulatedProcess process) {
      return process.rules().sendLevel(lanes.volume(), kind);
    }

    private void end() {
      release(true);
      release(false);
      underWay.remove(this);
      proceed();
    }

    void release(boolean ofClient) {
      LaneRules.Pass pass = ofClient ? clientPass : serverPass;
      if (pass != null) {
        pass.close();
      }
    }
  }

  /** Asks for one request; it waits while the lane opens or moves. */
  void request() {
    if (held.size() < HELD_MAX) {
      held.add(new Exchange());
      proceed();
    }
  }

  private LanePolicy policy() {
    return client.rules().rule(lanes.volume(), kind).send();
  }

  private void proceed() {
    if (cut || state == State.OPENING || held.isEmpty()) {
      return;
    }
    boolean suits =
        state == State.OPEN && (lanes.staysPut(client) || carrier.orElseThrow().suits(policy()));
    if (suits) {
      while (!held.isEmpty()) {
        held.remove().begin();
      }
    } else if (underWay.isEmpty()) {
      state = State.OPENING;
      dialedFirst = time.now();
      then(client, VirtualTime.millis(2), this::dial);
    }
  }

  private void dial() {
    LanePolicy policy = policy();
    boolean rdma =
        switch (policy.transport()) {
          case RDMA_ONLY -> true;
          case TCP_ONLY -> false;
          case RDMA_PREFERRED -> time.chance(0.7);
        };
    Carrier wanted = new Carrier(policy.ciphers().getFirst(), rdma);
    hop(client, server, false, () -> resolve(wanted, policy));
  }

  private void resolve(Carrier wanted, LanePolicy dialed) {
    if (!invariants.grants(server, wanted, kind)) {
      boolean inContact = invariants.areInContact(server, client);
      hop(server, client, false, () -> refused(wanted, dialed, inContact));
      return;
    }
    byte[] clientKnows = client.newestPolicy();
    judged(
        server,
        clientKnows,
        () -> {
          byte[] serverKnows = server.newestPolicy();
          hop(server, client, false, () -> judged(client, serverKnows, () -> opened(wanted)));
        });
  }

  /** Goes on when the member has judged what the other end knows, or takes too long. */
  private void judged(SimulatedProcess process, byte[] state, Runnable then) {
    boolean[] done = {false};
    Runnable once =
        () -> {
          if (!done[0]) {
            done[0] = true;
            then(process, VirtualTime.millis(1), then);
          }
        };
    if (process.offer(lanes.volume(), state, _ -> once.run())) {
      time.after(JUDGEMENT_NANOS_MAX, once);
    } else {
      once.run();
    }
  }

  private void opened(Carrier with) {
    state = State.OPEN;
    carrier = Optional.of(with);
    openedAt = lanes.moment();
    proceed();
  }

  /** Lanes have nothing open here, so they are no more patient than a first opening. */
  private void refused(Carrier wanted, LanePolicy dialed, boolean inContact) {
    Duration spent = Duration.ofNanos(time.now() - dialedFirst);
    if (RETRY.again(LaneRetry.Failure.OTHER, dialed, policy(), spent)) {
      then(client, VirtualTime.millis(40), this::dial);
      return;
    }
    invariants.refused(server, this, wanted, inContact);
    state = State.DOWN;
    held.clear();
  }

  /** Goes on at {@code where} if the lane is still there, once that process runs. */
  private void then(SimulatedProcess where, long nanosMax, Runnable next) {
    at(where, time.between(10_000, nanosMax), next);
  }

  private void at(SimulatedProcess where, long nanos, Runnable next) {
    time.after(
        nanos,
        () -> {
          if (cut || where.isEnded()) {
            return;
          }
          if (where.isRunning()) {
            next.run();
          } else {
            then(where, VirtualTime.millis(10), next);
          }
        });
  }

  /** Sends; the kernel gives a lane up that does not get its bytes through in time. */
  private void hop(SimulatedProcess from, SimulatedProcess to, boolean readable, Runnable arrives) {
    long blocked = lanes.blockedNanos(from.id().node(), to.id().node());
    long patience = SimulatedLanes.DELIVERY_NANOS_MAX;
    if (readable && blocked > patience) {
      time.after(
          patience,
          () -> {
            if (!cut) {
              lanes.cut(this, from);
            }
          });
      return;
    }
    at(to, blocked + lanes.travelNanos(), arrives);
  }

  /** The lane is no more: {@code self} knows now, the other end when the network tells it. */
  void cutOff(SimulatedProcess self) {
    cut = true;
    held.clear();
    List<Exchange> ended = List.copyOf(underWay);
    ended.forEach(exchange -> exchange.release(client == self));
    SimulatedProcess other = client == self ? server : client;
    long blocked = lanes.blockedNanos(self.id().node(), other.id().node());
    time.after(
        blocked + time.between(VirtualTime.millis(1), VirtualTime.millis(50)),
        () ->
            ended.forEach(exchange -> {
              exchange.release(true);
              exchange.release(false);
            }));
  }

  @Override
  public String toString() {
    return "lane " + client.id() + " > " + server.id() + " " + kind.word();
  }
}
