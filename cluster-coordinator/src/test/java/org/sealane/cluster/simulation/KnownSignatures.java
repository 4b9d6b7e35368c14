package org.sealane.cluster.simulation;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ed25519 of the JDK that remembers what it found: a simulation reads the same statements over and
 * over, and would spend all its time on curves. Verdicts are the JDK's own.
 */
final class KnownSignatures extends Provider {
  private static final long serialVersionUID = 1L;
  private static final String DELEGATE = "SunEC";

  /** A statement has about a kilobyte; runs of other seeds have other statements. */
  private static final int FOUND_MAX = 50_000;

  private static final Map<ByteBuffer, Boolean> FOUND = new ConcurrentHashMap<>();

  KnownSignatures() {
    super("KnownSignatures", "1", "Ed25519 with a memory, for simulations");
    put("Signature.Ed25519", Remembering.class.getName());
  }

  /** Made by the provider's machinery. */
  public static final class Remembering extends SignatureSpi {
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private PublicKey verifyKey;
    private PrivateKey signKey;

    /** Called by reflection. */
    public Remembering() {}

    @Override
    protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
      if (key == null || !key.getAlgorithm().startsWith("Ed")) {
        throw new InvalidKeyException("not an Ed25519 key");
      }
      verifyKey = key;
      message.reset();
    }

    @Override
    protected void engineInitSign(PrivateKey key) {
      signKey = key;
      message.reset();
    }

    @Override
    protected void engineUpdate(byte b) {
      message.write(b);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int length) {
      message.write(bytes, offset, length);
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
      try {
        Signature signature = Signature.getInstance("Ed25519", DELEGATE);
        signature.initSign(signKey);
        signature.update(message.toByteArray());
        return signature.sign();
      } catch (GeneralSecurityException e) {
        throw new SignatureException(e);
      }
    }

    @Override
    protected boolean engineVerify(byte[] signed) throws SignatureException {
      byte[] bytes = message.toByteArray();
      byte[] key = verifyKey.getEncoded();
      ByteBuffer question =
          ByteBuffer.allocate(key.length + bytes.length + signed.length + 4)
              .putInt(signed.length)
              .put(key)
              .put(signed)
              .put(bytes)
              .flip();
      Boolean known = FOUND.get(question);
      if (known == null) {
        known = verify(bytes, signed);
        if (FOUND.size() >= FOUND_MAX) {
          FOUND.clear();
        }
        FOUND.put(question, known);
      }
      return known;
    }

    private boolean verify(byte[] bytes, byte[] signed) throws SignatureException {
      try {
        Signature signature = Signature.getInstance("Ed25519", DELEGATE);
        signature.initVerify(verifyKey);
        signature.update(bytes);
        return signature.verify(signed);
      } catch (GeneralSecurityException e) {
        throw new SignatureException(e);
      }
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
      throw new UnsupportedOperationException(name);
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
      throw new UnsupportedOperationException(name);
    }
  }
}
