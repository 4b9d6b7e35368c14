package org.sealane.smb.share;

/**
 * A byte-range lock, [MS-FSA] 2.1.1.10.
 *
 * @param exclusive whether others may neither read nor write the range; else none may write it
 */
public record RangeLock(ByteRange range, boolean exclusive) {}
