/**
 * What a server serves: a share is a tree of files, whatever stores it. The interfaces follow the
 * operations of SMB2, without its bytes; the same interface is implemented by a local directory, by
 * a volume that may live on another node, and by the disks of the storage bus. Calls block and come
 * from worker threads, several at a time.
 */
package org.sealane.smb.share;
