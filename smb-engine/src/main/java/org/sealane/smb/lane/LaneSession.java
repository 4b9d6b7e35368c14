package org.sealane.smb.lane;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.sealane.smb.client.ClientConnection;
import org.sealane.smb.client.ClientTree;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.negotiate.NegotiatedConnection;
import org.sealane.smb.share.ShareException;

/** One session of a lane on a connection of its own: one set of keys. Any thread may call. */
final class LaneSession {
  private final ClientTree tree;
  private final LongSupplier nanoClock;
  private final long openedNanos;
  private volatile long messagesAtStart;
  private volatile boolean endedHere;

  /**
   * @param tree with the ChannelSequence of this session
   */
  LaneSession(ClientTree tree, LongSupplier nanoClock) {
    this.tree = tree;
    this.nanoClock = nanoClock;
    this.openedNanos = nanoClock.getAsLong();
  }

  /** Its opens are placed: what its keys do from now on counts for the limit of messages. */
  void placed() {
    messagesAtStart = tree.session().keyUsage().messages();
  }

  ClientTree tree() {
    return tree;
  }

  long id() {
    return tree.session().id();
  }

  NegotiatedConnection negotiated() {
    return tree.session().connection().negotiated();
  }

  /** True if this node ended it: for a move, as it was idle, or for a peer that left. */
  boolean isEndedHere() {
    return endedHere;
  }

  /** The name of the transport that carries it. */
  String transport() {
    return tree.session().connection().transport().transport().name();
  }

  /** What it was opened with, for who is told of it. */
  LaneEvent.Facts facts(LanePolicy policy) {
    return new LaneEvent.Facts(
        transport(),
        negotiated().cipher().orElseThrow(),
        negotiated().signing(),
        policy.level(),
        policy.epoch());
  }

  Duration age() {
    return Duration.ofNanos(nanoClock.getAsLong() - openedNanos);
  }

  PayloadBytes payload() {
    return tree.sent().plus(tree.received());
  }

  /**
   * Why the lane needs another session than this one under {@code policy}; empty if it does not.
   */
  Optional<MoveCause> outdatedBy(LanePolicy policy) {
    NegotiatedConnection agreed = negotiated();
    if (!policy.transport().allows(transport())
        || agreed.cipher().filter(policy.ciphers()::contains).isEmpty()
        || !policy.signing().contains(agreed.signing())) {
      return Optional.of(MoveCause.POLICY);
    }
    PayloadBytes bytes = payload();
    RekeyLimits limits = policy.rekey();
    return bytes.sealed() + bytes.signed() >= limits.bytes()
            || tree.session().keyUsage().messages() - messagesAtStart >= limits.messages()
            || age().compareTo(limits.age()) >= 0
        ? Optional.of(MoveCause.REKEY)
        : Optional.empty();
  }

  /** Closes the connection; what is under way on it fails. Idempotent. */
  void close(String reason) {
    endedHere = true;
    tree.session().connection().close(reason);
  }

  /**
   * Drops the connection with what the kernel still holds of it; completes when it is gone.
   * Idempotent.
   */
  CompletionStage<Void> reset(String reason) {
    endedHere = true;
    return drop(reason);
  }

  /** As {@link #reset}, for what a request found: no blame to the connection if that answered. */
  CompletionStage<Void> lost(ShareException why) {
    endedHere |= LaneFailure.isAnswer(why);
    return drop(why.getMessage());
  }

  private CompletionStage<Void> drop(String reason) {
    ClientConnection connection = tree.session().connection();
    connection.transport().reset(reason);
    return connection.closed().thenApply(_ -> null);
  }
}
