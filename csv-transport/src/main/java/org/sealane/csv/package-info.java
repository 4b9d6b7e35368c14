/** Volumes as files: who owns a volume, and file operations that go to its owner. */
package org.sealane.csv;
