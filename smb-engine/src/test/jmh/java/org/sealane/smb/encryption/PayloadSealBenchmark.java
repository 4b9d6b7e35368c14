package org.sealane.smb.encryption;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.io.RdmaCryptoTransform;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/**
 * One payload protected into memory outside the heap, as before it is placed, and one opened out of
 * it, per operation. {@link SealBenchmark} is the same for messages, from heap to heap.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class PayloadSealBenchmark {
  @Param({"AES_128_GCM", "AES_256_GCM", "AES_128_CCM"})
  CipherId cipher;

  @Param({"4096", "65536", "1048576", "8388608"})
  int lengthBytes;

  private SessionKeys client;
  private SessionKeys server;
  private Arena arena;
  private MemorySegment payload;
  private MemorySegment registered;
  private MemorySegment sealed;
  private MemorySegment opened;
  private RdmaCryptoTransform transform;

  @Setup
  public void setUp() throws Exception {
    BenchmarkKeys.warm(cipher, SigningAlgorithm.AES_GMAC);
    client = BenchmarkKeys.of(cipher, SigningAlgorithm.AES_GMAC, Role.CLIENT);
    server = BenchmarkKeys.of(cipher, SigningAlgorithm.AES_GMAC, Role.SERVER);
    arena = Arena.ofConfined();
    payload = MemorySegment.ofArray(new byte[lengthBytes]);
    registered = arena.allocate(lengthBytes);
    sealed = arena.allocate(lengthBytes);
    opened = MemorySegment.ofArray(new byte[lengthBytes]);
    transform = client.payloadSealer().seal(payload, sealed);
  }

  @TearDown
  public void tearDown() {
    client.close();
    server.close();
    arena.close();
  }

  @Benchmark
  public RdmaCryptoTransform seal() throws Exception {
    return client.payloadSealer().seal(payload, registered);
  }

  @Benchmark
  public boolean open() throws Exception {
    return server.payloadOpener().open(transform, sealed, opened);
  }

  @Benchmark
  public RdmaCryptoTransform sign() throws Exception {
    registered.copyFrom(payload);
    return client.signer().signPayload(payload);
  }

  /** What no way of protecting can be faster than. */
  @Benchmark
  public MemorySegment copy() {
    return registered.copyFrom(payload);
  }
}
