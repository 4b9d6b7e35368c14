/**
 * The node's configuration file: YAML, read strictly. An unknown key, a missing one or a value out
 * of range is refused with one line that says what is wrong, where, and what is accepted.
 */
package org.sealane.deploy.config;
