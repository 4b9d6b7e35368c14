package org.sealane.deploy.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a formatter can not see: lengths, leftovers, calls that have no place here. */
class TidyTest {
  private static final int FILE_LINES_MAX = 600;
  private static final int METHOD_LINES_MAX = 70;
  private static final int COLUMNS_MAX = 100;

  /** Split so that this file does not contain what it forbids. */
  private static final Pattern LEFTOVER = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");

  /** Directories of one person's machine. */
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(?<![\\w.])/(wo" + "rk/(wt|main|shared)|ro" + "ot/\\.|ho" + "me/\\w)");

  private static final Predicate<String> IS_TEXT =
      Pattern.compile("\\.(java|md|xml|ya?ml|json|properties|txt|sh|hex)$|/[^.]+$").asPredicate();

  private static final List<JavaSource> SOURCES =
      ProjectFiles.javaSources().stream().map(JavaSource::parse).toList();

  @Test
  void shouldKeepFilesShort() {
    assertThat(SOURCES)
        .filteredOn(source -> source.lineCount() > FILE_LINES_MAX)
        .extracting(source -> source.name() + ": " + source.lineCount() + " lines")
        .isEmpty();
  }

  @Test
  void shouldKeepMethodsOnOneScreen() {
    assertThat(SOURCES)
        .flatExtracting(JavaSource::methods)
        .filteredOn(method -> method.lineCount() > METHOD_LINES_MAX)
        .extracting(method -> method.where() + ": " + method.lineCount() + " lines")
        .isEmpty();
  }

  @Test
  void shouldKeepLinesWithinTheColumns() {
    List<String> tooLong = new ArrayList<>();
    for (JavaSource source : SOURCES) {
      List<String> lines = source.lines();
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (line.length() > COLUMNS_MAX && !mayBeLong(line)) {
          tooLong.add(source.name() + ":" + (i + 1));
        }
      }
    }
    assertThat(tooLong).isEmpty();
  }

  /**
   * Imports and addresses can not be broken; a drawing in a comment is narrower when it is read.
   */
  private static boolean mayBeLong(String line) {
    return line.startsWith("import ") || line.contains("://") || line.strip().startsWith("* ");
  }

  @Test
  void shouldDescribeEveryPackage() throws IOException {
    List<String> undescribed = new ArrayList<>();
    for (String module : ProjectFiles.modules()) {
      Path sources = ProjectFiles.root().resolve(module).resolve("src/main/java");
      try (Stream<Path> directories = Files.walk(sources)) {
        directories
            .filter(Files::isDirectory)
            .filter(TidyTest::holdsClasses)
            .filter(directory -> !Files.exists(directory.resolve("package-info.java")))
            .map(ProjectFiles::name)
            .forEach(undescribed::add);
      }
    }
    assertThat(undescribed).isEmpty();
  }

  private static boolean holdsClasses(Path directory) {
    String[] sources = directory.toFile().list((_, name) -> name.endsWith(".java"));
    return sources != null && sources.length > 0;
  }

  @Test
  void shouldHoldNoLeftovers() {
    assertThat(SOURCES)
        .filteredOn(source -> LEFTOVER.matcher(source.text()).find())
        .extracting(JavaSource::name)
        .isEmpty();
  }

  @Test
  void shouldCallNothingThatHidesOrDelays() {
    assertThat(SOURCES)
        .flatExtracting(JavaSource::calls)
        .filteredOn(
            call -> call.isTo("printStackTrace") || call.isTo("Thread.sleep") || isBarePrint(call))
        .extracting(JavaSource.Call::where)
        .isEmpty();
  }

  /** Only the command and benchmarks write to the process's own streams. */
  private static boolean isBarePrint(JavaSource.Call call) {
    return (call.target().startsWith("System.out.") || call.target().startsWith("System.err."))
        && !call.source().isBelow("deploy/src/main/java/org/sealane/deploy/cli")
        && !call.source().name().contains("/src/jmh/");
  }

  @Test
  void shouldSwallowNoException() {
    assertThat(SOURCES).flatExtracting(JavaSource::emptyCatches).isEmpty();
  }

  @Test
  void shouldNameNoDirectoryOfOneMachine() {
    List<String> found =
        ProjectFiles.allFiles().stream()
            .filter(file -> IS_TEXT.test("/" + ProjectFiles.name(file)))
            .filter(file -> MACHINE_PATH.matcher(ProjectFiles.bytesAsText(file)).find())
            .map(ProjectFiles::name)
            .toList();
    assertThat(found).isEmpty();
  }
}
