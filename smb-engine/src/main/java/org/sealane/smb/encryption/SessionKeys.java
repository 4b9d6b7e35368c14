package org.sealane.smb.encryption;

import java.util.Optional;
import org.sealane.smb.auth.SessionSecret;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.signing.MessageSigner;

/**
 * The keys of one session at one end, and all that works with them. Made when the final
 * SESSION_SETUP succeeds, closed with the session. Key bytes never leave: callers get what seals,
 * opens and signs.
 *
 * <p>Any thread may call any method. {@link #close} may come while others seal: they finish, later
 * calls are refused, and whoever finishes last destroys the keys. What can be erased is in {@code
 * encryption.key}'s package comment.
 */
public final class SessionKeys implements AutoCloseable {
  private final KeyParameters parameters;
  private final MessageSigner signer;
  private final Optional<Ciphers> ciphers;

  /** Whether closing destroys the cipher keys, too: not those of a channel, which it borrows. */
  private final boolean ownsCiphers;

  /** The two directions' ciphers and what is made of them. */
  private record Ciphers(
      Aead sealing,
      Aead opening,
      MessageSealer sealer,
      MessageOpener opener,
      PayloadSealer payloadSealer,
      PayloadOpener payloadOpener) {}

  private SessionKeys(
      KeyParameters parameters,
      MessageSigner signer,
      Optional<Ciphers> ciphers,
      boolean ownsCiphers) {
    this.parameters = parameters;
    this.signer = signer;
    this.ciphers = ciphers;
    this.ownsCiphers = ownsCiphers;
  }

  /**
   * Derives the keys, [MS-SMB2] 3.2.5.3.1 and 3.3.5.5.3.
   *
   * @param secret the key that authentication gave; borrowed, the caller closes it
   */
  public static SessionKeys derive(SessionSecret secret, KeyParameters parameters) {
    Optional<Ciphers> ciphers =
        parameters.cipher().map(cipher -> deriveCiphers(secret, parameters, cipher));
    return new SessionKeys(parameters, deriveSigner(secret, parameters), ciphers, true);
  }

  /**
   * The keys of one more channel of the session: a signing key of its own, [MS-SMB2] 3.3.5.5.3
   * Channel.SigningKey, and the session's cipher keys with their one nonce counter. These keys must
   * stay open for as long; closing the channel's leaves them open.
   *
   * @param secret the key that the channel's authentication gave; borrowed, the caller closes it
   * @param context of the channel: its own preauthentication integrity
   */
  public SessionKeys forChannel(SessionSecret secret, KeyContext context) {
    KeyParameters channel =
        new KeyParameters(
            context,
            parameters.cipher(),
            parameters.signing(),
            parameters.role(),
            parameters.sessionId());
    return new SessionKeys(channel, deriveSigner(secret, channel), ciphers, false);
  }

  private static MessageSigner deriveSigner(SessionSecret secret, KeyParameters parameters) {
    return MessageSigner.of(
        parameters.signing(),
        KeyDerivation.signingKey(secret, parameters.context()),
        parameters.role());
  }

  private static Ciphers deriveCiphers(
      SessionSecret secret, KeyParameters parameters, CipherId cipher) {
    Aead clientToServer =
        Aead.of(cipher, KeyDerivation.clientToServerKey(secret, parameters.context(), cipher));
    Aead serverToClient =
        Aead.of(cipher, KeyDerivation.serverToClientKey(secret, parameters.context(), cipher));
    boolean client = parameters.role() == Role.CLIENT;
    Aead sealing = client ? clientToServer : serverToClient;
    Aead opening = client ? serverToClient : clientToServer;
    // One counter: messages and payloads are sealed under the same key.
    NonceCounter nonces = new NonceCounter();
    int nonceLength = cipher.nonceBytes();
    return new Ciphers(
        sealing,
        opening,
        new MessageSealer(sealing, nonces, parameters.sessionId()),
        new MessageOpener(opening, parameters.sessionId()),
        new PayloadSealer(sealing, nonces, nonceLength),
        new PayloadOpener(opening, nonceLength));
  }

  /** True if the session has cipher keys. */
  public boolean canSeal() {
    return ciphers.isPresent();
  }

  /** Encrypts what this end sends. Throws IllegalStateException unless {@link #canSeal}. */
  public MessageSealer sealer() {
    return ciphers().sealer();
  }

  /** Decrypts what this end receives. Throws IllegalStateException unless {@link #canSeal}. */
  public MessageOpener opener() {
    return ciphers().opener();
  }

  /**
   * Encrypts what this end places by RDMA, [MS-SMB2] 3.2.4.7. Throws IllegalStateException unless
   * {@link #canSeal}. To sign payloads is the {@link #signer}'s.
   */
  public PayloadSealer payloadSealer() {
    return ciphers().payloadSealer();
  }

  /** Decrypts what the peer placed. Throws IllegalStateException unless {@link #canSeal}. */
  public PayloadOpener payloadOpener() {
    return ciphers().payloadOpener();
  }

  /** Signs what this end sends and verifies what it receives. */
  public MessageSigner signer() {
    return signer;
  }

  /** What the keys are used with. */
  public KeyParameters parameters() {
    return parameters;
  }

  /** How much the keys have done so far. */
  public KeyUsage usage() {
    return new KeyUsage(
        ciphers.map(held -> held.sealer().nonces().messages()).orElse(0L),
        ciphers.map(held -> held.sealer().nonces().bytes()).orElse(0L),
        ciphers.map(held -> held.opener().messages() + held.payloadOpener().payloads()).orElse(0L),
        ciphers.map(held -> held.opener().bytes() + held.payloadOpener().bytes()).orElse(0L),
        signer.messages(),
        signer.bytes());
  }

  private Ciphers ciphers() {
    return ciphers.orElseThrow(
        () -> new IllegalStateException("the session was set up without a cipher"));
  }

  /** Refuses work from now on and destroys the keys as soon as nobody works with them. */
  @Override
  public void close() {
    signer.close();
    if (ownsCiphers) {
      ciphers.ifPresent(held -> {
        held.sealing().close();
        held.opening().close();
      });
    }
  }

  @Override
  public String toString() {
    return "SessionKeys[session=0x%016x, cipher=%s, signing=%s, role=%s]"
        .formatted(
            parameters.sessionId(),
            parameters.cipher().map(CipherId::word).orElse("none"),
            parameters.signing().word(),
            parameters.role());
  }
}
