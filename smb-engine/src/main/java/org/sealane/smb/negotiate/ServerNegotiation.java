package org.sealane.smb.negotiate;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.sealane.smb.wire.CreditCharge;
import org.sealane.smb.wire.HeaderFlags;
import org.sealane.smb.wire.NtStatus;
import org.sealane.smb.wire.Smb2Header;

/**
 * What a server answers to a NEGOTIATE, [MS-SMB2] 3.3.5.4. A pure function of its arguments. A
 * request that does not decode is to be refused with STATUS_INVALID_PARAMETER by the caller.
 *
 * <p>Of ciphers and signing algorithms the server takes the first of its own list that the client
 * offers, so a list of one mandates it.
 */
public final class ServerNegotiation {
  /** Answered only from 3.0 on, and only if the client has them too. */
  private static final int MUTUAL_CAPABILITIES =
      Capabilities.MULTI_CHANNEL
          | Capabilities.PERSISTENT_HANDLES
          | Capabilities.DIRECTORY_LEASING
          | Capabilities.NOTIFICATIONS;

  /** What one credit pays for; 2.0.2 knows no requests of several. */
  private static final MaxSizes SINGLE_CREDIT_SIZES = MaxSizes.all(CreditCharge.BYTES_PER_CREDIT);

  private ServerNegotiation() {}

  /**
   * How a server negotiates. The array belongs to the record; nobody changes it.
   *
   * @param dialects those it speaks; not empty
   * @param ciphers in order of preference; empty if it never encrypts
   * @param signing in order of preference, of dialect 3.1.1
   * @param rdmaTransforms those it knows on this transport; empty over TCP
   * @param securityMode whether it requires signing
   * @param capabilities what it can do; ENCRYPTION follows from the ciphers and is ignored here
   * @param maxSizes the largest payloads it takes, 65536 bytes at least; 2.0.2 gets no more
   * @param serverGuid its identity
   * @param securityBuffer the GSS token that names its mechanisms
   */
  public record Settings(
      Set<Dialect> dialects,
      List<CipherId> ciphers,
      List<SigningAlgorithm> signing,
      Set<RdmaTransformId> rdmaTransforms,
      SecurityMode securityMode,
      Capabilities capabilities,
      MaxSizes maxSizes,
      UUID serverGuid,
      byte[] securityBuffer) {

    public Settings {
      dialects = Set.copyOf(dialects);
      ciphers = List.copyOf(ciphers);
      signing = List.copyOf(signing);
      rdmaTransforms = Set.copyOf(rdmaTransforms);
      if (dialects.isEmpty()) {
        throw new IllegalArgumentException("no dialects");
      }
      if (!maxSizes.min(SINGLE_CREDIT_SIZES).equals(SINGLE_CREDIT_SIZES)) {
        throw new IllegalArgumentException(maxSizes + " goes below " + SINGLE_CREDIT_SIZES);
      }
    }
  }

  /**
   * What is new for each connection. The array belongs to the record; nobody changes it.
   *
   * @param salt fresh random bytes, 32 as Windows sends
   * @param systemTime now, as FILETIME
   */
  public record Fresh(byte[] salt, long systemTime) {}

  /** The server's decision. */
  public sealed interface Outcome {
    /** Send the response with STATUS_SUCCESS; the connection is negotiated. */
    record Agreed(NegotiateResponse response, NegotiatedConnection connection) implements Outcome {}

    /** Send an error response with the status; the connection stays unnegotiated. */
    record Refused(NtStatus status, String reason) implements Outcome {}

    /** Close the connection without an answer. */
    record Disconnect(String reason) implements Outcome {}
  }

  /**
   * Decides.
   *
   * @param current what an earlier NEGOTIATE settled on this connection
   */
  public static Outcome decide(
      Smb2Header header,
      NegotiateRequest request,
      Optional<NegotiatedConnection> current,
      Settings settings,
      Fresh fresh) {
    if (current.isPresent()) {
      return new Outcome.Disconnect("second NEGOTIATE");
    }
    if (header.has(HeaderFlags.SIGNED)) {
      return invalid("NEGOTIATE is signed");
    }
    if (request.dialects().isEmpty()) {
      return invalid("no dialects");
    }
    Optional<Dialect> dialect =
        request.dialects().stream()
            .flatMap(revision -> Dialect.ofRevision(revision).stream())
            .filter(settings.dialects()::contains)
            .max(Dialect::compareTo);
    if (dialect.isEmpty()) {
      return new Outcome.Refused(
          NtStatus.NOT_SUPPORTED, "no common dialect in " + request.dialects());
    }
    if (dialect.get() == Dialect.SMB_3_1_1) {
      return decideWithContexts(request, settings, fresh);
    }
    return decideWithoutContexts(dialect.get(), request, settings, fresh);
  }

