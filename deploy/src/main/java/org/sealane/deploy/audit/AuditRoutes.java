package org.sealane.deploy.audit;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Base64;
import java.util.List;
import org.sealane.cluster.audit.AuditSnapshot;
import org.sealane.cluster.audit.ChainedAuditLog;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.admin.AdminReply;
import org.sealane.deploy.admin.AdminRequest;
import org.sealane.deploy.admin.AdminRoute;
import org.sealane.deploy.admin.AdminRoute.Access;
import org.sealane.deploy.admin.AdminRoute.Method;

/** A node's audit log for administrators: raw, so that they need not believe the node's word. */
public final class AuditRoutes {
  public static final String LOG = "/v1/audit";
  public static final String SEGMENT = "/v1/audit/segment";
  public static final String VERDICT = "/v1/audit/verdict";

  /** The most that one request reads of a segment. */
  public static final int PAGE_BYTES_MAX = 1 << 20;

  private final String node;
  private final ChainedAuditLog log;

  public AuditRoutes(String node, ChainedAuditLog log) {
    this.node = node;
    this.log = log;
  }

  public List<AdminRoute> routes() {
    return List.of(
        new AdminRoute(Method.GET, LOG, Access.ADMINISTRATORS, this::log),
        new AdminRoute(Method.GET, SEGMENT, Access.ADMINISTRATORS, this::segment),
        new AdminRoute(Method.GET, VERDICT, Access.ADMINISTRATORS, this::verdict));
  }

  private AdminReply log(AdminRequest request) throws IOException {
    AuditSnapshot snapshot = log.snapshot();
    return new AdminReply.Value(
        new AuditMessages.Log(
            node,
            Base64.getEncoder().encodeToString(snapshot.head().orElseThrow()),
            snapshot.segments().stream()
                .map(segment -> new AuditMessages.Segment(segment.first(), segment.bytes()))
                .toList()));
  }

  private AdminReply segment(AdminRequest request) throws AdminException, IOException {
    long first = request.required("first", AuditRoutes::notNegative);
    long offset = request.required("offset", AuditRoutes::notNegative);
    long bytes = request.required("bytes", AuditRoutes::notNegative);
    byte[] page;
    try {
      page = log.read(first, offset, (int) Math.min(bytes, PAGE_BYTES_MAX));
    } catch (NoSuchFileException e) {
      throw new AdminException(
          Kind.ABSENT, "no records from " + first + " on are kept any more", e);
    }
    return new AdminReply.Stream(page.length, out -> out.write(page));
  }

  private static long notNegative(String text) {
    long value = Long.parseLong(text);
    if (value < 0) {
      throw new IllegalArgumentException(text + " is negative");
    }
    return value;
  }

  private AdminReply verdict(AdminRequest request) throws IOException {
    return new AdminReply.Value(AuditMessages.Verdict.of(node, log.verify()));
  }
}
