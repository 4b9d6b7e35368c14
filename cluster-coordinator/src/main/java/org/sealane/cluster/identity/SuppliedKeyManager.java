package org.sealane.cluster.identity;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.sealane.smb.auth.KeyAndCertificate;
import org.sealane.smb.auth.NodeCertificate;

/**
 * Gives TLS the one key of this process, as it is now. A handshake asks for an alias first and for
 * certificate and key after, so an alias (the certificate's fingerprint) goes on naming what it
 * named while handshakes that began before a renewal end. Any thread may call.
 */
final class SuppliedKeyManager extends X509ExtendedKeyManager {
  /** Renewals within the time of one handshake: one is rare, four do not happen. */
  private static final int REMEMBERED_MAX = 4;

  private static final String KEY_TYPE = "EdDSA";

  private final Supplier<KeyAndCertificate> keys;
  private final Map<String, KeyAndCertificate> byAlias = new LinkedHashMap<>();

  SuppliedKeyManager(Supplier<KeyAndCertificate> keys) {
    this.keys = keys;
  }

  @Override
  public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
    return keyType.equals(KEY_TYPE) ? current() : null;
  }

  @Override
  public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
    return keyType.equals(KEY_TYPE) ? current() : null;
  }

  @Override
  public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
    return chooseClientAlias(keyTypes, issuers, null);
  }

  @Override
  public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
    for (String keyType : keyTypes) {
      if (keyType.equals(KEY_TYPE)) {
        return current();
      }
    }
    return null;
  }

  @Override
  public String[] getServerAliases(String keyType, Principal[] issuers) {
    return keyType.equals(KEY_TYPE) ? new String[] {current()} : null;
  }

  @Override
  public String[] getClientAliases(String keyType, Principal[] issuers) {
    return getServerAliases(keyType, issuers);
  }

  @Override
  public synchronized X509Certificate[] getCertificateChain(String alias) {
    KeyAndCertificate named = byAlias.get(alias);
    return named == null ? null : new X509Certificate[] {named.certificate()};
  }

  @Override
  public synchronized PrivateKey getPrivateKey(String alias) {
    KeyAndCertificate named = byAlias.get(alias);
    return named == null ? null : named.key();
  }

  private String current() {
    KeyAndCertificate now = keys.get();
    String alias = NodeCertificate.fingerprint(now.certificate());
    synchronized (this) {
      // Taken out first, so that the one in use is the last to be forgotten.
      byAlias.remove(alias);
      byAlias.put(alias, now);
      if (byAlias.size() > REMEMBERED_MAX) {
        byAlias.remove(byAlias.keySet().iterator().next());
      }
    }
    return alias;
  }
}
