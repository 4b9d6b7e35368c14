package org.sealane.smb.lane;

import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.server.ShareResolver;
import org.sealane.smb.server.TrafficGate;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.wire.NtStatus;

/**
 * Says which tree a lane gets: the one its keys are bound to, if this node serves it now and the
 * connection's algorithms are in the volume's policy. Any thread may call.
 */
public final class LaneResolver implements ShareResolver {

  /** What this node serves. Any thread may call; may block. */
  @FunctionalInterface
  public interface LocalShares {
    /** The backend of a volume's files or disks; empty if they are not here now. */
    Optional<ShareBackend> find(UUID volume, LaneKind kind);
  }

  private final LaneRules rules;
  private final LocalShares shares;
  private final PolicyState policies;

  public LaneResolver(LaneRules rules, LocalShares shares, PolicyState policies) {
    this.rules = Objects.requireNonNull(rules);
    this.shares = Objects.requireNonNull(shares);
    this.policies = Objects.requireNonNull(policies);
  }

  @Override
  public Resolution resolve(TreeRequest request) {
    return switch (request.peer()) {
      case Principal.Node node -> resolve(request, node.binding());
      case Principal.User _, Principal.Server _ ->
          new Refused(NtStatus.ACCESS_DENIED, "lanes are for nodes");
    };
  }

  private Resolution resolve(TreeRequest request, LaneBinding binding) {
    if (!request.path().equalsIgnoreCase(LaneTree.path(binding))) {
      return new Refused(
          NtStatus.ACCESS_DENIED,
          "the lane's keys are bound to " + LaneTree.path(binding) + ", not " + request.path());
    }
    LaneRule rule = rules.rule(binding.volume(), binding.kind());
    if (rule.accept().stream().noneMatch(policy -> allows(policy, request))) {
      return new Refused(
          NtStatus.ACCESS_DENIED,
          "cipher %s and signing %s are not in the policy of volume %s at epoch %d"
              .formatted(
                  request.cipher().map(cipher -> cipher.word()).orElse("none"),
                  request.signing().word(),
                  binding.volume(),
                  rule.send().epoch()));
    }
    return shares
        .find(binding.volume(), binding.kind())
        .<Resolution>map(backend -> granted(binding, backend))
        .orElseGet(() ->
            new Refused(
                NtStatus.BAD_NETWORK_NAME,
                binding.kind().word() + " of volume " + binding.volume() + " is not here"));
  }

  private static boolean allows(LanePolicy policy, TreeRequest request) {
    return request.cipher().filter(policy.ciphers()::contains).isPresent()
        && policy.signing().contains(request.signing());
  }

  private Granted granted(LaneBinding binding, ShareBackend backend) {
    return new Granted(
        binding.volume() + "/" + binding.kind().word(),
        backend,
        new Gate(rules, binding.volume(), binding.kind()),
        new PolicyExchange(policies, binding.volume()),
        false);
  }

  /** The rules in force, as the server asks for them. */
  private record Gate(LaneRules rules, UUID volume, LaneKind kind) implements TrafficGate {
    @Override
    public boolean accepts(Level requestLevel) {
      return requestLevel.satisfies(rules.rule(volume, kind).weakestAccepted());
    }

    @Override
    public Pass enter() {
      return rules.enter(volume, kind)::close;
    }

    @Override
    public boolean mayLeave(Level level) {
      return rules.mayLeave(level);
    }

    @Override
    public Level sendLevel() {
      return rules.sendLevel(volume, kind);
    }
  }
}
