/**
 * Serves disks: files or block devices of this node, as the share {@code SBL$} of the volume they
 * belong to. Start at {@link org.sealane.sbl.target.DiskTarget}. Calls block and come from worker
 * threads, several at a time.
 */
package org.sealane.sbl.target;
