/** Sizes, times and addresses as people write them, and as they are printed. Values, stateless. */
package org.sealane.deploy.units;
