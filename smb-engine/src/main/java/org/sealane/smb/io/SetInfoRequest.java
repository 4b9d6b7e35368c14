package org.sealane.smb.io;

import java.lang.foreign.MemorySegment;

/**
 * SMB2 SET_INFO request, [MS-SMB2] 2.2.39. Does not compare by content.
 *
 * @param infoType what is changed
 * @param informationClass code of the class
 * @param additionalInformation parts of a security descriptor; else 0
 * @param fileId the open
 * @param information as the class lays it out; decoded, a view of the message
 */
public record SetInfoRequest(
    InfoType infoType,
    int informationClass,
    int additionalInformation,
    FileId fileId,
    MemorySegment information) {}
