/**
 * SMB2 over TCP, [MS-SMB2] 2.1: each message behind a zero byte and a 24-bit big-endian length.
 *
 * <p>Netty moves the bytes, on epoll where it loads and on NIO elsewhere. Each connection belongs
 * to one event loop thread; nothing here blocks one. Frames arrive in arrays of the process's
 * {@link org.sealane.smb.transport.FramePool} and leave through one direct buffer a piece at a
 * time, so a large frame costs one copy each way while it is in the cache.
 */
package org.sealane.smb.transport.tcp;
