package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;

/**
 * SMB2 CHANGE_NOTIFY response, [MS-SMB2] 2.2.36. Does not compare by content.
 *
 * @param events as {@code FileNotifyInformation} lays them out; decoded, a view of the message
 */
public record ChangeNotifyResponse(MemorySegment events) {}
