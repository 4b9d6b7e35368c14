package org.sealane.smb.server;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/**
 * One message of a frame, after the checks that concern the frame: its ids are consumed, its
 * signature or its frame's tag is verified. Owner thread, but for what workers read of the message.
 */
final class Request {
  private final Smb2Header header;
  private final MemorySegment message;
  private final Level level;
  private final int creditsPromised;
  private final Optional<NtStatus> refusal;
  private final List<UseCount> uses = new ArrayList<>(3);
  private Optional<Session> session = Optional.empty();
  private Optional<TreeConnect> tree = Optional.empty();
  private Optional<Open> open = Optional.empty();
  private Optional<TrafficGate> gate = Optional.empty();
  private Optional<TrafficGate.Pass> pass = Optional.empty();

  /**
   * @param message the message from its header on; a view of the exchange's memory
   * @param level how it was protected
   * @param creditsPromised credits that its response grants
   * @param refusal the status it fails with whatever it asks
   */
  Request(
      Smb2Header header,
      MemorySegment message,
      Level level,
      int creditsPromised,
      Optional<NtStatus> refusal) {
    this.header = header;
    this.message = message;
    this.level = level;
    this.creditsPromised = creditsPromised;
    this.refusal = refusal;
  }

  Smb2Header header() {
    return header;
  }

  /** Empty for a code that no specification names. */
  Optional<Command> command() {
    return Command.ofCode(header.command());
  }

  MessageReader reader() {
    return new MessageReader(message);
  }

  MemorySegment message() {
    return message;
  }

  Level level() {
    return level;
  }

  int creditsPromised() {
    return creditsPromised;
  }

  Optional<NtStatus> refusal() {
    return refusal;
  }

  boolean isRelated() {
    return header.has(HeaderFlags.RELATED_OPERATIONS);
  }

  Optional<Session> session() {
    return session;
  }

  void session(Session found) {
    session = Optional.of(found);
  }

  Optional<TreeConnect> tree() {
    return tree;
  }

  void tree(TreeConnect found) {
    tree = Optional.of(found);
  }

  /** The open that it holds, if it is about one. */
  Optional<Open> open() {
    return open;
  }

  void open(Open found) {
    open = Optional.of(found);
  }

  /** Counts it as under way on a tree's gate, if it is not counted there already. */
  void enter(TrafficGate entered) {
    if (gate.isPresent() && gate.get() == entered) {
      return;
    }
    leaveGate();
    gate = Optional.of(entered);
    pass = Optional.of(entered.enter());
  }

  /** The gate it is counted on, which decides its response's level. */
  Optional<TrafficGate> gate() {
    return gate;
  }

  /** Nothing of it or its response is left. Any thread; idempotent. */
  void leaveGate() {
    pass.ifPresent(TrafficGate.Pass::close);
  }

  /** Holds {@code used} until {@link #leaveUses}. */
  void use(UseCount used) {
    used.enter();
    uses.add(used);
  }

  /** It is answered: lets go of tables. */
  void leaveUses() {
    List<UseCount> left = List.copyOf(uses);
    uses.clear();
    left.forEach(UseCount::leave);
  }
}
