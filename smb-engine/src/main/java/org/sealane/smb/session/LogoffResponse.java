package org.sealane.smb.session;

/** SMB2 LOGOFF Response, [MS-SMB2] 2.2.8: the session is gone. */
public record LogoffResponse() {}
