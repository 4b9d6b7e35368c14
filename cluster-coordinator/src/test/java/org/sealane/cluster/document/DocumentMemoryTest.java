package org.sealane.cluster.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.lane.Level;

class DocumentMemoryTest {
  @TempDir Path directory;

  private final TestDocuments documents = new TestDocuments();
  private final SignedDocument one = documents.policy(1, Level.ENCRYPT, Optional.empty());
  private final SignedDocument two = documents.policy(2, Level.CLEAR, Optional.of(one));

  private Path file() {
    return directory.resolve("policy." + TestDocuments.VOLUME + ".json");
  }

  @Test
  void shouldRememberCommittedAndPendingApartWhenReopened() throws Exception {
    DocumentMemory memory = DocumentMemory.open(directory, documents.verifier());
    assertThat(memory.slots()).isEmpty();
    memory.remember(documents.verified(DocumentSlot.committed(one)));
    VerifiedSlot turning =
        documents.verified(TestDocuments.turning(Optional.of(one), two, TurnStep.SEND));
    memory.remember(turning);

    DocumentMemory reopened = DocumentMemory.open(directory, documents.verifier());

    assertThat(reopened.slots()).containsOnlyKeys(TestDocuments.POLICY).containsValue(turning);
  }

  @Test
  void shouldKeepTheLastWholeSlotWhenAWriteWasCutShort() throws Exception {
    VerifiedSlot slot = documents.verified(DocumentSlot.committed(one));
    DocumentMemory.open(directory, documents.verifier()).remember(slot);
    Files.writeString(directory.resolve(file().getFileName() + ".new"), "{\"form");

    assertThat(DocumentMemory.open(directory, documents.verifier()).slots()).containsValue(slot);
  }

  @Test
  void shouldRefuseToStartWhenAFileIsDamaged() throws Exception {
    DocumentMemory.open(directory, documents.verifier())
        .remember(documents.verified(DocumentSlot.committed(one)));
    byte[] bytes = Files.readAllBytes(file());
    bytes[bytes.length / 2] ^= 1;
    Files.write(file(), bytes);

    assertThatThrownBy(() -> DocumentMemory.open(directory, documents.verifier()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void shouldRefuseToStartWhenAFileIsOfAnUnknownKind() throws Exception {
    Files.writeString(directory.resolve("grant." + TestDocuments.VOLUME + ".json"), "{}");

    assertThatThrownBy(() -> DocumentMemory.open(directory, documents.verifier()))
        .isInstanceOf(IOException.class);
  }
}
