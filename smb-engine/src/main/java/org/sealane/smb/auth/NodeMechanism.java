package org.sealane.smb.auth;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.sealane.smb.lane.LaneBinding;

/**
 * How nodes prove to each other who they are: a TLS 1.3 handshake with both sides' certificates,
 * carried as tokens in SPNEGO. The session key is the TLS exporter's output over the {@link
 * LaneBinding}, so a session is of that lane and no other.
 *
 * <p>What is refused, each with one line on each side: a certificate that is expired, of another
 * CA, of another node than meant, not enrolled or revoked; a key agreement that is not allowed.
 *
 * <p>Any thread may call. Credentials are asked for at each handshake, so a renewed certificate is
 * used from the next one on; sessions that exist keep their keys.
 */
public final class NodeMechanism implements SecurityMechanism {
  private final Supplier<NodeCredentials> credentials;
  private final Enrollment enrollment;
  private final List<KeyAgreement> keyAgreements;
  private final InstantSource clock;
  private final SecureRandom random;

  /**
   * @param credentials this node's key and certificates as they are now; must not block
   * @param enrollment says which nodes' certificates are good
   * @param keyAgreements what is offered and accepted, the preferred first; not empty
   * @param clock for the validity of certificates
   * @param random makes all keys and nonces
   */
  public NodeMechanism(
      Supplier<NodeCredentials> credentials,
      Enrollment enrollment,
      List<KeyAgreement> keyAgreements,
      InstantSource clock,
      SecureRandom random) {
    if (keyAgreements.isEmpty()) {
      throw new IllegalArgumentException("a node needs at least one key agreement");
    }
    this.credentials = credentials;
    this.enrollment = enrollment;
    this.keyAgreements = List.copyOf(keyAgreements);
    this.clock = clock;
    this.random = random;
  }

  @Override
  public SecurityContext acceptor() {
    return new SpnegoAcceptor(
        MechanismOid.NODE,
        new NodeAcceptor(credentials.get(), keyAgreements, enrollment, clock, random));
  }

  /**
   * The opening side of the lane {@code binding}. It completes only with the node {@code
   * binding.serverNode()}, and only after that node said that it accepted.
   *
   * @throws IllegalArgumentException if {@code binding} is not of this node and its cluster
   */
  public SecurityContext initiator(LaneBinding binding) {
    NodeCredentials own = credentials.get();
    if (!binding.clientNode().equals(own.identity().name())
        || !binding.clusterId().equals(own.identity().clusterId())) {
      throw new IllegalArgumentException(
          "a lane of " + binding.clientNode() + " is not opened by " + own.identity().uri());
    }
    PeerCheck check =
        new PeerCheck(
            own, binding.serverNode(), CertificateVerifier.Role.SERVER, enrollment, clock);
    return new SpnegoInitiator(
        MechanismOid.NODE, new NodeInitiator(binding, own, keyAgreements, check, random));
  }

  @Override
  public byte[] negotiateToken() {
    return Spnego.encode(
        new Spnego.Token.NegTokenInit(
            List.of(MechanismOid.NODE), NodeTokens.NONE, NodeTokens.NONE));
  }
}
