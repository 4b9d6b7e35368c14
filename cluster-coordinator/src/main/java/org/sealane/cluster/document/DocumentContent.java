package org.sealane.cluster.document;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.SigningAlgorithm;

/** What a document decides. Constructors refuse values that no node could follow. */
public sealed interface DocumentContent {

  /** The most characters of a volume's or disk's name. */
  int NAME_CHARS_MAX = 63;

  /** The most characters of a path on a node. */
  int PATH_CHARS_MAX = 1024;

  /** The most nodes that may be candidates to own one volume. */
  int CANDIDATES_MAX = 16;

  /**
   * Levels, algorithms, transport and rekey limits: of a volume, or the template for new ones.
   *
   * @param csv level of file traffic
   * @param sbl level of block traffic
   * @param ciphers in order of preference, not empty
   * @param signing in order of preference, not empty
   */
  record Policy(
      Level csv,
      Level sbl,
      List<CipherId> ciphers,
      List<SigningAlgorithm> signing,
      TransportPreference transport,
      RekeyLimits rekey)
      implements DocumentContent {

    /** What a cluster has until its administrator says otherwise: everything encrypted. */
    public static final Policy DEFAULT =
        new Policy(
            Level.ENCRYPT,
            Level.ENCRYPT,
            List.of(CipherId.AES_128_GCM, CipherId.AES_256_GCM),
            List.of(SigningAlgorithm.AES_GMAC),
            TransportPreference.RDMA_PREFERRED,
            RekeyLimits.DEFAULT);

    public Policy {
      ciphers = List.copyOf(ciphers);
      signing = List.copyOf(signing);
      requireDistinct("ciphers", ciphers);
      requireDistinct("signing", signing);
    }

    public Level level(LaneKind kind) {
      return switch (kind) {
        case CSV -> csv;
        case SBL -> sbl;
      };
    }

    /** What this policy asks of the lanes of one volume and kind, under {@code epoch}. */
    public LanePolicy lanePolicy(UUID volume, LaneKind kind, long epoch) {
      return new LanePolicy(volume, kind, epoch, level(kind), ciphers, signing, transport, rekey);
    }

    private static void requireDistinct(String what, List<?> values) {
      if (values.isEmpty() || values.stream().distinct().count() != values.size()) {
        throw new IllegalArgumentException(what + ": at least one, each once");
      }
    }
  }

  /**
   * A volume.
   *
   * @param name by which it is reached, unique among volumes
   * @param candidates nodes that may own it; the first is the one meant
   * @param paths for each candidate the directory on it that holds the volume
   * @param sharedBacking whether the candidates' paths are one file system
   */
  record Volume(
      String name, List<String> candidates, Map<String, String> paths, boolean sharedBacking)
      implements DocumentContent {

    public Volume {
      requireName(name);
      candidates = List.copyOf(candidates);
      paths = Map.copyOf(new TreeMap<>(paths));
      if (candidates.isEmpty() || candidates.size() > CANDIDATES_MAX) {
        throw new IllegalArgumentException(
            candidates.size() + " owner candidates, from 1 to " + CANDIDATES_MAX);
      }
      candidates.forEach(DocumentContent::requireNodeName);
      if (candidates.stream().distinct().count() != candidates.size()) {
        throw new IllegalArgumentException("an owner candidate is named twice");
      }
      if (candidates.size() > 1 && !sharedBacking) {
        throw new IllegalArgumentException(
            "several owner candidates need --shared-backing: their paths must be one file system");
      }
      if (!paths.keySet().equals(java.util.Set.copyOf(candidates))) {
        throw new IllegalArgumentException("each owner candidate has one path");
      }
      paths.values().forEach(DocumentContent::requirePath);
    }

    /** The same volume with {@code candidate} first: the owner makes way for it. */
    public Volume movedTo(String candidate) {
      List<String> order = new ArrayList<>(candidates);
      if (!order.remove(candidate)) {
        throw new IllegalArgumentException(candidate + " is no owner candidate of " + name);
      }
      order.addFirst(candidate);
      return new Volume(name, order, paths, sharedBacking);
    }
  }

  /**
   * A disk.
   *
   * @param name by which it is reached, unique among disks
   * @param node that holds it
   * @param path of the file or block device on that node
   * @param sizeBytes what it offers
   * @param volume whose policy governs its lanes
   */
  record Disk(String name, String node, String path, long sizeBytes, UUID volume)
      implements DocumentContent {

    public Disk {
      requireName(name);
      requireNodeName(node);
      requirePath(path);
      if (sizeBytes <= 0) {
        throw new IllegalArgumentException("disk size " + sizeBytes + " is not positive");
      }
    }
  }

  /**
   * A node's enrolment.
   *
   * @param name of the node
   * @param publicKey the Ed25519 key of its certificate, as base64 of its SubjectPublicKeyInfo
   * @param revoked whether it is barred from the cluster
   */
  record Node(String name, String publicKey, boolean revoked) implements DocumentContent {
    /** An Ed25519 SubjectPublicKeyInfo has 44 bytes, 60 characters. */
    public static final int PUBLIC_KEY_CHARS_MAX = 128;

    public Node {
      requireNodeName(name);
      if (publicKey.length() > PUBLIC_KEY_CHARS_MAX) {
        throw new IllegalArgumentException("a public key of " + publicKey.length() + " characters");
      }
      Base64.getDecoder().decode(publicKey);
    }
  }

