/** Disks as blocks: a target that serves them and an initiator that uses them. */
package org.sealane.sbl;
