/**
 * Structures about files and file systems that travel inside QUERY_INFO, SET_INFO, QUERY_DIRECTORY
 * and IOCTL, as values and as bytes. Offsets count from the structure's first byte. Immutable.
 *
 * <p>Source: [MS-FSCC] 2.1, 2.3, 2.4, 2.5.
 */
package org.sealane.smb.io.fscc;
