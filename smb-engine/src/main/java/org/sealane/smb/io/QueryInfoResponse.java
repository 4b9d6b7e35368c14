package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;

/**
 * SMB2 QUERY_INFO response, [MS-SMB2] 2.2.38. Does not compare by content.
 *
 * @param information as the class asked for lays it out; decoded, a view of the message
 */
public record QueryInfoResponse(MemorySegment information) {}
