/** Two nodes joined by lanes, for the tests of this module and of those above it. */
package org.sealane.cluster.lane;
