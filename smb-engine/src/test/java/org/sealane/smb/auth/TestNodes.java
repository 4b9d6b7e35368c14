package org.sealane.smb.auth;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.sealane.smb.lane.LaneBinding;
import org.sealane.smb.lane.LaneKind;

/** Nodes of one test cluster that believe each other. */
public final class TestNodes {
  private final TestAuthority authority = new TestAuthority(UUID.randomUUID());
  private final SecureRandom random = new SecureRandom();

  public TestAuthority authority() {
    return authority;
  }

  /** The mechanism of the node {@code name} with good credentials, believing every node. */
  public NodeMechanism mechanism(String name) {
    return mechanism(authority.credentials(name));
  }

  public NodeMechanism mechanism(NodeCredentials credentials) {
    return mechanism(credentials, certificate -> Enrollment.Verdict.ACCEPTED);
  }

  public NodeMechanism mechanism(NodeCredentials credentials, Enrollment enrollment) {
    return mechanism(credentials, enrollment, KeyAgreement.X25519_MLKEM768);
  }

  public NodeMechanism mechanism(
      NodeCredentials credentials, Enrollment enrollment, KeyAgreement... keyAgreements) {
    return new NodeMechanism(
        () -> credentials,
        enrollment,
        List.of(keyAgreements),
        InstantSource.fixed(TestAuthority.NOW),
        random);
  }

  /** A lane between two nodes for a volume of its own. */
  public LaneBinding lane(String client, String server) {
    return new LaneBinding(
        authority.clusterId(), client, server, UUID.randomUUID(), LaneKind.CSV, 1);
  }
}
