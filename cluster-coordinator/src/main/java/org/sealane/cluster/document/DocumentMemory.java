package org.sealane.cluster.document;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.sealane.cluster.json.MalformedJsonException;

/**
 * What a node remembers of documents, one file an object, named {@code <kind>.<uuid>.json}: the
 * last slot it followed, committed and pending apart. A file is replaced whole and is durable
 * before {@link #remember} returns, so that no restart forgets an epoch. Not thread-safe.
 */
public final class DocumentMemory {
  private static final String SUFFIX = ".json";

  private final Path directory;
  private final Map<ObjectKey, VerifiedSlot> slots;

  private DocumentMemory(Path directory, Map<ObjectKey, VerifiedSlot> slots) {
    this.directory = directory;
    this.slots = slots;
  }

  /**
   * Reads what is in {@code directory}, which is made if missing.
   *
   * @throws IOException if it can not be read, or a file is damaged: forgetting silently would let
   *     an older document in, so an operator must decide
   */
  public static DocumentMemory open(Path directory, DocumentVerifier verifier) throws IOException {
    Files.createDirectories(directory);
    Map<ObjectKey, VerifiedSlot> slots = new HashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : files) {
        VerifiedSlot slot = read(file, verifier);
        slots.put(slot.key(), slot);
      }
    }
    return new DocumentMemory(directory, slots);
  }

  /** All that is remembered. */
  public Map<ObjectKey, VerifiedSlot> slots() {
    return Map.copyOf(slots);
  }

  /** Replaces what is remembered of the slot's object; on return it is on disk. */
  public void remember(VerifiedSlot slot) throws IOException {
    Path file = directory.resolve(fileName(slot.key()));
    Path fresh = directory.resolve(fileName(slot.key()) + ".new");
    ByteBuffer bytes = ByteBuffer.wrap(DocumentCodec.encodeSlot(slot.unverified()));
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    // The rename itself is durable only when the directory is.
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
    slots.put(slot.key(), slot);
  }

  private static String fileName(ObjectKey key) {
    return key.kind().word() + "." + key.object() + SUFFIX;
  }

  private static VerifiedSlot read(Path file, DocumentVerifier verifier) throws IOException {
    ObjectKey key = keyOf(file);
    try {
      DocumentSlot stored = DocumentCodec.decodeSlot(Files.readAllBytes(file));
      return switch (verifier.recall(key, stored)) {
        case Verdict.Adopted adopted -> adopted.slot();
        case Verdict.Unchanged unchanged -> unchanged.slot();
        case Verdict.Refused refused -> throw damaged(file, refused.detail());
      };
    } catch (MalformedJsonException e) {
      throw damaged(file, e.getMessage());
    }
  }

  private static ObjectKey keyOf(Path file) throws IOException {
    String name = file.getFileName().toString();
    int dot = name.indexOf('.');
    Optional<DocumentKind> kind = DocumentKind.ofWord(name.substring(0, dot));
    try {
      UUID object = UUID.fromString(name.substring(dot + 1, name.length() - SUFFIX.length()));
      return new ObjectKey(kind.orElseThrow(() -> damaged(file, "unknown kind")), object);
    } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
      throw damaged(file, "its name is not that of a document");
    }
  }

  private static IOException damaged(Path file, String why) {
    return new IOException(
        file + " is damaged (" + why + "); restore it, or remove the node and enrol it anew");
  }
}
