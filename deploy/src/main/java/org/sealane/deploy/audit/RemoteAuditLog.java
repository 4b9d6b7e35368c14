package org.sealane.deploy.audit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.sealane.cluster.audit.AuditRecord;
import org.sealane.cluster.audit.AuditReport;
import org.sealane.cluster.audit.AuditSource;
import org.sealane.cluster.audit.AuditVerifier;
import org.sealane.cluster.audit.ChainedAuditLog;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.smb.auth.CertificateIdentity;

/**
 * The log of one node, read through its admin port and verified here with the key of the
 * certificate that it answers with. Blocks. Not thread-safe.
 */
public final class RemoteAuditLog {
  /** A node keeps fewer; more are refused before they are read. */
  private static final int SEGMENTS_MAX = 4 * ChainedAuditLog.SEGMENTS_MAX;

  /** How often the log is read anew as segments went away meanwhile. */
  private static final int TRIES_MAX = 3;

  private final AdminClient client;
  private final UUID clusterId;
  private final String node;

  /**
   * @param client of that node's admin port alone; stays the caller's
   */
  public RemoteAuditLog(AdminClient client, UUID clusterId, String node) {
    this.client = client;
    this.clusterId = clusterId;
    this.node = node;
  }

  /**
   * Reads and verifies all of it; {@code seen} gets each record that can be read. If segments go
   * away meanwhile, it begins again, after {@code restart}.
   */
  public AuditReport verify(Consumer<AuditRecord> seen, Runnable restart)
      throws AdminException, IOException {
    for (int tries = 1; ; tries++) {
      try {
        AdminClient.Proven<AuditMessages.Log> log =
            client.getProven(AuditRoutes.LOG, Map.of(), AuditMessages.Log.class);
        return new AuditVerifier(
                clusterId, node, key(log.certificate()), AuditVerifier.Ending.SIGNED)
            .verify(new Pages(log.value()), seen);
      } catch (SegmentGone e) {
        if (tries == TRIES_MAX) {
          throw e;
        }
        restart.run();
      }
    }
  }

  /** What the node itself says of its log. */
  public AuditMessages.Verdict ownVerdict() throws AdminException {
    return client.get(AuditRoutes.VERDICT, Map.of(), AuditMessages.Verdict.class);
  }

  private PublicKey key(X509Certificate certificate) throws AdminException {
    Optional<CertificateIdentity> identity = CertificateIdentity.of(certificate);
    if (!identity.equals(Optional.of(new CertificateIdentity.Node(clusterId, node)))) {
      throw new AdminException(
          Kind.FORBIDDEN,
          "another node answers in its place: "
              + identity.map(CertificateIdentity::uri).orElse("one without a name"));
    }
    return certificate.getPublicKey();
  }

  /** The segment was rotated away. */
  private static final class SegmentGone extends IOException {
    private static final long serialVersionUID = 1L;

    SegmentGone(AdminException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private final class Pages implements AuditSource {
    private final AuditMessages.Log log;

    Pages(AuditMessages.Log log) throws IOException {
      this.log = log;
      if (log.segments().size() > SEGMENTS_MAX) {
        throw new IOException(
            "it says it has " + log.segments().size() + " segments, more than a node keeps");
      }
    }

    @Override
    public Optional<byte[]> head() throws IOException {
      try {
        return Optional.of(Base64.getDecoder().decode(log.head()));
      } catch (IllegalArgumentException e) {
        throw new IOException("its head is not base64", e);
      }
    }

    @Override
    public List<Segment> segments() {
      List<Segment> segments = new ArrayList<>();
      log.segments().forEach(s -> segments.add(new Segment(s.first(), s.bytes())));
      segments.sort(Comparator.comparingLong(Segment::first));
      return segments;
    }

    /** At most what a node ever writes into one, and a little more. */
    @Override
    public InputStream open(Segment segment) throws IOException {
      long wanted = Math.min(segment.bytes(), ChainedAuditLog.SEGMENT_READ_BYTES_MAX);
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      while (content.size() < wanted) {
        byte[] page = page(segment, content.size(), wanted - content.size());
        if (page.length == 0) {
          break;
        }
        content.writeBytes(page);
      }
      return new ByteArrayInputStream(content.toByteArray());
    }

    private byte[] page(Segment segment, long offset, long bytes) throws IOException {
      int wanted = (int) Math.min(bytes, AuditRoutes.PAGE_BYTES_MAX);
      try (InputStream in =
          client.stream(
              AuditRoutes.SEGMENT,
              Map.of(
                  "first", Long.toString(segment.first()),
                  "offset", Long.toString(offset),
                  "bytes", Integer.toString(wanted)))) {
        return in.readNBytes(wanted);
      } catch (AdminException e) {
        throw e.kind() == Kind.ABSENT ? new SegmentGone(e) : new IOException(e.getMessage(), e);
      }
    }
  }
}
