/**
 * The audit logs of all nodes, as an administrator reads and verifies them: what a node gives out
 * ({@link org.sealane.deploy.audit.AuditRoutes}) and what a command makes of it ({@link
 * org.sealane.deploy.audit.RemoteAuditLog}).
 */
package org.sealane.deploy.audit;
