package org.sealane.smb.encryption;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Set;
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
import org.openjdk.jmh.annotations.Warmup;
import org.sealane.smb.encryption.key.Role;
import org.sealane.smb.encryption.warmup.CipherWarmUp;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/**
 * The first 64 MiB a fresh process seals and opens, in messages of 1 MiB and one call each, with
 * and without {@link CipherWarmUp} before it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(3)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
public class ColdBenchmark {
  private static final int MESSAGES = 64;
  private static final int MESSAGE_BYTES = (1 << 20) + 112;
  private static final int SPARE_BYTES = 16;

  @Param({"none", "2s"})
  String warmUp;

  private SessionKeys client;
  private SessionKeys server;

  @Setup
  public void setUp() {
    client = BenchmarkKeys.of(CipherId.AES_128_GCM, SigningAlgorithm.AES_GMAC, Role.CLIENT);
    server = BenchmarkKeys.of(CipherId.AES_128_GCM, SigningAlgorithm.AES_GMAC, Role.SERVER);
    if (warmUp.equals("2s")) {
      System.out.println(
          new CipherWarmUp(System::nanoTime)
              .run(
                  Duration.ofSeconds(2),
                  Set.of(CipherId.AES_128_GCM),
                  Set.of(SigningAlgorithm.AES_GMAC)));
    }
  }

  @Benchmark
  public void first64MiB() throws Exception {
    List<MemorySegment> message = List.of(MemorySegment.ofArray(new byte[MESSAGE_BYTES]));
    MemorySegment frame =
        MemorySegment.ofArray(new byte[MESSAGE_BYTES + TransformHeader.LENGTH + SPARE_BYTES])
            .asSlice(0, MESSAGE_BYTES + TransformHeader.LENGTH);
    MemorySegment opened = MemorySegment.ofArray(new byte[MESSAGE_BYTES]);
    for (int i = 0; i < MESSAGES; i++) {
      client.sealer().seal(message, frame);
      server.opener().open(frame, SPARE_BYTES, opened);
    }
  }
}
