package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;

/**
 * SMB2 QUERY_DIRECTORY response, [MS-SMB2] 2.2.34. Does not compare by content.
 *
 * @param entries as the class asked for lays them out; decoded, a view of the message
 */
public record QueryDirectoryResponse(MemorySegment entries) {}
