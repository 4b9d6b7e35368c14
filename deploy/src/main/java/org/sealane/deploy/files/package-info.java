/**
 * Whole files in and out of volumes, for {@code cp} and {@code ls}: streams on one side, a {@link
 * org.sealane.smb.share.ShareBackend} on the other. Calls block; reads and writes of one transfer
 * run several at a time on virtual threads.
 */
package org.sealane.deploy.files;
