package org.sealane.smb.wire;

/** SMB2 ECHO Response, [MS-SMB2] 2.2.29: answers one. */
public record EchoResponse() {}
