package org.sealane.cluster.admin;

import java.util.List;
import java.util.Optional;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/** What {@code policy set} changes; what is empty stays as it is. */
public record PolicyChange(
    Optional<Level> csv,
    Optional<Level> sbl,
    Optional<List<CipherId>> ciphers,
    Optional<List<SigningAlgorithm>> signing,
    Optional<TransportPreference> transport,
    Optional<RekeyLimits> rekey) {

  /** Changes nothing. */
  public static final PolicyChange NONE =
      new PolicyChange(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public PolicyChange withCsv(Level level) {
    return new PolicyChange(Optional.of(level), sbl, ciphers, signing, transport, rekey);
  }

  public PolicyChange withSbl(Level level) {
    return new PolicyChange(csv, Optional.of(level), ciphers, signing, transport, rekey);
  }

  public PolicyChange withCiphers(List<CipherId> wanted) {
    return new PolicyChange(csv, sbl, Optional.of(wanted), signing, transport, rekey);
  }

  public PolicyChange withSigning(List<SigningAlgorithm> wanted) {
    return new PolicyChange(csv, sbl, ciphers, Optional.of(wanted), transport, rekey);
  }

  public PolicyChange withTransport(TransportPreference wanted) {
    return new PolicyChange(csv, sbl, ciphers, signing, Optional.of(wanted), rekey);
  }

  public PolicyChange withRekey(RekeyLimits wanted) {
    return new PolicyChange(csv, sbl, ciphers, signing, transport, Optional.of(wanted));
  }

  /** {@code policy} with the changes made. */
  public DocumentContent.Policy applyTo(DocumentContent.Policy policy) {
    return new DocumentContent.Policy(
        csv.orElse(policy.csv()),
        sbl.orElse(policy.sbl()),
        ciphers.orElse(policy.ciphers()),
        signing.orElse(policy.signing()),
        transport.orElse(policy.transport()),
        rekey.orElse(policy.rekey()));
  }
}
