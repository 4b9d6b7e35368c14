/** The command, the node process and everything that puts the modules together. */
package org.sealane.deploy;
