package org.sealane.smb.auth;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.wire.MalformedMessageException;

/** The accepting side of {@link NodeMechanism}. Tokens are laid out as {@link NodeTokens} says. */
final class NodeAcceptor implements SecurityContext {

  /** Each state is entered by one call of {@link #next}; ENDED from any. */
  private enum State {
    /** Nothing was received. */
    START,
    /** TLS is not done. */
    HANDSHAKE,
    ENDED
  }

  private final NodeCredentials credentials;
  private final List<KeyAgreement> keyAgreements;
  private final Enrollment enrollment;
  private final InstantSource clock;
  private final SecureRandom random;
  private State state = State.START;
  private int tokens;

  // Set by the first token, together.
  private LaneBinding binding;
  private PeerCheck check;
  private NodeTlsChannel channel;

  NodeAcceptor(
      NodeCredentials credentials,
      List<KeyAgreement> keyAgreements,
      Enrollment enrollment,
      InstantSource clock,
      SecureRandom random) {
    this.credentials = credentials;
    this.keyAgreements = keyAgreements;
    this.enrollment = enrollment;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public Step next(byte[] token) {
    State before = state;
    state = State.ENDED;
    if (before == State.ENDED) {
      return new Step.Refused(NodeTokens.NONE, "the handshake has ended");
    }
    if (token.length > NodeTokens.TOKEN_BYTES_MAX || ++tokens > NodeTokens.TOKENS_MAX) {
      return new Step.Refused(NodeTokens.NONE, "refused a peer: tokens beyond the limit");
    }
    byte[] records = token;
    if (before == State.START) {
      try {
        records = begin(token);
      } catch (MalformedMessageException e) {
        return new Step.Refused(NodeTokens.NONE, "refused a peer: " + e.getMessage());
      }
    }
    return channel.offer(records) ? answer() : refused();
  }

  /** Takes the binding off the first token, and gives the rest. */
  private byte[] begin(byte[] token) throws MalformedMessageException {
    int length = token.length < Short.BYTES ? 0 : ByteBuffer.wrap(token).getShort(0) & 0xFFFF;
    int end = Short.BYTES + length;
    if (length == 0 || end >= token.length) {
      throw new MalformedMessageException("binding length", 0, "within the token", length);
    }
    byte[] encodedBinding = Arrays.copyOfRange(token, Short.BYTES, end);
    binding = LaneBindingCodec.decode(encodedBinding);
    check =
        new PeerCheck(
            credentials, binding.clientNode(), CertificateVerifier.Role.CLIENT, enrollment, clock);
    channel =
        NodeTlsChannel.accept(
            new NodeTlsServer(
                new NodeTlsCrypto(random, check),
                credentials,
                keyAgreements,
                binding,
                encodedBinding,
                check),
            check);
    return Arrays.copyOfRange(token, end, token.length);
  }

  private Step answer() {
    if (channel.applicationData().length > 0) {
      check.malformed("application data in its handshake");
      return refused();
    }
    if (channel.isConnected()) {
      channel.writeApplicationData(new byte[] {NodeTokens.ACCEPTED});
      return NodeTokens.complete(channel.output(), binding, keyAgreements, check, channel);
    }
    byte[] output = channel.output();
    if (output.length == 0) {
      check.malformed("a token that is not a whole flight");
      return refused();
    }
    state = State.HANDSHAKE;
    return new Step.Continue(output);
  }

  private Step refused() {
    return new Step.Refused(channel.output(), check.reason());
  }

  @Override
  public void close() {
    state = State.ENDED;
    if (channel != null) {
      channel.close();
    }
  }
}
