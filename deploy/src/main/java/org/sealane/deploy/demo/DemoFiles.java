package org.sealane.deploy.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.BlockRoutes;
import org.sealane.deploy.admin.FileRoutes;

/** Real files and blocks, written through one node and read back through another. */
final class DemoFiles {
  private static final int BLOCK_BYTES = 1 << 20;
  private static final int BLOCKS = 16;

  private final DemoCluster cluster;

  DemoFiles(DemoCluster cluster) {
    this.cluster = cluster;
  }

  /** What was compared. */
  record Compared(
      String what, long bytes, String writtenThrough, String readThrough, String sha256) {}

  /** The running JDK's own files: large ones, small ones, real ones. */
  static List<Path> jdkFiles() {
    Path home = Path.of(System.getProperty("java.home"));
    List<Path> files = new ArrayList<>();
    for (String name :
        List.of(
            "lib/modules", "lib/server/libjvm.so", "lib/libjava.so", "lib/tzdb.dat", "release")) {
      Path file = home.resolve(name);
      if (Files.isRegularFile(file)) {
        files.add(file);
      }
    }
    return files;
  }

  /** Copies a file in through one node and out through another, and compares SHA-256. */
  Compared copy(Path file, String volume, String writeThrough, String readThrough)
      throws AdminException, IOException, DemoFailure {
    Map<String, String> place = Map.of("volume", volume, "path", "/" + file.getFileName());
    String written = sha256(Files.newInputStream(file));
    cluster.node(writeThrough).put(FileRoutes.FILE, place, BodyPublishers.ofFile(file));
    String read = sha256(cluster.node(readThrough).stream(FileRoutes.FILE, place));
    requireEqual(volume + ":/" + file.getFileName(), written, read);
    return new Compared(
        volume + ":/" + file.getFileName(), Files.size(file), writeThrough, readThrough, read);
  }

  /** Writes blocks through one node and reads them through another. */
  Compared blocks(String disk, String writeThrough, String readThrough)
      throws AdminException, IOException, DemoFailure {
    MessageDigest written = sha256();
    MessageDigest read = sha256();
    Random random = new Random(disk.hashCode());
    byte[] block = new byte[BLOCK_BYTES];
    for (int i = 0; i < BLOCKS; i++) {
      random.nextBytes(block);
      written.update(block);
      Map<String, String> range =
          Map.of("disk", disk, "offset", Long.toString((long) i * BLOCK_BYTES));
      cluster.node(writeThrough).put(BlockRoutes.BLOCKS, range, BodyPublishers.ofByteArray(block));
    }
    for (int i = 0; i < BLOCKS; i++) {
      Map<String, String> range =
          Map.of(
              "disk", disk,
              "offset", Long.toString((long) i * BLOCK_BYTES),
              "length", Integer.toString(BLOCK_BYTES));
      try (InputStream in = cluster.node(readThrough).stream(BlockRoutes.BLOCKS, range)) {
        read.update(in.readAllBytes());
      }
    }
    String digest = HexFormat.of().formatHex(read.digest());
    requireEqual("disk " + disk, HexFormat.of().formatHex(written.digest()), digest);
    return new Compared(
        "disk " + disk, (long) BLOCKS * BLOCK_BYTES, writeThrough, readThrough, digest);
  }

  private static void requireEqual(String what, String written, String read) throws DemoFailure {
    if (!written.equals(read)) {
      throw new DemoFailure(what + " was read back with SHA-256 " + read + ", not " + written);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }

  private static String sha256(InputStream content) throws IOException {
    try (DigestInputStream in = new DigestInputStream(content, sha256())) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    }
  }
}
