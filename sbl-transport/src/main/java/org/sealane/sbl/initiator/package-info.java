/**
 * Uses disks wherever they are. Start at {@link org.sealane.sbl.initiator.Disks}. Calls block and
 * come from worker threads, several at a time.
 */
package org.sealane.sbl.initiator;
