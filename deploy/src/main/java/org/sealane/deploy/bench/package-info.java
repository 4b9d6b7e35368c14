/**
 * Benchmarks of the whole: load over real lanes, the limits of the machine measured in the same
 * run, and reports with plots. Start at {@link org.sealane.deploy.bench.LoadRunner}.
 */
package org.sealane.deploy.bench;
