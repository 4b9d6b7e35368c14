package org.sealane.smb.signing;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.sealane.smb.encryption.BenchmarkKeys;
import org.sealane.smb.encryption.SessionKeys;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/** One message signed, and one verified, per operation: 112 bytes and a payload. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class SignBenchmark {
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int HEAD_BYTES = 112;
  private static final int MESSAGE_ID_OFFSET = 24;

  @Param({"AES_GMAC", "AES_CMAC", "HMAC_SHA256"})
  SigningAlgorithm algorithm;

  @Param({"4096", "65536", "1048576", "8388608"})
  int lengthBytes;

  private SessionKeys client;
  private SessionKeys server;
  private MemorySegment head;
  private List<MemorySegment> message;
  private MemorySegment received;
  private long messageId;

  @Setup
  public void setUp() throws Exception {
    BenchmarkKeys.warm(CipherId.AES_128_GCM, algorithm);
    client = BenchmarkKeys.of(CipherId.AES_128_GCM, algorithm, Role.CLIENT);
    server = BenchmarkKeys.of(CipherId.AES_128_GCM, algorithm, Role.SERVER);
    head = MemorySegment.ofArray(new byte[HEAD_BYTES]);
    message = List.of(head, MemorySegment.ofArray(new byte[lengthBytes]));
    received = MemorySegment.ofArray(new byte[HEAD_BYTES + lengthBytes]);
    received.set(U64, MESSAGE_ID_OFFSET, Long.MAX_VALUE);
    client.signer().sign(List.of(received));
  }

  @TearDown
  public void tearDown() {
    client.close();
    server.close();
  }

  @Benchmark
  public void sign() throws Exception {
    head.set(U64, MESSAGE_ID_OFFSET, ++messageId);
    client.signer().sign(message);
  }

  @Benchmark
  public boolean verify() throws Exception {
    return server.signer().verify(received);
  }
}
