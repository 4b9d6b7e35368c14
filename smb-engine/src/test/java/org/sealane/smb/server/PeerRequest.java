package org.sealane.smb.server;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.sealane.smb.lane.Level;
import org.sealane.smb.wire.Command;
import org.sealane.smb.wire.CompoundReader;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.Smb2Header;
import org.sealane.smb.wire.Smb2HeaderCodec;

/** One request as a test wants it. */
final class PeerRequest {
  private final ScriptedPeer peer;
  private final int command;
  private Consumer<MessageWriter> body = out -> out.padTo(Smb2Header.LENGTH);
  private byte[] payload = new byte[0];
  private Level level = Level.CLEAR;
  private int charge = 1;
  private int credits = 32;
  private int flags;
  private int channelSequence;
  private OptionalLong messageId = OptionalLong.empty();
  private OptionalLong asyncId = OptionalLong.empty();
  private OptionalLong sessionId = OptionalLong.empty();
  private int treeId;
  private boolean followed;

  PeerRequest(ScriptedPeer peer, Command command) {
    this.peer = peer;
    this.command = command.code();
    this.treeId = peer.treeId;
  }

  PeerRequest body(Consumer<MessageWriter> encoder) {
    body = encoder;
    return this;
  }

  PeerRequest payload(byte[] bytes) {
    payload = bytes;
    return this;
  }

  PeerRequest level(Level wanted) {
    level = wanted;
    return this;
  }

  PeerRequest charge(int creditCharge) {
    charge = creditCharge;
    return this;
  }

  PeerRequest credits(int asked) {
    credits = asked;
    return this;
  }

  PeerRequest flag(int flag) {
    flags |= flag;
    return this;
  }

  PeerRequest replay() {
    return flag(HeaderFlags.REPLAY_OPERATION);
  }

  PeerRequest channelSequence(int number) {
    channelSequence = number;
    return this;
  }

  PeerRequest related() {
    return flag(HeaderFlags.RELATED_OPERATIONS);
  }

  PeerRequest messageId(long id) {
    messageId = OptionalLong.of(id);
    return this;
  }

  PeerRequest asyncId(long id) {
    asyncId = OptionalLong.of(id);
    return flag(HeaderFlags.ASYNC_COMMAND);
  }

  PeerRequest session(long id) {
    sessionId = OptionalLong.of(id);
    return this;
  }

  PeerRequest tree(int id) {
    treeId = id;
    return this;
  }

  boolean isSigned() {
    return level == Level.SIGN;
  }

  /** Another message of a compound follows. */
  PeerRequest followed() {
    followed = true;
    return this;
  }

  /** The frame: signed or sealed if its level says so. */
  byte[] bytes() {
    byte[] message = message();
    return level == Level.ENCRYPT ? peer.seal(message) : message;
  }

  /** The message, signed if its level says so, never sealed. */
  byte[] message() {
    MessageWriter out = new MessageWriter();
    body.accept(out);
    int length = out.length() + payload.length;
    int padding = followed ? Math.floorMod(-length, CompoundReader.ALIGNMENT) : 0;
    Smb2HeaderCodec.encode(
        new Smb2Header(
            charge,
            Smb2Header.statusField(channelSequence),
            command,
            credits,
            flags,
            followed ? length + padding : 0,
            messageId.orElseGet(() -> peer.takeIds(charge)),
            asyncId.orElse(Smb2Header.treeField(treeId)),
            sessionId.orElse(peer.sessionId)),
        out);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(out.written().toArray(ValueLayout.JAVA_BYTE));
    bytes.writeBytes(payload);
    bytes.writeBytes(new byte[padding]);
    return level == Level.SIGN ? peer.sign(bytes.toByteArray()) : bytes.toByteArray();
  }

  ScriptedPeer.Reply ask() {
    return peer.ask(bytes());
  }

  void assertDisconnects() {
    peer.assertDisconnects(bytes());
  }

  /**
   * Sends it, which must close the connection; then {@code cleanUp} runs before leaks are looked
   * for.
   */
  void assertDisconnectsAfter(Runnable cleanUp) {
    peer.server.deliver(bytes());
    org.assertj.core.api.Assertions.assertThat(peer.server.transport.closed).isPresent();
    cleanUp.run();
    peer.server.assertNothingLeaks();
  }

  static byte[] chain(byte[]... messages) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    for (byte[] message : messages) {
      frame.writeBytes(message);
    }
    return frame.toByteArray();
  }
}
