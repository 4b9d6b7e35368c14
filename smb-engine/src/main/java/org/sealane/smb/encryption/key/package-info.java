/**
 * Keys in use: destroyable key bytes behind pools of ciphers and MACs that many threads share.
 * Beneath {@code encryption} and {@code signing}, which alone use it. No I/O, clock, thread or
 * randomness; every class says which threads may call it.
 *
 * <p>What is erased when a key is closed, and what can not be: our own arrays are overwritten, and
 * each pooled cipher is initialised once more with a key of zeros, which makes the JDK and Bouncy
 * Castle overwrite the key schedules and copies they hold. Copies that the garbage collector has
 * moved, and short-lived ones inside a provider's {@code init}, are beyond reach from Java.
 */
package org.sealane.smb.encryption.key;
