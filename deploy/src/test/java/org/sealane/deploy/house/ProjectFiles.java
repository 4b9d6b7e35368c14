package org.sealane.deploy.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The files of the whole project, as the tests that hold it together read them. */
final class ProjectFiles {
  private static final List<String> MODULES =
      List.of(
          "smb-engine", "rdma", "cluster-coordinator", "csv-transport", "sbl-transport", "deploy");

  /** Made by builds, runs and editors: not the project's. */
  private static final Set<String> NOT_OURS =
      Set.of(".git", "target", ".sealane", "report", ".idea", ".vscode", ".settings");

  private ProjectFiles() {}

  /** The directory that holds the root pom.xml; tests run in their module's directory. */
  static Path root() {
    Path root = Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    if (!Files.isRegularFile(root.resolve("deploy/pom.xml"))) {
      throw new IllegalStateException(root + " is not the project's root");
    }
    return root;
  }

  static List<String> modules() {
    return MODULES;
  }

  /** Java sources of every module: main, test and jmh. */
  static List<Path> javaSources() {
    return MODULES.stream()
        .flatMap(module -> javaBelow(root().resolve(module).resolve("src")))
        .toList();
  }

  /** Java sources of every module that are shipped. */
  static List<Path> mainSources() {
    return MODULES.stream()
        .flatMap(module -> javaBelow(root().resolve(module).resolve("src/main/java")))
        .toList();
  }

  /** Every file a person wrote, from the root down. */
  static List<Path> allFiles() {
    return below(root());
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  /** The content of a file that may not be text: one character a byte. */
  static String bytesAsText(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  /** The name under which a failure reports a file. */
  static String name(Path file) {
    return root().relativize(file).toString();
  }

  private static Stream<Path> javaBelow(Path directory) {
    return Files.isDirectory(directory)
        ? below(directory).stream().filter(file -> file.toString().endsWith(".java"))
        : Stream.empty();
  }

  private static List<Path> below(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .sorted()
          .filter(entry -> !NOT_OURS.contains(entry.getFileName().toString()))
          .flatMap(entry -> Files.isDirectory(entry) ? below(entry).stream() : Stream.of(entry))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(directory.toString(), e);
    }
  }
}
