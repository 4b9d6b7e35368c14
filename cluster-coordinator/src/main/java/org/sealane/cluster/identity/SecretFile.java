package org.sealane.cluster.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.Pem;

/** Small text files that appear whole or not at all. Secret ones are for their owner alone. */
final class SecretFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> ALL_READ =
      PosixFilePermissions.fromString("rw-r--r--");

  private SecretFile() {}

  /** Writes {@code text} with mode 0600. Replaces a file of that name. */
  static void writeSecret(Path file, String text) throws CredentialsException {
    write(file, text, OWNER_ONLY);
  }

  /** Writes {@code text} with mode 0644. Replaces a file of that name. */
  static void writePublic(Path file, String text) throws CredentialsException {
    write(file, text, ALL_READ);
  }

  /** Refuses to go on where a key would be overwritten: what it signed could not be followed. */
  static void requireAbsent(Path file) throws CredentialsException {
    if (Files.exists(file)) {
      throw new CredentialsException(file + ": exists already; remove it or use another directory");
    }
  }

  static String read(Path file) throws CredentialsException {
    try {
      if (Files.size(file) > Pem.TEXT_CHARS_MAX) {
        throw new CredentialsException(file + ": longer than " + Pem.TEXT_CHARS_MAX + " bytes");
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new CredentialsException(file + ": no such file", e);
    } catch (IOException e) {
      throw new CredentialsException(file + ": can not be read: " + e.getMessage(), e);
    }
  }

  private static void write(Path file, String text, Set<PosixFilePermission> permissions)
      throws CredentialsException {
    Path whole = file.toAbsolutePath();
    Path directory = whole.getParent();
    Path part = directory.resolve("." + whole.getFileName() + ".part");
    try {
      Files.createDirectories(directory);
      Files.deleteIfExists(part);
      // Born with its final rights: a secret is never readable, not even for a moment.
      try (FileChannel channel =
          FileChannel.open(
              part,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(permissions))) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      // The process's umask may have taken rights away that others need.
      Files.setPosixFilePermissions(part, permissions);
      Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    } catch (FileAlreadyExistsException e) {
      throw new CredentialsException(part + ": another process is writing it", e);
    } catch (IOException e) {
      throw new CredentialsException(file + ": can not be written: " + e, e);
    }
  }
}