  private static Outcome decideWithContexts(
      NegotiateRequest request, Settings settings, Fresh fresh) {
    ContextIds offered;
    try {
      offered = ContextIds.of(request.contexts());
    } catch (ContextIds.RuleBroken e) {
      return invalid(e.getMessage());
    }
    if (!offered.hashAlgorithms().contains(NegotiateContext.PreauthIntegrity.SHA_512)) {
      return new Outcome.Refused(
          NtStatus.SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP,
          "no common hash in " + offered.hashAlgorithms());
    }
    List<NegotiateContext> answers = new ArrayList<>();
    answers.add(
        new NegotiateContext.PreauthIntegrity(
            List.of(NegotiateContext.PreauthIntegrity.SHA_512), fresh.salt()));

    Optional<CipherId> cipher =
        offered.ciphers().flatMap(ids -> chooseCipher(settings.ciphers(), ids));
    if (offered.ciphers().isPresent()) {
      // Answered even if there is no cipher in common, [MS-SMB2] 2.2.4.1.2.
      int id = cipher.map(CipherId::id).orElse(NegotiateContext.Encryption.NONE);
      answers.add(new NegotiateContext.Encryption(List.of(id)));
    }

    // Without a signing context, and without a common algorithm, it is AES-CMAC.
    SigningAlgorithm signing =
        offered
            .signing()
            .flatMap(ids -> chooseSigning(settings.signing(), ids))
            .orElse(SigningAlgorithm.AES_CMAC);
    if (offered.signing().isPresent()) {
      answers.add(new NegotiateContext.Signing(List.of(signing.id())));
    }

    Set<RdmaTransformId> transforms = EnumSet.noneOf(RdmaTransformId.class);
    if (offered.rdmaTransforms().isPresent() && !settings.rdmaTransforms().isEmpty()) {
      offered.rdmaTransforms().get().stream()
          .flatMap(id -> RdmaTransformId.ofId(id).stream())
          .filter(settings.rdmaTransforms()::contains)
          .forEach(transforms::add);
      answers.add(rdmaAnswer(transforms));
    }
    return agreed(
        Dialect.SMB_3_1_1,
        new Choice(cipher, signing, transforms, answers),
        request,
        settings,
        fresh);
  }

  /**
   * The answer to SMB1's multi-protocol NEGOTIATE, [MS-SMB2] 3.3.5.3. A response of the wildcard
   * dialect settles nothing: the client goes on with SMB2's NEGOTIATE.
   *
   * @return empty if the client is to be dropped
   */
  public static Optional<NegotiateResponse> wildcard(
      MultiProtocolRequest request, Settings settings, Fresh fresh) {
    boolean newer = settings.dialects().stream().anyMatch(d -> d.isAtLeast(Dialect.SMB_2_1));
    if (!newer || !request.dialects().contains(MultiProtocolRequest.SMB_2_WILDCARD)) {
      return Optional.empty();
    }
    return Optional.of(
        new NegotiateResponse(
            settings.securityMode(),
            Dialect.WILDCARD,
            settings.serverGuid(),
            settings.capabilities().and(Capabilities.LARGE_MTU),
            settings.maxSizes(),
            fresh.systemTime(),
            0,
            settings.securityBuffer(),
            List.of()));
  }

  /**
   * Checks what the client says once more under a signature, [MS-SMB2] 3.3.5.15.12. Empty if
   * someone has changed NEGOTIATE on its way; then the connection must end without an answer.
   */
  public static Optional<NegotiateInfoResponse> validate(
      NegotiateInfoRequest request, NegotiatedConnection connection, Settings settings) {
    Optional<Dialect> again =
        request.dialects().stream()
            .flatMap(revision -> Dialect.ofRevision(revision).stream())
            .filter(settings.dialects()::contains)
            .max(Dialect::compareTo);
    boolean same =
        again.equals(Optional.of(connection.dialect()))
            && request.guid().equals(connection.peerGuid())
            && request.securityMode().equals(connection.peerSecurityMode())
            && request.capabilities().equals(connection.peerCapabilities());
    return same
        ? Optional.of(
            new NegotiateInfoResponse(
                connection.capabilities(),
                settings.serverGuid(),
                settings.securityMode(),
                connection.dialect().revision()))
        : Optional.empty();
  }

