package org.sealane.rdma.verbs;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** One side of a connection under test: a device, a completion queue and a region of 64 KiB. */
final class VerbsEnd implements AutoCloseable {
  static final int BYTES = 64 << 10;
  static final Duration LIMIT = Duration.ofSeconds(60);
  static final ConnectParameters PARAMETERS = new ConnectParameters(new byte[] {1, 2, 3}, 8, 4);

  final Verbs verbs;
  final CompletionQueue completions;
  final MemoryRegion region;
  final CompletableFuture<String> disconnected = new CompletableFuture<>();
  private final List<Completion> seen = new ArrayList<>();
  private Optional<QueuePair> queuePair = Optional.empty();

  VerbsEnd(VerbsProvider provider, Optional<String> device) throws VerbsException {
    verbs = provider.open(device);
    completions = verbs.createCompletionQueue(256);
    region = verbs.register(BYTES, EnumSet.allOf(Access.class));
  }

  QueuePairSettings settings() {
    return new QueuePairSettings(completions, 16, 16);
  }

  CompletionStage<QueuePair> connect(InetSocketAddress address) {
    return verbs.connect(address, settings(), PARAMETERS, disconnected::complete, LIMIT);
  }

  void use(QueuePair connected) {
    queuePair = Optional.of(connected);
  }

  QueuePair queuePair() {
    return queuePair.orElseThrow();
  }

  void fill(int offset, int length, int seed) {
    for (int i = 0; i < length; i++) {
      region.bytes().set(java.lang.foreign.ValueLayout.JAVA_BYTE, offset + i, at(seed, i));
    }
  }

  static byte at(int seed, int i) {
    return (byte) (seed + 31 * i);
  }

  boolean holds(int offset, int length, int seed) {
    for (int i = 0; i < length; i++) {
      if (region.bytes().get(java.lang.foreign.ValueLayout.JAVA_BYTE, offset + i) != at(seed, i)) {
        return false;
      }
    }
    return true;
  }

  Slice slice(int offset, int length) {
    return new Slice(region, offset, length);
  }

  RemoteSlice remote(int offset, int length) {
    return new RemoteSlice(region.remoteAddress() + offset, region.remoteKey(), length);
  }

  /** The completion of a work id; others that come first are kept for later calls. */
  Completion completion(long workId) throws TimeoutException {
    return awaitCompletion(completion -> completion.workId() == workId);
  }

  private Completion awaitCompletion(Predicate<Completion> wanted) throws TimeoutException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < LIMIT.toNanos()) {
      for (Completion completion : seen) {
        if (wanted.test(completion)) {
          seen.remove(completion);
          return completion;
        }
      }
      if (completions.poll(seen, 16) == 0) {
        completions.await(Duration.ofMillis(200));
      }
    }
    throw new TimeoutException("no such completion; seen: " + seen);
  }

  CompletionStatus status(long workId) throws TimeoutException {
    return completion(workId).status();
  }

  CompletionStatus statusOf(WorkRequest request) throws VerbsException, TimeoutException {
    queuePair().post(request);
    return status(request.workId());
  }

  RemoteKey bind(MemoryWindow window, Slice to, Set<Access> access)
      throws VerbsException, TimeoutException {
    CompletionStatus status = statusOf(new WorkRequest.BindWindow(9000, window, to, access));
    if (status != CompletionStatus.SUCCESS) {
      throw new IllegalStateException("bind ended as " + status);
    }
    return window.key();
  }

  static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    queuePair.ifPresent(QueuePair::close);
    region.close();
    completions.close();
    verbs.close();
  }
}
