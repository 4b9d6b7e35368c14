package org.sealane.smb.session;

/** SMB2 LOGOFF Request, [MS-SMB2] 2.2.7: ends the session of the header. */
public record LogoffRequest() {}
