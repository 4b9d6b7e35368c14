package org.sealane.smb.encryption;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/**
 * One message sealed, and one opened, per operation: a WRITE request's 112 bytes and a payload.
 * {@link ProviderLimitBenchmark} is what it is to be compared with.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class SealBenchmark {
  private static final int HEAD_BYTES = 112;
  private static final int SPARE_BYTES = 16;

  @Param({"AES_128_GCM", "AES_256_GCM", "AES_128_CCM"})
  CipherId cipher;

  @Param({"4096", "65536", "1048576", "8388608"})
  int lengthBytes;

  private SessionKeys client;
  private SessionKeys server;
  private Arena arena;
  private List<MemorySegment> message;
  private List<MemorySegment> nativeMessage;
  private MemorySegment sealed;
  private MemorySegment received;
  private MemorySegment opened;

  @Setup
  public void setUp() throws Exception {
    BenchmarkKeys.warm(cipher, SigningAlgorithm.AES_GMAC);
    client = BenchmarkKeys.of(cipher, SigningAlgorithm.AES_GMAC, Role.CLIENT);
    server = BenchmarkKeys.of(cipher, SigningAlgorithm.AES_GMAC, Role.SERVER);
    arena = Arena.ofConfined();
    int total = HEAD_BYTES + lengthBytes;
    MemorySegment head = MemorySegment.ofArray(new byte[HEAD_BYTES]);
    message = List.of(head, MemorySegment.ofArray(new byte[lengthBytes]));
    nativeMessage = List.of(head, arena.allocate(lengthBytes));
    sealed = MemorySegment.ofArray(new byte[total + TransformHeader.LENGTH]);
    received =
        MemorySegment.ofArray(new byte[total + TransformHeader.LENGTH + SPARE_BYTES])
            .asSlice(0, total + TransformHeader.LENGTH);
    opened = MemorySegment.ofArray(new byte[total]);
    client.sealer().seal(message, sealed);
    received.copyFrom(sealed);
  }

  @TearDown
  public void tearDown() {
    client.close();
    server.close();
    arena.close();
  }

  @Benchmark
  public void seal() throws Exception {
    client.sealer().seal(message, sealed);
  }

  @Benchmark
  public void sealFromNative() throws Exception {
    client.sealer().seal(nativeMessage, sealed);
  }

  @Benchmark
  public VerifiedMessage open() throws Exception {
    return server.opener().open(received, SPARE_BYTES, opened);
  }

  @Benchmark
  public VerifiedMessage openWithoutSpareBytes() throws Exception {
    return server.opener().open(received, 0, opened);
  }
}
