package org.sealane.smb.session;

/**
 * SMB2 SESSION_SETUP Response, [MS-SMB2] 2.2.6: one GSS token of the server, with
 * STATUS_MORE_PROCESSING_REQUIRED or STATUS_SUCCESS in the header. The array belongs to the record;
 * nobody changes it.
 *
 * @param sessionFlags bits of {@link SessionFlags}
 * @param securityBuffer the token
 */
public record SessionSetupResponse(int sessionFlags, byte[] securityBuffer) {}
