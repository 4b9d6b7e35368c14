package org.sealane.smb.wire;

/** SMB2 ECHO Request, [MS-SMB2] 2.2.28: asks for a sign of life. */
public record EchoRequest() {}
