package org.sealane.cluster.identity;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.ObjectKey;

/**
 * What one node opens the cluster's secrets with: the data key that its join bundle carries, and a
 * key of its own under which later ones come to it in documents.
 *
 * @param generation of {@code key}
 * @param key as the bundle has it
 * @param wrapping the node's own
 */
public record NodeDataKeys(long generation, DataKey key, DataKey wrapping) {
  public NodeDataKeys {
    if (generation < DataKeyRoot.FIRST_GENERATION) {
      throw new IllegalArgumentException("data key generation " + generation);
    }
  }

  /** What a copy is sealed for: of another generation it does not open. */
  static String use(long generation) {
    return "data key " + generation;
  }

  /**
   * The keys that may open what is sealed now, the newest first.
   *
   * @param document the data key in force; empty if that is the first
   * @return empty if neither the bundle nor the document has the key for this node
   */
  public List<DataKey> inForce(
      UUID clusterId, String node, Optional<DocumentContent.DataKeyCopies> document) {
    if (document.isEmpty() || document.get().generation() < generation) {
      // A bundle may be ahead of what this node has read of the documents.
      return List.of(key);
    }
    String copy = document.get().copies().get(node);
    Optional<byte[]> opened =
        copy == null
            ? Optional.empty()
            : wrapping
                .open(
                    use(document.get().generation()),
                    ObjectKey.node(clusterId, node).object(),
                    Base64.getDecoder().decode(copy))
                .filter(both -> both.length == 2 * DataKey.KEY_BYTES);
    if (opened.isEmpty()) {
      return document.get().generation() == generation ? List.of(key) : List.of();
    }
    byte[] both = opened.get();
    List<DataKey> keys =
        List.of(
            new DataKey(Arrays.copyOf(both, DataKey.KEY_BYTES)),
            new DataKey(Arrays.copyOfRange(both, DataKey.KEY_BYTES, both.length)));
    Arrays.fill(both, (byte) 0);
    return keys;
  }

  @Override
  public String toString() {
    return "NodeDataKeys[generation=" + generation + "]";
  }
}
