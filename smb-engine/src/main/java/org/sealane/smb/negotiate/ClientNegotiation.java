package org.sealane.smb.negotiate;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.ToIntFunction;

/**
 * The client's side of NEGOTIATE, [MS-SMB2] 3.2.4.2.2.2 and 3.2.5.2: builds the request, and checks
 * a response against what the request offered. Pure functions.
 */
public final class ClientNegotiation {
  /** A server that takes less is not worth a connection, [MS-SMB2] 3.2.5.2. */
  static final long MAX_SIZE_FLOOR_BYTES = 65_536;

  private ClientNegotiation() {}

  /**
   * What a client offers, and with that all it accepts.
   *
   * @param dialects those it speaks; not empty
   * @param ciphers in order of preference; empty if it never encrypts
   * @param signing in order of preference; those implied by older dialects or servers, as AES-CMAC
   *     is, are accepted only if they are listed
   * @param rdmaTransforms those it knows on this transport; empty over TCP
   * @param encryption whether a connection without a cipher will do
   * @param securityMode whether it requires signing
   * @param capabilities what it can do
   * @param clientGuid its identity
   * @param netname the name by which it calls the server, if it says so
   */
  public record Settings(
      Set<Dialect> dialects,
      List<CipherId> ciphers,
      List<SigningAlgorithm> signing,
      Set<RdmaTransformId> rdmaTransforms,
      Encryption encryption,
      SecurityMode securityMode,
      Capabilities capabilities,
      UUID clientGuid,
      Optional<String> netname) {

    public Settings {
      dialects = Set.copyOf(dialects);
      ciphers = List.copyOf(ciphers);
      signing = List.copyOf(signing);
      rdmaTransforms = Set.copyOf(rdmaTransforms);
      if (dialects.isEmpty()) {
        throw new IllegalArgumentException("no dialects");
      }
    }

    /** The same, offering these transforms. */
    public Settings withRdmaTransforms(Set<RdmaTransformId> transforms) {
      return new Settings(
          dialects,
          ciphers,
          signing,
          transforms,
          encryption,
          securityMode,
          capabilities,
          clientGuid,
          netname);
    }
  }

  /** Whether the client needs a cipher. */
  public enum Encryption {
    OPTIONAL,
    REQUIRED
  }

  /** The client's decision on a response. */
  public sealed interface Outcome {
    /** The connection is negotiated. */
    record Agreed(NegotiatedConnection connection) implements Outcome {}

    /**
     * The response is not an answer to the request, or not one the client may accept: disconnect.
     *
     * @param field what was wrong, as the specification names it
     * @param expected what would have been accepted
     * @param actual what the server said
     */
    record Failed(String field, String expected, String actual) implements Outcome {}
  }

  /**
   * The request for the settings.
   *
   * @param salt fresh random bytes, 32 as Windows sends; kept by the request
   */
  public static NegotiateRequest request(Settings settings, byte[] salt) {
    List<Integer> revisions = settings.dialects().stream().sorted().map(Dialect::revision).toList();
    List<NegotiateContext> contexts = new ArrayList<>();
    if (settings.dialects().contains(Dialect.SMB_3_1_1)) {
      contexts.add(
          new NegotiateContext.PreauthIntegrity(
              List.of(NegotiateContext.PreauthIntegrity.SHA_512), salt));
      if (!settings.ciphers().isEmpty()) {
        contexts.add(new NegotiateContext.Encryption(ids(settings.ciphers(), CipherId::id)));
      }
      if (!settings.signing().isEmpty()) {
        contexts.add(new NegotiateContext.Signing(ids(settings.signing(), SigningAlgorithm::id)));
      }
      if (!settings.rdmaTransforms().isEmpty()) {
        List<RdmaTransformId> transforms = settings.rdmaTransforms().stream().sorted().toList();
        contexts.add(new NegotiateContext.RdmaTransform(ids(transforms, RdmaTransformId::id)));
      }
      settings.netname().ifPresent(name -> contexts.add(new NegotiateContext.Netname(name)));
    }
    return new NegotiateRequest(
        settings.securityMode(),
        settings.capabilities(),
        settings.clientGuid(),
        revisions,
        contexts);
  }

  private static <T> List<Integer> ids(List<T> values, ToIntFunction<T> id) {
    return values.stream().map(id::applyAsInt).toList();
  }

  /** Checks a response with STATUS_SUCCESS to the request for the same settings. */
  public static Outcome check(Settings settings, NegotiateResponse response) {
    try {
      return new Outcome.Agreed(agree(settings, response));
    } catch (Unacceptable e) {
      return e.failed;
    }
  }

