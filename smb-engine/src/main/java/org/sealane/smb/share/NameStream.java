package org.sealane.smb.share;

import java.io.IOException;
import java.util.Optional;

/**
 * Names of a directory, read as they are asked for. Each that stays throughout comes once. For one
 * thread at a time.
 */
interface NameStream extends AutoCloseable {

  /** The next name; empty at the end, and from then on. */
  Optional<String> next() throws IOException;

  @Override
  void close();
}
