package org.sealane.smb.auth;

import org.bouncycastle.tls.AlertDescription;

/**
 * Why a node or administrator is refused. Each kind has one TLS alert ([RFC 8446] 6.2), which is
 * all that the refused side learns, and one phrase, so that both sides' logs say the same.
 */
public enum Refusal {
  EXPIRED(AlertDescription.certificate_expired, "certificate is expired or not yet valid"),
  OTHER_AUTHORITY(AlertDescription.unknown_ca, "certificate is of another CA"),
  OTHER_NODE(AlertDescription.unrecognized_name, "another node was meant"),
  REVOKED(AlertDescription.certificate_revoked, "certificate is revoked"),
  NOT_ENROLLED(AlertDescription.access_denied, "node is not enrolled"),
  WRONG_CERTIFICATE(AlertDescription.bad_certificate, "certificate is not one for this use"),
  NO_CERTIFICATE(AlertDescription.certificate_required, "no certificate was sent"),
  WEAK_KEY_AGREEMENT(
      AlertDescription.insufficient_security, "no key agreement in common that both allow");

  private final short alert;
  private final String phrase;

  Refusal(short alert, String phrase) {
    this.alert = alert;
    this.phrase = phrase;
  }

  short alert() {
    return alert;
  }

  /** The reason as both sides' logs give it. */
  public String phrase() {
    return phrase;
  }

  /** What an alert of the peer means. Never text of the peer's. */
  static String phraseOf(short alert) {
    for (Refusal refusal : values()) {
      if (refusal.alert == alert) {
        return refusal.phrase;
      }
    }
    return "TLS alert " + AlertDescription.getText(alert);
  }
}
