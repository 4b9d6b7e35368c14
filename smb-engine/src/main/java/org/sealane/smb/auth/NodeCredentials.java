package org.sealane.smb.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What a node proves itself with on a lane.
 *
 * @param keys the node's key and certificate, and the cluster's CA
 * @param identity the cluster and node that the certificate names
 */
public record NodeCredentials(KeyAndCertificate keys, CertificateIdentity.Node identity) {

  /** Takes the identity from the certificate; {@code what} names it in errors. */
  public static NodeCredentials of(KeyAndCertificate keys, String what)
      throws CredentialsException {
    CertificateIdentity identity = CertificateIdentity.of(keys.certificate()).orElse(null);
    if (identity instanceof CertificateIdentity.Node node) {
      return new NodeCredentials(keys, node);
    }
    throw new CredentialsException(what + ": the certificate names no node of a cluster");
  }

  /** Parses PEM text; {@code what} names it in errors. */
  public static NodeCredentials fromPem(
      String keyPem, String certificatePem, String authoritiesPem, String what)
      throws CredentialsException {
    return of(KeyAndCertificate.fromPem(keyPem, certificatePem, authoritiesPem, what), what);
  }

  /** Reads PEM files; blocks on the file system. */
  public static NodeCredentials load(Path key, Path certificate, Path authorities)
      throws CredentialsException {
    return fromPem(read(key), read(certificate), read(authorities), certificate.toString());
  }

  private static String read(Path file) throws CredentialsException {
    try {
      if (Files.size(file) > Pem.TEXT_CHARS_MAX) {
        throw new CredentialsException(file + ": longer than " + Pem.TEXT_CHARS_MAX + " bytes");
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new CredentialsException(file + ": no such file", e);
    } catch (IOException e) {
      throw new CredentialsException(file + ": can not be read: " + e.getMessage(), e);
    }
  }
}
