package org.sealane.cluster.admin;

import java.util.List;
import java.util.UUID;
import org.sealane.cluster.ownership.BackingException;

/**
 * Makes the backing of a new volume ready: the first candidate writes the marker, and each other
 * one finds it under its own path. The volume's UUID was never used before, so who finds it looks
 * at the same directory.
 *
 * @param path on every candidate
 */
public record SharedBacking(
    BackingPreparer backing, List<String> candidates, String path, UUID volume) {

  public SharedBacking {
    candidates = List.copyOf(candidates);
  }

  /** Leaves no marker behind if it fails. Blocks. */
  public void make() throws BackingException {
    String first = candidates.getFirst();
    backing.prepare(first, path, volume);
    for (String other : candidates.subList(1, candidates.size())) {
      try {
        backing.prove(other, path, volume);
      } catch (BackingException e) {
        BackingException failure =
            new BackingException(
                "node "
                    + other
                    + " does not share "
                    + path
                    + " with node "
                    + first
                    + ": "
                    + e.getMessage(),
                e);
        try {
          backing.withdraw(first, path, volume);
        } catch (BackingException left) {
          failure.addSuppressed(left);
        }
        throw failure;
      }
    }
  }
}
