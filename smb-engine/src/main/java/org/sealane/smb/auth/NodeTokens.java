package org.sealane.smb.auth;

import java.util.List;
import org.sealane.smb.lane.LaneBinding;

/**
 * The tokens of the node mechanism. Each carries whole TLS records; the initiator's first also the
 * binding, before them:
 *
 * <pre>
 *   initiator                                                acceptor
 *   length of binding (2, big-endian), binding, ClientHello  -&gt;
 *                     &lt;-  ServerHello ... server's certificate ... Finished
 *   client's certificate ... Finished                        -&gt;
 *                     &lt;-  application data of one byte, 1: accepted
 * </pre>
 *
 * <p>A HelloRetryRequest adds one pair. The last record lets the initiator complete only after the
 * acceptor did: under TLS 1.3 a client is done before anyone looked at its certificate. Where one
 * side refuses, its last token is the TLS alert.
 */
final class NodeTokens {
  /** More than twice the largest flight that the limits of {@link NodeTls} allow. */
  static final int TOKEN_BYTES_MAX = 16 * 1024;

  /** What one side receives at most: two flights of a handshake with a retry, the end, an alert. */
  static final int TOKENS_MAX = 4;

  /** What the acceptor says at the end. */
  static final byte ACCEPTED = 1;

  static final byte[] NONE = {};

  private NodeTokens() {}

  /** The last step of either side. */
  static SecurityContext.Step complete(
      byte[] token,
      LaneBinding binding,
      List<KeyAgreement> keyAgreements,
      PeerCheck check,
      NodeTlsChannel channel) {
    KeyAgreement made = channel.keyAgreement(keyAgreements).orElse(null);
    if (made == null) {
      // TLS chooses among what was offered and allowed; this holds even if it should not.
      check.refuse(Refusal.WEAK_KEY_AGREEMENT, "");
      return new SecurityContext.Step.Refused(NONE, check.reason());
    }
    return new SecurityContext.Step.Complete(
        token,
        channel.takeSessionKey(),
        new Principal.Node(check.expectedNode(), binding, made.word()));
  }
}
