package org.sealane.cluster.audit;

/**
 * Where audited events go. Any thread may record; an event recorded survives the end of the process
 * on return, and a power failure soon after.
 */
public interface AuditLog extends AutoCloseable {

  /** Appends one event; failures to write are logged, they never fail the caller. */
  void record(AuditEvent event);

  @Override
  void close();
}
