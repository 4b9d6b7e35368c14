package org.sealane.cluster.identity;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.sealane.smb.auth.CertificateVerifier;
import org.sealane.smb.auth.CertificateVerifier.Role;
import org.sealane.smb.auth.KeyAndCertificate;
import org.sealane.smb.auth.Refusal;

/** Judges peers of admin connections by the rules that lanes have. Any thread may call. */
final class ClusterTrustManager extends X509ExtendedTrustManager {
  private final Supplier<KeyAndCertificate> keys;
  private final PeerPolicy peers;
  private final InstantSource clock;

  ClusterTrustManager(Supplier<KeyAndCertificate> keys, PeerPolicy peers, InstantSource clock) {
    this.keys = keys;
    this.peers = peers;
    this.clock = clock;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, Role.CLIENT);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, Role.CLIENT);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, Role.CLIENT);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, Role.SERVER);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, Role.SERVER);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, Role.SERVER);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return keys.get().authorities().toArray(X509Certificate[]::new);
  }

  private void check(X509Certificate[] chain, Role role) throws CertificateException {
    if (chain.length != 1) {
      // The cluster's CA signs directly.
      throw refuse(Refusal.WRONG_CERTIFICATE, "a chain of " + chain.length);
    }
    switch (CertificateVerifier.verify(chain[0], keys.get().authorities(), clock.instant(), role)) {
      case CertificateVerifier.Verdict.Refused refused ->
          throw refuse(refused.refusal(), refused.detail());
      case CertificateVerifier.Verdict.Accepted accepted -> {
        Optional<Refusal> refusal = peers.refusal(accepted.identity(), accepted.certificate());
        if (refusal.isPresent()) {
          throw refuse(refusal.get(), accepted.identity().uri());
        }
      }
    }
  }

  /** Our side's line; the JDK's TLS tells the peer certificate_unknown whatever the reason. */
  private static CertificateException refuse(Refusal refusal, String detail) {
    return new CertificateException(refusal.phrase() + (detail.isEmpty() ? "" : ": " + detail));
  }
}
