package org.sealane.smb.encryption;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the providers' AES-128-GCM does at best, one call from array to array. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class ProviderLimitBenchmark {
  private static final int TAG_BITS = 128;

  @Param({"4096", "65536", "1048576", "8388608"})
  int lengthBytes;

  private final SecretKey key = new SecretKeySpec(new byte[16], "AES");
  private final KeyParameter bouncyCastleKey = new KeyParameter(new byte[16]);
  private final byte[] nonce = new byte[12];
  private byte[] in;
  private byte[] out;
  private byte[] sealed;
  private ByteBuffer directIn;
  private ByteBuffer directOut;
  private Cipher encrypt;
  private Cipher decrypt;
  private GCMModeCipher bouncyCastle;

  @Setup
  public void setUp() throws Exception {
    encrypt = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
    decrypt = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
    bouncyCastle = GCMBlockCipher.newInstance(AESEngine.newInstance());
    compile();
    in = new byte[lengthBytes];
    out = new byte[lengthBytes + 16];
    directIn = ByteBuffer.allocateDirect(lengthBytes);
    directOut = ByteBuffer.allocateDirect(lengthBytes + 16);
    encrypt.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, new byte[12]));
    sealed = encrypt.doFinal(in);
  }

  /** Short calls for the JIT's count, longer ones than the JDK splits at for its profile. */
  private void compile() throws Exception {
    directIn = ByteBuffer.allocateDirect(4 << 10);
    directOut = ByteBuffer.allocateDirect((4 << 10) + 16);
    for (int i = 0; i < 8000; i++) {
      use(i == 400 || i == 800 || i == 1600 ? 3 << 20 : 4 << 10);
    }
  }

  private void use(int bytes) throws Exception {
    in = new byte[bytes];
    out = new byte[bytes + 16];
    encrypt.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, new byte[12]));
    sealed = encrypt.doFinal(in);
    jdkEncryptHeap();
    jdkEncryptDirect();
    jdkDecryptHeap();
    bouncyCastleEncryptHeap();
  }

  private void nextNonce() {
    for (int i = 0; i < nonce.length && ++nonce[i] == 0; i++) {
      continue;
    }
  }

  @Benchmark
  public int jdkEncryptHeap() throws Exception {
    nextNonce();
    encrypt.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
    return encrypt.doFinal(in, 0, in.length, out, 0);
  }

  @Benchmark
  public int jdkEncryptDirect() throws Exception {
    nextNonce();
    encrypt.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
    return encrypt.doFinal(directIn.clear(), directOut.clear());
  }

  @Benchmark
  public int jdkDecryptHeap() throws Exception {
    decrypt.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, new byte[12]));
    return decrypt.doFinal(sealed, 0, sealed.length, out, 0);
  }

  @Benchmark
  public int bouncyCastleEncryptHeap() throws Exception {
    nextNonce();
    bouncyCastle.init(true, new AEADParameters(bouncyCastleKey, TAG_BITS, nonce.clone()));
    int written = bouncyCastle.processBytes(in, 0, in.length, out, 0);
    return bouncyCastle.doFinal(out, written);
  }

  @Benchmark
  public void memoryCopy() {
    System.arraycopy(in, 0, out, 0, in.length);
  }
}
