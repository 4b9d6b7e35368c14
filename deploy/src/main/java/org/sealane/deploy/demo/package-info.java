/**
 * The main job from start to finish on a cluster of its own: files, blocks, turns under load, a
 * look at the wire, a short benchmark, a report. Start at {@link org.sealane.deploy.demo.Demo}.
 */
package org.sealane.deploy.demo;