  private static Outcome decideWithoutContexts(
      Dialect dialect, NegotiateRequest request, Settings settings, Fresh fresh) {
    boolean encrypts =
        dialect.isAtLeast(Dialect.SMB_3_0)
            && request.capabilities().has(Capabilities.ENCRYPTION)
            && settings.ciphers().contains(CipherId.AES_128_CCM);
    Choice choice =
        new Choice(
            encrypts ? Optional.of(CipherId.AES_128_CCM) : Optional.empty(),
            dialect.impliedSigning(),
            Set.of(),
            List.of());
    return agreed(dialect, choice, request, settings, fresh);
  }

  /** What the contexts, or the dialect where it has none, came to. */
  private record Choice(
      Optional<CipherId> cipher,
      SigningAlgorithm signing,
      Set<RdmaTransformId> rdmaTransforms,
      List<NegotiateContext> answers) {}

  private static Outcome agreed(
      Dialect dialect, Choice choice, NegotiateRequest request, Settings settings, Fresh fresh) {
    Capabilities connectionCapabilities =
        capabilities(dialect, choice.cipher().isPresent(), request.capabilities(), settings);
    MaxSizes maxSizes =
        dialect.isAtLeast(Dialect.SMB_2_1) ? settings.maxSizes() : SINGLE_CREDIT_SIZES;
    // In 3.1.1 the context says it, and the bit is set on the connection only.
    Capabilities answeredCapabilities =
        dialect == Dialect.SMB_3_1_1
            ? connectionCapabilities.and(~Capabilities.ENCRYPTION)
            : connectionCapabilities;
    NegotiateResponse response =
        new NegotiateResponse(
            settings.securityMode(),
            dialect.revision(),
            settings.serverGuid(),
            answeredCapabilities,
            maxSizes,
            fresh.systemTime(),
            0,
            settings.securityBuffer(),
            choice.answers());
    NegotiatedConnection connection =
        new NegotiatedConnection(
            dialect,
            choice.cipher(),
            choice.signing(),
            choice.rdmaTransforms(),
            maxSizes,
            connectionCapabilities,
            request.capabilities(),
            request.securityMode(),
            request.clientGuid());
    return new Outcome.Agreed(response, connection);
  }

  private static Capabilities capabilities(
      Dialect dialect, boolean encrypts, Capabilities client, Settings settings) {
    int allowed = Capabilities.DFS;
    if (dialect.isAtLeast(Dialect.SMB_2_1)) {
      allowed |= Capabilities.LEASING | Capabilities.LARGE_MTU;
    }
    if (dialect.isAtLeast(Dialect.SMB_3_0)) {
      int mutual = MUTUAL_CAPABILITIES & client.bits();
      allowed |= dialect == Dialect.SMB_3_1_1 ? mutual : mutual & ~Capabilities.NOTIFICATIONS;
    }
    int encryption = encrypts ? Capabilities.ENCRYPTION : 0;
    return new Capabilities(settings.capabilities().and(allowed).bits() | encryption);
  }

  private static Optional<CipherId> chooseCipher(List<CipherId> own, List<Integer> offered) {
    return own.stream().filter(cipher -> offered.contains(cipher.id())).findFirst();
  }

  private static Optional<SigningAlgorithm> chooseSigning(
      List<SigningAlgorithm> own, List<Integer> offered) {
    return own.stream().filter(algorithm -> offered.contains(algorithm.id())).findFirst();
  }

  private static NegotiateContext rdmaAnswer(Set<RdmaTransformId> transforms) {
    return new NegotiateContext.RdmaTransform(
        transforms.isEmpty()
            ? List.of(RdmaTransformId.NONE)
            : transforms.stream().map(RdmaTransformId::id).toList());
  }

  private static Outcome invalid(String reason) {
    return new Outcome.Refused(NtStatus.INVALID_PARAMETER, reason);
  }
}
