/**
 * A cluster on this machine, made by {@code up}: its directory, its processes and their ports. The
 * processes outlive the command that started them; what is known of them is in files, so that a
 * later command finds, asks and stops exactly these and no others.
 */
package org.sealane.deploy.local;
