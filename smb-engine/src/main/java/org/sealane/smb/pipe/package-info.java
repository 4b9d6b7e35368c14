/**
 * The share IPC$ with the one pipe that clients need to list shares: DCE/RPC 1.1 (C706) and
 * NetrShareEnum of [MS-SRVS] 3.1.4.8. No I/O, clock or thread; one pipe's objects are for one
 * thread at a time, which {@link org.sealane.smb.pipe.PipeShare} sees to.
 */
package org.sealane.smb.pipe;
