package org.sealane.smb.negotiate;

import java.util.List;

/**
 * One NEGOTIATE context of dialect 3.1.1, [MS-SMB2] 2.2.3.1 and 2.2.4.1. Ids stay plain numbers
 * here, since a peer may offer ones unknown to us. Arrays belong to the record; nobody changes
 * them.
 */
public sealed interface NegotiateContext {
  /** ContextType as on the wire. */
  int type();

  /**
   * SMB2_PREAUTH_INTEGRITY_CAPABILITIES.
   *
   * @param hashAlgorithms in order of preference; {@link #SHA_512} is the only one assigned
   * @param salt fresh random bytes; may be empty in a request
   */
  record PreauthIntegrity(List<Integer> hashAlgorithms, byte[] salt) implements NegotiateContext {
    public static final int TYPE = 0x0001;
    public static final int SHA_512 = 0x0001;

    public PreauthIntegrity {
      hashAlgorithms = List.copyOf(hashAlgorithms);
    }

    @Override
    public int type() {
      return TYPE;
    }
  }

  /**
   * SMB2_ENCRYPTION_CAPABILITIES.
   *
   * @param ciphers ids of {@link CipherId} in order of preference; {@link #NONE} alone in a
   *     response without a common cipher
   */
  record Encryption(List<Integer> ciphers) implements NegotiateContext {
    public static final int TYPE = 0x0002;
    public static final int NONE = 0x0000;

    public Encryption {
      ciphers = List.copyOf(ciphers);
    }

    @Override
    public int type() {
      return TYPE;
    }
  }

  /**
   * SMB2_COMPRESSION_CAPABILITIES.
   *
   * @param flags 1: chained compression
   * @param algorithms ids in order of preference
   */
  record Compression(int flags, List<Integer> algorithms) implements NegotiateContext {
    public static final int TYPE = 0x0003;

    public Compression {
      algorithms = List.copyOf(algorithms);
    }

    @Override
    public int type() {
      return TYPE;
    }
  }

  /** SMB2_NETNAME_NEGOTIATE_CONTEXT_ID: the name by which the client calls the server. */
  record Netname(String name) implements NegotiateContext {
    public static final int TYPE = 0x0005;

    @Override
    public int type() {
      return TYPE;
    }
  }

  /**
   * SMB2_TRANSPORT_CAPABILITIES.
   *
   * @param flags 1: security of the transport is enough
   */
  record Transport(int flags) implements NegotiateContext {
    public static final int TYPE = 0x0006;

    @Override
    public int type() {
      return TYPE;
    }
  }

  /**
   * SMB2_RDMA_TRANSFORM_CAPABILITIES.
   *
   * @param transforms ids of {@link RdmaTransformId}; {@link RdmaTransformId#NONE} alone in a
   *     response without a common transform
   */
  record RdmaTransform(List<Integer> transforms) implements NegotiateContext {
    public static final int TYPE = 0x0007;

    public RdmaTransform {
      transforms = List.copyOf(transforms);
    }

    @Override
    public int type() {
      return TYPE;
    }
  }

  /**
   * SMB2_SIGNING_CAPABILITIES.
   *
   * @param algorithms ids of {@link SigningAlgorithm} in order of preference
   */
  record Signing(List<Integer> algorithms) implements NegotiateContext {
    public static final int TYPE = 0x0008;

    public Signing {
      algorithms = List.copyOf(algorithms);
    }

    @Override
    public int type() {
      return TYPE;
    }
  }

  /** A context of another type, to be ignored, [MS-SMB2] 2.2.3.1. */
  record Unknown(int type, byte[] data) implements NegotiateContext {}
}
