package org.sealane.smb.auth;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import org.sealane.smb.lane.LaneBinding;

/** The opening side of {@link NodeMechanism}. Tokens are laid out as {@link NodeTokens} says. */
final class NodeInitiator implements SecurityContext {

  /** Each state is entered by one call of {@link #next}; ENDED from any. */
  private enum State {
    /** Nothing was sent. */
    START,
    /** TLS is not done. */
    HANDSHAKE,
    /** TLS is done here; the acceptor has yet to look at our certificate. */
    UNCONFIRMED,
    ENDED
  }

  private final LaneBinding binding;
  private final byte[] encodedBinding;
  private final List<KeyAgreement> keyAgreements;
  private final PeerCheck check;
  private final NodeTlsChannel channel;
  private State state = State.START;
  private int tokens;

  NodeInitiator(
      LaneBinding binding,
      NodeCredentials credentials,
      List<KeyAgreement> keyAgreements,
      PeerCheck check,
      SecureRandom random) {
    this.binding = binding;
    this.encodedBinding = LaneBindingCodec.encode(binding);
    this.keyAgreements = keyAgreements;
    this.check = check;
    this.channel =
        NodeTlsChannel.connect(
            new NodeTlsClient(
                new NodeTlsCrypto(random, check),
                credentials.keys(),
                keyAgreements,
                encodedBinding,
                check),
            check);
  }

  @Override
  public Step next(byte[] token) {
    State before = state;
    state = State.ENDED;
    if (before == State.ENDED) {
      return new Step.Refused(NodeTokens.NONE, "the handshake has ended");
    }
    if (before == State.START) {
      state = State.HANDSHAKE;
      return new Step.Continue(firstToken());
    }
    if (token.length > NodeTokens.TOKEN_BYTES_MAX || ++tokens > NodeTokens.TOKENS_MAX) {
      check.malformed("tokens beyond the limit");
      return refused();
    }
    if (!channel.offer(token)) {
      return refused();
    }
    return before == State.HANDSHAKE ? handshake() : confirmation();
  }

  private byte[] firstToken() {
    byte[] records = channel.output();
    return ByteBuffer.allocate(Short.BYTES + encodedBinding.length + records.length)
        .putShort((short) encodedBinding.length)
        .put(encodedBinding)
        .put(records)
        .array();
  }

  private Step handshake() {
    byte[] output = channel.output();
    if (output.length == 0 || channel.applicationData().length > 0) {
      check.malformed("a token that is not a whole flight");
      return refused();
    }
    state = channel.isConnected() ? State.UNCONFIRMED : State.HANDSHAKE;
    return new Step.Continue(output);
  }

  private Step confirmation() {
    byte[] said = channel.applicationData();
    if (said.length != 1 || said[0] != NodeTokens.ACCEPTED) {
      check.malformed("it did not say that it accepted");
      return refused();
    }
    return NodeTokens.complete(NodeTokens.NONE, binding, keyAgreements, check, channel);
  }

  private Step refused() {
    return new Step.Refused(channel.output(), check.reason());
  }

  @Override
  public void close() {
    state = State.ENDED;
    channel.close();
  }
}
