package org.sealane.cluster.document;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** One object that documents are about: documents of one key form one chain. */
public record ObjectKey(DocumentKind kind, UUID object) {

  public static ObjectKey policy(UUID volume) {
    return new ObjectKey(DocumentKind.POLICY, volume);
  }

  public static ObjectKey defaultPolicy(UUID clusterId) {
    return new ObjectKey(DocumentKind.DEFAULT_POLICY, clusterId);
  }

  public static ObjectKey volume(UUID volume) {
    return new ObjectKey(DocumentKind.VOLUME, volume);
  }

  public static ObjectKey disk(UUID disk) {
    return new ObjectKey(DocumentKind.DISK, disk);
  }

  /** A node's key follows from its name, so that a name can be enrolled only once. */
  public static ObjectKey node(UUID clusterId, String node) {
    String name = clusterId + "/node/" + node;
    return new ObjectKey(
        DocumentKind.NODE, UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
  }

  public static ObjectKey user(UUID user) {
    return new ObjectKey(DocumentKind.USER, user);
  }

  public static ObjectKey share(UUID volume) {
    return new ObjectKey(DocumentKind.SHARE, volume);
  }

  public static ObjectKey server(UUID clusterId) {
    return new ObjectKey(DocumentKind.SERVER, clusterId);
  }

  public static ObjectKey keytab(UUID clusterId) {
    return new ObjectKey(DocumentKind.KEYTAB, clusterId);
  }

  public static ObjectKey dataKey(UUID clusterId) {
    return new ObjectKey(DocumentKind.DATA_KEY, clusterId);
  }

  @Override
  public String toString() {
    return kind.word() + "/" + object;
  }
}
