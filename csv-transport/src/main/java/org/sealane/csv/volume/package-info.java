/**
 * Volumes as every node sees them: one share per volume, whoever owns it. Start at {@link
 * org.sealane.csv.volume.Volumes}. Calls block and come from worker threads, several at a time.
 */
package org.sealane.csv.volume;
