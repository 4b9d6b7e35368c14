package org.sealane.cluster.identity;

import java.nio.file.Path;
import java.util.List;
import org.sealane.smb.auth.CertificateIdentity;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.KeyAndCertificate;
import org.sealane.smb.auth.Pem;

/**
 * What an administrator's commands prove themselves with at a node's admin port. In a credentials
 * directory these are {@code admin-client.key}, {@code admin-client.crt} and {@code ca.crt}.
 *
 * @param keys the administrator's key and certificate, and the cluster's CA
 * @param identity the cluster and administrator that the certificate names
 */
public record AdminCredentials(KeyAndCertificate keys, CertificateIdentity.Admin identity) {
  public static final String KEY_FILE = "admin-client.key";
  public static final String CERTIFICATE_FILE = "admin-client.crt";

  /** Takes the identity from the certificate; {@code what} names it in errors. */
  public static AdminCredentials of(KeyAndCertificate keys, String what)
      throws CredentialsException {
    CertificateIdentity identity = CertificateIdentity.of(keys.certificate()).orElse(null);
    if (identity instanceof CertificateIdentity.Admin admin) {
      return new AdminCredentials(keys, admin);
    }
    throw new CredentialsException(what + ": the certificate names no administrator of a cluster");
  }

  /** Reads the three files; blocks on the file system. */
  public static AdminCredentials load(Path directory) throws CredentialsException {
    Path certificate = directory.resolve(CERTIFICATE_FILE);
    KeyAndCertificate keys =
        KeyAndCertificate.fromPem(
            SecretFile.read(directory.resolve(KEY_FILE)),
            SecretFile.read(certificate),
            SecretFile.read(directory.resolve(ClusterCa.CERTIFICATE_FILE)),
            certificate.toString());
    return of(keys, certificate.toString());
  }

  /** Writes the three files, the key with mode 0600. */
  public void store(Path directory) throws CredentialsException {
    SecretFile.writeSecret(directory.resolve(KEY_FILE), Pem.encode(keys.key()));
    SecretFile.writePublic(
        directory.resolve(CERTIFICATE_FILE), Pem.encode(List.of(keys.certificate())));
    SecretFile.writePublic(
        directory.resolve(ClusterCa.CERTIFICATE_FILE), Pem.encode(keys.authorities()));
  }
}
