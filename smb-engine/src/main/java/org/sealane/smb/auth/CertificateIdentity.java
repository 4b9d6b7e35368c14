package org.sealane.smb.auth;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sealane.smb.lane.LaneBinding;

/**
 * Whom a certificate of the cluster's CA names: the one URI of its subject alternative name, {@code
 * sealane:cluster/<uuid>/node/<name>}, or {@code admin} or {@code ca} in place of {@code node}. The
 * subject's common name repeats the name for people and decides nothing.
 */
public sealed interface CertificateIdentity {

  /** The cluster whose CA issued the certificate. */
  UUID clusterId();

  /** The node's, administrator's or cluster's name; letters, digits, {@code '.'}, {@code '-'}. */
  String name();

  /** The URI that a certificate carries. */
  String uri();

  /** A node: may open and accept lanes, and serve the admin port. */
  record Node(UUID clusterId, String name) implements CertificateIdentity {
    public Node {
      requireName(name);
    }

    @Override
    public String uri() {
      return PREFIX + clusterId + "/node/" + name;
    }
  }

  /** An administrator: may call admin ports, and nothing else. */
  record Admin(UUID clusterId, String name) implements CertificateIdentity {
    public Admin {
      requireName(name);
    }

    @Override
    public String uri() {
      return PREFIX + clusterId + "/admin/" + name;
    }
  }

  /** The cluster's certificate authority itself, under the cluster's name. */
  record Authority(UUID clusterId, String name) implements CertificateIdentity {
    public Authority {
      requireName(name);
    }

    @Override
    public String uri() {
      return PREFIX + clusterId + "/ca/" + name;
    }
  }

  /** What every identity starts with. */
  String PREFIX = "sealane:cluster/";

  /** The identity in {@code certificate}; empty if it has none, two, or one of another form. */
  static Optional<CertificateIdentity> of(X509Certificate certificate) {
    Collection<List<?>> names;
    try {
      names = certificate.getSubjectAlternativeNames();
    } catch (CertificateParsingException _) {
      return Optional.empty();
    }
    if (names == null || names.size() != 1) {
      return Optional.empty();
    }
    List<?> name = names.iterator().next();
    return name.get(0).equals(Syntax.URI_TAG) && name.get(1) instanceof String uri
        ? parse(uri)
        : Optional.empty();
  }

  /** The identity that {@code uri} spells, in the one canonical form only. */
  static Optional<CertificateIdentity> parse(String uri) {
    Matcher matcher = Syntax.URI.matcher(uri);
    if (!matcher.matches() || !LaneBinding.isNodeName(matcher.group(3))) {
      return Optional.empty();
    }
    UUID clusterId = UUID.fromString(matcher.group(1));
    String name = matcher.group(3);
    return Optional.of(
        switch (matcher.group(2)) {
          case "node" -> new Node(clusterId, name);
          case "admin" -> new Admin(clusterId, name);
          default -> new Authority(clusterId, name);
        });
  }

  private static void requireName(String name) {
    if (!LaneBinding.isNodeName(name)) {
      throw new IllegalArgumentException(
          "name '" + name + "': letters, digits, '.', '-', at most 63, not first a '.' or '-'");
    }
  }

  /** The syntax above; names are those that {@link LaneBinding} allows. */
  final class Syntax {
    /** Context tag of uniformResourceIdentifier in GeneralName, [RFC 5280] 4.2.1.6. */
    private static final Integer URI_TAG = 6;

    private static final Pattern URI =
        Pattern.compile(
            PREFIX + "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/(node|admin|ca)/([^/]+)");

    private Syntax() {}
  }
}
