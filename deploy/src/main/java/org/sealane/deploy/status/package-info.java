/**
 * What a cluster looks like, as {@code status} and the admin API tell it. These records are the
 * JSON of the command's contract: a name here is a name there.
 */
package org.sealane.deploy.status;
