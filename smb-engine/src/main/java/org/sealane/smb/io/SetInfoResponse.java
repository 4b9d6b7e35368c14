package org.sealane.smb.io;

/** SMB2 SET_INFO response, [MS-SMB2] 2.2.40. */
public record SetInfoResponse() {}