  /**
   * A user's account.
   *
   * @param sealed name and password's hash, sealed under the cluster's data key; base64
   */
  record User(String sealed) implements DocumentContent {
    /** The most characters of {@code sealed}. */
    public static final int SEALED_CHARS_MAX = 1024;

    public User {
      if (sealed.isEmpty() || sealed.length() > SEALED_CHARS_MAX) {
        throw new IllegalArgumentException("a sealed account of " + sealed.length());
      }
      Base64.getDecoder().decode(sealed);
    }
  }

  /** What a user may do on a volume. */
  enum Grant {
    /** Read and list. */
    READ,
    /** Write, rename and delete, too. */
    CHANGE,
    /** Change security, too. */
    FULL;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Grant> ofWord(String word) {
      return Arrays.stream(values()).filter(grant -> grant.word().equals(word)).findFirst();
    }
  }

  /**
   * A volume as users see it.
   *
   * @param encryptData whether clients must encrypt
   * @param grants by the account's UUID; nobody else gets in
   */
  record Share(boolean encryptData, Map<UUID, Grant> grants) implements DocumentContent {
    /** The most users of one volume. */
    public static final int GRANTS_MAX = 256;

    /** What a volume has until its administrator says otherwise: no user gets in. */
    public static final Share NONE = new Share(false, Map.of());

    public Share {
      grants = Map.copyOf(grants);
      if (grants.size() > GRANTS_MAX) {
        throw new IllegalArgumentException(grants.size() + " grants, at most " + GRANTS_MAX);
      }
    }
  }

  /**
   * What every node asks of users' clients.
   *
   * @param encryptData whether all of them must encrypt, whatever the volume
   * @param rejectUnencryptedAccess whether those that can not encrypt are kept out of what is to be
   *     encrypted
   * @param requireSigning whether what is not encrypted must be signed
   * @param minDialect the oldest dialect spoken
   * @param ciphers in order of preference, not empty
   * @param signing in order of preference, not empty
   */
  record Server(
      boolean encryptData,
      boolean rejectUnencryptedAccess,
      boolean requireSigning,
      Dialect minDialect,
      List<CipherId> ciphers,
      List<SigningAlgorithm> signing)
      implements DocumentContent {

    /** What a cluster has until its administrator says otherwise. */
    public static final Server DEFAULT =
        new Server(
            false,
            true,
            true,
            Dialect.SMB_3_0,
            List.of(
                CipherId.AES_128_GCM,
                CipherId.AES_256_GCM,
                CipherId.AES_128_CCM,
                CipherId.AES_256_CCM),
            List.of(
                SigningAlgorithm.AES_GMAC,
                SigningAlgorithm.AES_CMAC,
                SigningAlgorithm.HMAC_SHA256));

    public Server {
      ciphers = List.copyOf(ciphers);
      signing = List.copyOf(signing);
      Policy.requireDistinct("ciphers", ciphers);
      Policy.requireDistinct("signing", signing);
    }
  }

  /**
   * Keys of the services that users' Kerberos tickets are for.
   *
   * @param sealed a keytab, sealed under the cluster's data key; base64
   */
  record Keytab(String sealed) implements DocumentContent {
    /** The most characters of {@code sealed}. */
    public static final int SEALED_CHARS_MAX = 24 * 1024;

    public Keytab {
      if (sealed.isEmpty() || sealed.length() > SEALED_CHARS_MAX) {
        throw new IllegalArgumentException("a sealed keytab of " + sealed.length());
      }
      Base64.getDecoder().decode(sealed);
    }
  }

  /**
   * The data key in force, as each node can unwrap it with what its join bundle gave it. Clusters
   * begin with generation 1 and without such a document: bundles carry that one in the clear.
   *
   * @param generation grows by one with each new key
   * @param copies by node's name, base64; a node without one can not have this key from here
   */
  record DataKeyCopies(long generation, Map<String, String> copies) implements DocumentContent {
    /** The first that a document hands out. */
    public static final long GENERATION_MIN = 2;

    /** The most nodes of one cluster that keys are wrapped for. */
    public static final int COPIES_MAX = 256;

    /** The most characters of one copy. */
    public static final int COPY_CHARS_MAX = 192;

    public DataKeyCopies {
      copies = Map.copyOf(copies);
      if (generation < GENERATION_MIN || generation > Document.EPOCH_MAX) {
        throw new IllegalArgumentException("data key generation " + generation);
      }
      if (copies.size() > COPIES_MAX) {
        throw new IllegalArgumentException(copies.size() + " nodes, at most " + COPIES_MAX);
      }
      copies.forEach((node, copy) -> {
        requireNodeName(node);
        if (copy.isEmpty() || copy.length() > COPY_CHARS_MAX) {
          throw new IllegalArgumentException("a wrapped data key of " + copy.length());
        }
        Base64.getDecoder().decode(copy);
      });
    }
  }

  /** The object is deleted. What it was is in its predecessor. */
  record Tombstone() implements DocumentContent {}

  private static void requireName(String name) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
      throw new IllegalArgumentException(
          "name '" + name + "': letters, digits, '.', '_', '-', at most " + NAME_CHARS_MAX);
    }
  }

  private static void requireNodeName(String name) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9.-]{0,62}")) {
      throw new IllegalArgumentException(
          "node name '" + name + "': letters, digits, '.', '-', at most " + NAME_CHARS_MAX);
    }
  }

  private static void requirePath(String path) {
    if (!path.startsWith("/") || path.length() > PATH_CHARS_MAX || path.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "path '" + path + "' is not absolute or longer than " + PATH_CHARS_MAX);
    }
  }
}
