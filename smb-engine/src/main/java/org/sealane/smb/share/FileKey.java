package org.sealane.smb.share;

/** What makes two names one file: its device and its number there. */
record FileKey(long device, long inode) {}
