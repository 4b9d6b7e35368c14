package org.sealane.cluster.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.smb.auth.CredentialsException;

/**
 * What administrators make data keys of: 256 bits that only a credentials directory holds. From it
 * follow the data key of each generation, and for each enrolled node a key that the data key is
 * wrapped under; a node has its own of these from its join bundle and can compute no other. So a
 * new generation goes to all nodes but a revoked one through ZooKeeper, which learns nothing.
 *
 * <p>Derivations are HMAC-SHA256 of the root with labels of fixed form. Any thread may call.
 */
public final class DataKeyRoot {
  /** The root, in a credentials directory. */
  public static final String FILE = "data.key";

  /** The highest generation seen, beside it; absent means the first. */
  public static final String GENERATION_FILE = "data.generation";

  /** What a cluster begins with. */
  public static final long FIRST_GENERATION = 1;

  private final byte[] root;
  private final long generation;

  private DataKeyRoot(byte[] root, long generation) {
    this.root = root;
    this.generation = generation;
  }

  public static DataKeyRoot create(SecureRandom random) {
    byte[] root = new byte[DataKey.KEY_BYTES];
    random.nextBytes(root);
    return new DataKeyRoot(root, FIRST_GENERATION);
  }

  /** Reads both files; blocks on the file system. */
  public static DataKeyRoot load(Path directory) throws CredentialsException {
    Path file = directory.resolve(FILE);
    DataKey root = DataKey.parse(SecretFile.read(file).strip(), file.toString());
    return new DataKeyRoot(root.bytes(), generation(directory.resolve(GENERATION_FILE)));
  }

  private static long generation(Path file) throws CredentialsException {
    if (!Files.exists(file)) {
      return FIRST_GENERATION;
    }
    try {
      long generation = Long.parseLong(SecretFile.read(file).strip());
      if (generation >= FIRST_GENERATION) {
        return generation;
      }
    } catch (NumberFormatException e) {
      throw new CredentialsException(file + ": not the number of a data key's generation", e);
    }
    throw new CredentialsException(file + ": a data key's generation is a number from 1 on");
  }

  /** Writes the root with mode 0600; refuses to replace one. */
  public void store(Path directory) throws CredentialsException {
    SecretFile.requireAbsent(directory.resolve(FILE));
    SecretFile.writeSecret(
        directory.resolve(FILE), Base64.getEncoder().encodeToString(root) + "\n");
  }

  /**
   * Remembers that {@code generation} is in force, so that nothing is sealed under an older one
   * afterwards, whatever a node shows. A lower one changes nothing.
   */
  public DataKeyRoot remember(Path directory, long generation) throws CredentialsException {
    if (generation > this.generation) {
      SecretFile.writePublic(directory.resolve(GENERATION_FILE), generation + "\n");
    }
    return atLeast(generation);
  }

  /** The same root, with {@code generation} in force if that is the higher. */
  public DataKeyRoot atLeast(long generation) {
    return generation <= this.generation ? this : new DataKeyRoot(root, generation);
  }

  /** The highest that these credentials have seen in force. */
  public long generation() {
    return generation;
  }

  /** The data key of a generation. */
  public DataKey key(long generation) {
    if (generation < FIRST_GENERATION) {
      throw new IllegalArgumentException("data key generation " + generation);
    }
    return derive("sealane data key", Long.toString(generation));
  }

  /** What {@code node}'s join bundle carries, for the present generation. */
  public NodeDataKeys forNode(DocumentContent.Node node) {
    return new NodeDataKeys(generation, key(generation), wrapping(node));
  }

  /**
   * The data key of {@code generation} and the one before it, for each of {@code nodes}: accounts
   * sealed under the earlier stay open until they are sealed again.
   */
  public DocumentContent.DataKeyCopies wrap(
      UUID clusterId,
      long generation,
      Collection<DocumentContent.Node> nodes,
      SecureRandom random) {
    byte[] newer = key(generation).bytes();
    byte[] older = key(generation - 1).bytes();
    byte[] both = ByteBuffer.allocate(2 * DataKey.KEY_BYTES).put(newer).put(older).array();
    Map<String, String> copies = new HashMap<>();
    for (DocumentContent.Node node : nodes) {
      UUID object = ObjectKey.node(clusterId, node.name()).object();
      byte[] wrapped = wrapping(node).seal(NodeDataKeys.use(generation), object, both, random);
      copies.put(node.name(), Base64.getEncoder().encodeToString(wrapped));
    }
    Arrays.fill(newer, (byte) 0);
    Arrays.fill(older, (byte) 0);
    Arrays.fill(both, (byte) 0);
    return new DocumentContent.DataKeyCopies(generation, copies);
  }

  /** Bound to the node's certified key: a name enrolled again with another has another. */
  private DataKey wrapping(DocumentContent.Node node) {
    return derive("sealane data key for node", node.name() + " " + node.publicKey());
  }

  private DataKey derive(String label, String context) {
    try {
      Mac derivation = Mac.getInstance("HmacSHA256");
      derivation.init(new SecretKeySpec(root, "HmacSHA256"));
      return new DataKey(
          derivation.doFinal((label + "\0" + context).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA256", e);
    }
  }

  @Override
  public String toString() {
    return "DataKeyRoot[generation=" + generation + "]";
  }
}
