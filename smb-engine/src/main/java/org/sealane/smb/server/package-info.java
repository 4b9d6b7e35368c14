/**
 * The server's side of SMB 3.1.1, [MS-SMB2] 3.3: connections, sessions, trees, opens, dispatch to
 * share backends.
 *
 * <p>Open {@link org.sealane.smb.server.SmbServer} first. Two layers: {@code Connection} and what
 * it holds is the protocol. It does no I/O and is called with frames, completions and the time, on
 * the connection's owner thread, and returns {@code Output} values. {@code ServerConnection} is the
 * shell around one of them: it moves frames, runs operations on worker threads, protects their
 * responses there and hands them back to the owner, which sends them.
 *
 * <p>Threads: the owner thread never blocks. Worker threads block on share backends, share
 * resolvers, control handlers and security contexts, and on nothing else.
 */
package org.sealane.smb.server;