  private static NegotiatedConnection agree(Settings settings, NegotiateResponse response)
      throws Unacceptable {
    Dialect dialect =
        Dialect.ofRevision(response.dialectRevision())
            .filter(settings.dialects()::contains)
            .orElseThrow(() ->
                new Unacceptable(
                    "DialectRevision",
                    "one of " + settings.dialects(),
                    String.format("0x%04X", response.dialectRevision())));
    requireMaxSize("MaxTransactSize", response.maxSizes().transactBytes());
    requireMaxSize("MaxReadSize", response.maxSizes().readBytes());
    requireMaxSize("MaxWriteSize", response.maxSizes().writeBytes());

    Choice choice =
        dialect == Dialect.SMB_3_1_1
            ? chooseByContexts(settings, response)
            : chooseByDialect(dialect, settings, response);
    if (choice.cipher().isEmpty() && settings.encryption() == Encryption.REQUIRED) {
      throw new Unacceptable("Ciphers", "one of " + settings.ciphers(), "none");
    }
    if (!settings.signing().contains(choice.signing())) {
      throw new Unacceptable(
          "SigningAlgorithms", "one of " + settings.signing(), choice.signing().toString());
    }
    int encryption = choice.cipher().isPresent() ? Capabilities.ENCRYPTION : 0;
    return new NegotiatedConnection(
        dialect,
        choice.cipher(),
        choice.signing(),
        choice.rdmaTransforms(),
        response.maxSizes(),
        new Capabilities(response.capabilities().bits() & ~Capabilities.ENCRYPTION | encryption),
        response.capabilities(),
        response.securityMode(),
        response.serverGuid());
  }

  /** What the contexts, or the dialect where it has none, came to. */
  private record Choice(
      Optional<CipherId> cipher, SigningAlgorithm signing, Set<RdmaTransformId> rdmaTransforms) {}

  private static Choice chooseByDialect(
      Dialect dialect, Settings settings, NegotiateResponse response) {
    boolean encrypts =
        dialect.isAtLeast(Dialect.SMB_3_0)
            && response.capabilities().has(Capabilities.ENCRYPTION)
            && settings.ciphers().contains(CipherId.AES_128_CCM);
    return new Choice(
        encrypts ? Optional.of(CipherId.AES_128_CCM) : Optional.empty(),
        dialect.impliedSigning(),
        Set.of());
  }

  private static Choice chooseByContexts(Settings settings, NegotiateResponse response)
      throws Unacceptable {
    ContextIds answered;
    try {
      answered = ContextIds.of(response.contexts());
    } catch (ContextIds.RuleBroken e) {
      throw new Unacceptable("NegotiateContextList", "one context a type", e.getMessage());
    }
    if (!answered.hashAlgorithms().equals(List.of(NegotiateContext.PreauthIntegrity.SHA_512))) {
      throw new Unacceptable(
          "HashAlgorithms", "SHA-512 alone", answered.hashAlgorithms().toString());
    }
    if (answered.compression().isPresent()) {
      throw new Unacceptable(
          "CompressionAlgorithms",
          "nothing, as none was offered",
          answered.compression().toString());
    }
    return new Choice(
        cipher(settings, answered), signing(settings, answered), transforms(settings, answered));
  }

  private static Optional<CipherId> cipher(Settings settings, ContextIds answered)
      throws Unacceptable {
    if (answered.ciphers().isEmpty()) {
      return Optional.empty();
    }
    List<Integer> ids = answered.ciphers().get();
    if (ids.equals(List.of(NegotiateContext.Encryption.NONE))) {
      return Optional.empty();
    }
    Optional<CipherId> cipher =
        ids.size() == 1
            ? CipherId.ofId(ids.getFirst()).filter(settings.ciphers()::contains)
            : Optional.empty();
    if (cipher.isEmpty()) {
      throw new Unacceptable("Ciphers", "one of " + settings.ciphers(), "ids " + ids);
    }
    return cipher;
  }

  private static SigningAlgorithm signing(Settings settings, ContextIds answered)
      throws Unacceptable {
    if (answered.signing().isEmpty()) {
      return Dialect.SMB_3_1_1.impliedSigning();
    }
    List<Integer> ids = answered.signing().get();
    Optional<SigningAlgorithm> algorithm =
        ids.size() == 1
            ? SigningAlgorithm.ofId(ids.getFirst()).filter(settings.signing()::contains)
            : Optional.empty();
    return algorithm.orElseThrow(
        () -> new Unacceptable("SigningAlgorithms", "one of " + settings.signing(), "ids " + ids));
  }

  private static Set<RdmaTransformId> transforms(Settings settings, ContextIds answered)
      throws Unacceptable {
    Set<RdmaTransformId> transforms = EnumSet.noneOf(RdmaTransformId.class);
    if (answered.rdmaTransforms().isEmpty()) {
      return transforms;
    }
    List<Integer> ids = answered.rdmaTransforms().get();
    // The spec calls an id that was not offered a failure. NONE alone is read as "no transform".
    if (ids.equals(List.of(RdmaTransformId.NONE)) && !settings.rdmaTransforms().isEmpty()) {
      return transforms;
    }
    for (int id : ids) {
      Optional<RdmaTransformId> transform =
          RdmaTransformId.ofId(id).filter(settings.rdmaTransforms()::contains);
      // Refusing a repeated id also refuses more ids than were offered.
      if (transform.isEmpty() || !transforms.add(transform.get())) {
        throw new Unacceptable(
            "RDMATransformIds", "among " + settings.rdmaTransforms(), "ids " + ids);
      }
    }
    return transforms;
  }

  private static void requireMaxSize(String field, long bytes) throws Unacceptable {
    if (bytes < MAX_SIZE_FLOOR_BYTES) {
      throw new Unacceptable(field, "at least " + MAX_SIZE_FLOOR_BYTES, Long.toString(bytes));
    }
  }

  /** Leaves the checks at the first that fails. */
  private static final class Unacceptable extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Outcome.Failed failed;

    Unacceptable(String field, String expected, String actual) {
      super(null, null, false, false);
      this.failed = new Outcome.Failed(field, expected, actual);
    }
  }
}
