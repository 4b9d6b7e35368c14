package org.sealane.smb.io;

/**
 * SMB2 WRITE response, [MS-SMB2] 2.2.22.
 *
 * @param countBytes bytes written
 */
public record WriteResponse(long countBytes) {}
