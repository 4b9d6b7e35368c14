package org.sealane.deploy.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Every source is as google-java-format writes it. {@code dev/format} rewrites them: it runs this
 * test with {@code -Dsealane.format=write}.
 */
class FormatTest {
  private static final boolean WRITE = "write".equals(System.getProperty("sealane.format"));

  @Test
  void shouldFindNothingToChangeWhenEverySourceIsFormatted() {
    List<String> arguments = new ArrayList<>();
    if (WRITE) {
      arguments.add("--replace");
    } else {
      arguments.addAll(List.of("--dry-run", "--set-exit-if-changed"));
    }
    ProjectFiles.javaSources().stream().map(Path::toString).forEach(arguments::add);
    StringWriter output = new StringWriter();
    StringWriter errors = new StringWriter();

    int exit =
        ToolProvider.findFirst("google-java-format")
            .orElseThrow()
            .run(
                new PrintWriter(output), new PrintWriter(errors), arguments.toArray(String[]::new));

    assertThat(errors.toString()).as("sources that do not parse").isEmpty();
    assertThat(output.toString()).as("sources that dev/format would change").isEmpty();
    assertThat(exit).isZero();
  }
}
