/**
 * Users' clients that no one here wrote, and clients that mean harm, against a cluster of real
 * processes: on the node that owns the volume and on one that does not.
 */
package org.sealane.deploy.interop;
