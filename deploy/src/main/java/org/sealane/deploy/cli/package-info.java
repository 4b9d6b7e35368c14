/**
 * The {@code sealane} command: one picocli class per command, each a thin shell that parses, calls
 * one service and renders. Single-threaded. Exit codes: 0 done, 1 failed, 2 usage.
 */
package org.sealane.deploy.cli;
