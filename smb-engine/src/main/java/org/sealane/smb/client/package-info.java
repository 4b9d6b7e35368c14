/**
 * The client's side of SMB 3.1.1, [MS-SMB2] 3.2: connection, sessions, trees, opens; credits,
 * pipelining, cancellation, and the level of each message. Start at {@link
 * org.sealane.smb.client.SmbClient}.
 *
 * <pre>{@code
 * client.connect(address, settings)
 *     .thenCompose(connection -> connection.authenticate(mechanism.initiator(binding), 0))
 *     .thenCompose(session -> session.treeConnect(path, gate))
 *     .thenCompose(tree -> tree.create(parameters))
 *     .thenCompose(open -> open.read(0, buffer));
 * }</pre>
 *
 * <p>Every method may be called by any thread and returns at once; what it returns completes on the
 * connection's owner thread, so what is chained to it must not block. Failures are a {@link
 * org.sealane.smb.client.ClientException}. Nothing here owns a thread but {@code SmbClient}'s
 * timer: time and randomness come from outside.
 */
package org.sealane.smb.client;
