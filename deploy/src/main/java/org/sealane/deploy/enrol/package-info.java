/**
 * Makes clusters and lets nodes into them, where the administrator's keys are: no cluster is needed
 * for it. Blocks on the file system.
 */
package org.sealane.deploy.enrol;
