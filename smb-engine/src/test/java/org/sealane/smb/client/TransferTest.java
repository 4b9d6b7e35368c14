package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class TransferTest {
  private record Started(int position, int lengthBytes, CompletableFuture<Integer> done) {}

  private final List<Started> started = new ArrayList<>();

  private CompletableFuture<Integer> start(int lengthBytes) {
    return Transfer.start(
        lengthBytes,
        10,
        (position, count) -> {
          Started chunk = new Started(position, count, new CompletableFuture<>());
          started.add(chunk);
          return chunk.done();
        });
  }

  @Test
  void shouldBeOneChunkWhenItFits() {
    CompletableFuture<Integer> result = start(10);
    assertThat(started).hasSize(1);
    started.getFirst().done().complete(10);
    assertThat(result).isCompletedWithValue(10);
  }

  @Test
  void shouldCoverEveryByteOnceWithAFewChunksAtATime() {
    CompletableFuture<Integer> result = start(105);
    assertThat(started).hasSize(Transfer.CHUNKS_UNDER_WAY);
    for (int i = 0; i < 11; i++) {
      assertThat(started.get(i).position()).isEqualTo(10 * i);
      started.get(i).done().complete(started.get(i).lengthBytes());
    }
    assertThat(started).hasSize(11);
    assertThat(started.getLast().lengthBytes()).isEqualTo(5);
    assertThat(result).isCompletedWithValue(105);
  }

  @Test
  void shouldCountUpToTheFirstGapWhateverTheOrder() {
    CompletableFuture<Integer> result = start(40);
    started.get(3).done().complete(0);
    started.get(2).done().complete(10);
    started.get(1).done().complete(4);
    assertThat(result).isNotDone();
    started.get(0).done().complete(10);
    assertThat(result).isCompletedWithValue(14);
  }

  @Test
  void shouldStartNothingBehindAGap() {
    CompletableFuture<Integer> result = start(200);
    started.get(0).done().complete(3);
    assertThat(started).hasSize(Transfer.CHUNKS_UNDER_WAY);
    started.stream().skip(1).forEach(chunk -> chunk.done().complete(0));
    assertThat(result).isCompletedWithValue(3);
  }

  @Test
  void shouldFailWithTheFirstFailureWhenNothingIsUnderWayAnyMore() {
    CompletableFuture<Integer> result = start(30);
    started.get(2).done().completeExceptionally(new IOException("third"));
    started.get(1).done().completeExceptionally(new IOException("second"));
    assertThat(result).isNotDone();
    started.get(0).done().complete(10);
    assertThatThrownBy(result::join)
        .isInstanceOf(CompletionException.class)
        .hasRootCauseMessage("second");
  }

  @Test
  void shouldCancelEveryChunk() {
    CompletableFuture<Integer> result = start(30);
    assertThat(result.cancel(false)).isTrue();
    assertThat(started).allMatch(chunk -> chunk.done().isCancelled());
    assertThat(result).isCompletedExceptionally();
  }
}
