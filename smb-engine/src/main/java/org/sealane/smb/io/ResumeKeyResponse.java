package org.sealane.smb.io;

/**
 * SRV_REQUEST_RESUME_KEY Response, [MS-SMB2] 2.2.32.3: names an open towards copies from it. The
 * key is the open's FileId and zeros, as it is good only within the session, which knows that
 * anyway.
 */
public record ResumeKeyResponse(FileId source) {
  /** Bytes on the wire: key, ContextLength, and the four of Context that Windows sends. */
  public static final int LENGTH = 32;
}
