package org.sealane.deploy.node;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.sealane.cluster.member.PolicyStateExchange;
import org.sealane.smb.lane.PolicyState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the ends of this node's lanes tell each other, once the node has its membership; nothing
 * before. Any thread.
 */
final class MemberPolicyState implements PolicyState {
  private static final Logger LOG = LoggerFactory.getLogger(MemberPolicyState.class);

  /** A lane waits no longer for the judgement of what its other end said. */
  private static final Duration JUDGEMENT_MAX = Duration.ofSeconds(5);

  private final AtomicReference<PolicyState> known = new AtomicReference<>(PolicyState.NONE);

  /** From now on the node's own memory and verifier answer. */
  void member(PolicyStateExchange exchange) {
    known.set(new Exchanged(exchange));
  }

  @Override
  public byte[] newest(UUID volume) {
    return known.get().newest(volume);
  }

  @Override
  public void offer(UUID volume, byte[] peerState) {
    known.get().offer(volume, peerState);
  }

  private record Exchanged(PolicyStateExchange exchange) implements PolicyState {
    @Override
    public byte[] newest(UUID volume) {
      return exchange.newest(volume);
    }

    @Override
    public void offer(UUID volume, byte[] peerState) {
      if (peerState.length == 0) {
        return;
      }
      try {
        PolicyStateExchange.Answer answer =
            exchange
                .offer(volume, peerState)
                .toCompletableFuture()
                .get(JUDGEMENT_MAX.toMillis(), TimeUnit.MILLISECONDS);
        LOG.debug("volume={} the other end's policy state: {}", volume, answer);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (TimeoutException | ExecutionException e) {
        LOG.warn("volume={} the other end's policy state was not judged in time", volume, e);
      }
    }
  }
}
