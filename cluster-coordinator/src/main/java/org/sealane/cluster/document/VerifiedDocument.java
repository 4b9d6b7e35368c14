package org.sealane.cluster.document;

/** A document whose signature, cluster and object were checked. Made by the verifier alone. */
public final class VerifiedDocument {
  private final SignedDocument signed;
  private final Document document;
  private final DocumentDigest digest;

  VerifiedDocument(SignedDocument signed, Document document) {
    this.signed = signed;
    this.document = document;
    this.digest = signed.digest();
  }

  public SignedDocument signed() {
    return signed;
  }

  public Document document() {
    return document;
  }

  public DocumentDigest digest() {
    return digest;
  }

  public long epoch() {
    return document.epoch();
  }

  public DocumentContent content() {
    return document.content();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifiedDocument that && digest.equals(that.digest);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  @Override
  public String toString() {
    return document.key() + " epoch " + epoch() + " " + digest;
  }
}
