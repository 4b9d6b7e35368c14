package org.sealane.smb.wire;

/**
 * SMB2 CANCEL Request, [MS-SMB2] 2.2.30: asks to give up the request with the same MessageId or
 * AsyncId; it has no response.
 */
public record CancelRequest() {}
