package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
  @TempDir Path directory;

  @Test
  void shouldNameThePredecessorWhenOpenedAgain() throws Exception {
    UUID first = UUID.randomUUID();
    try (StateDirectory state = StateDirectory.open(directory, first)) {
      assertThat(state.predecessor()).isEmpty();
    }
    try (StateDirectory state = StateDirectory.open(directory, UUID.randomUUID())) {
      assertThat(state.predecessor()).contains(first);
    }
  }

  @Test
  void shouldRefuseWhenAnotherProcessHoldsIt() throws Exception {
    try (StateDirectory held = StateDirectory.open(directory, UUID.randomUUID())) {
      assertThatThrownBy(() -> StateDirectory.open(directory, UUID.randomUUID()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use");
      assertThat(held.documents()).startsWithRaw(directory);
    }
  }

  @Test
  void shouldKnowNoPredecessorWhenItsNameIsDamaged() throws Exception {
    Files.writeString(directory.resolve("incarnation"), "x".repeat(36));
    try (StateDirectory state = StateDirectory.open(directory, UUID.randomUUID())) {
      assertThat(state.predecessor()).isEmpty();
    }
  }
}
