/**
 * Brings the ciphers of a fresh process to speed before it takes traffic. Apart from {@code
 * encryption} because it needs a clock, which is given to it.
 */
package org.sealane.smb.encryption.warmup;
