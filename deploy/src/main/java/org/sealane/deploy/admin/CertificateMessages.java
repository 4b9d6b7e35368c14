package org.sealane.deploy.admin;

import java.time.Instant;

/** What is said about a node's certificate. */
public final class CertificateMessages {
  /** Where a node's admin API shows its certificate, and takes a renewed one. */
  public static final String PATH = "/v1/certificate";

  /** A certificate as PEM. */
  public record Certificate(String pem) {}

  /** When the certificate that the node has now ends. */
  public record Renewed(Instant expires) {}

  private CertificateMessages() {}
}
