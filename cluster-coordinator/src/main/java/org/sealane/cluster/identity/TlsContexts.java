package org.sealane.cluster.identity;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.sealane.smb.auth.KeyAndCertificate;

/**
 * TLS 1.3 with both sides' certificates for the admin API, by the JDK's own provider. Names of
 * hosts mean nothing here: who a peer is, its certificate's {@code sealane:} URI says, and a {@link
 * PeerPolicy} says who is wanted.
 *
 * <p>One context serves both roles. A context follows its supplier, so a renewed certificate is
 * used from the next full handshake on. A resumed session skips certificates, so sessions live a
 * minute only: that long, a revoked node or administrator may go on opening connections.
 */
public final class TlsContexts {
  /** Seconds after which every connection proves itself anew. */
  private static final int SESSION_SECONDS_MAX = 60;

  private TlsContexts() {}

  /**
   * @param keys this side's key and certificates as they are now, and the CA it believes
   * @param peers whom it talks to
   * @param clock for the validity of certificates
   */
  public static SSLContext create(
      Supplier<KeyAndCertificate> keys,
      PeerPolicy peers,
      InstantSource clock,
      SecureRandom random) {
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(
          new KeyManager[] {new SuppliedKeyManager(keys)},
          new TrustManager[] {new ClusterTrustManager(keys, peers, clock)},
          random);
      context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS_MAX);
      context.getClientSessionContext().setSessionTimeout(SESSION_SECONDS_MAX);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS 1.3", e);
    }
  }

  /**
   * What every connection of such a context must be set to, on both sides: TLS 1.3, AES-GCM, a
   * certificate of the client required, no check of host names.
   */
  public static SSLParameters parameters() {
    SSLParameters parameters =
        new SSLParameters(
            new String[] {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"},
            new String[] {"TLSv1.3"});
    parameters.setNeedClientAuth(true);
    return parameters;
  }
}
