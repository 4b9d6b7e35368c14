package org.sealane.deploy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.sealane.deploy.files.Protection;
import org.sealane.deploy.files.UncPath;
import org.sealane.deploy.json.Json;

/**
 * What {@code cp} and {@code ls} ask of servers whose paths match: the user's own file on this
 * machine, below {@code XDG_CONFIG_HOME} or {@code ~/.config}.
 */
final class ClientSettingsFile {
  /** The most patterns. */
  private static final int PATTERNS_MAX = 256;

  private static final Pattern FORM = Pattern.compile("//[^/]+/[^/]+");

  private final Path file;

  /**
   * The file's content.
   *
   * @param harden by pattern of {@code //HOST/SHARE}, where {@code *} stands for any characters
   */
  record Content(Map<String, String> harden) {
    static final Content EMPTY = new Content(Map.of());

    Content {
      harden = Map.copyOf(harden);
    }
  }

  ClientSettingsFile(Path file) {
    this.file = file;
  }

  static ClientSettingsFile ofUser() {
    String config = System.getenv("XDG_CONFIG_HOME");
    Path base =
        config == null || config.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".config")
            : Path.of(config);
    return new ClientSettingsFile(base.resolve("sealane").resolve("client.json"));
  }

  Content read() throws CliFailure {
    if (!Files.exists(file)) {
      return Content.EMPTY;
    }
    Content content;
    try {
      content = Json.read(Files.readString(file), Content.class);
    } catch (IOException e) {
      throw new CliFailure(file + ": " + e.getMessage(), e);
    }
    // What can not be understood might have asked for more: nothing is sent then.
    for (Map.Entry<String, String> entry : content.harden().entrySet()) {
      if (!isPattern(entry.getKey()) || Protection.ofWord(entry.getValue()).isEmpty()) {
        throw new CliFailure(
            file
                + ": '"
                + entry.getKey()
                + "="
                + entry.getValue()
                + "' is not PATTERN=privacy|signing");
      }
    }
    return content;
  }

  static boolean isPattern(String text) {
    return FORM.matcher(text).matches();
  }

  /** Adds patterns, or replaces what is asked for them; {@code off} takes one out. */
  void change(Map<String, String> harden) throws CliFailure {
    Map<String, String> wanted = new TreeMap<>(read().harden());
    harden.forEach((pattern, word) -> {
      if (word.equals("off")) {
        wanted.remove(pattern);
      } else {
        wanted.put(pattern, word);
      }
    });
    if (wanted.size() > PATTERNS_MAX) {
      throw new CliFailure(wanted.size() + " patterns, at most " + PATTERNS_MAX);
    }
    try {
      Files.createDirectories(file.getParent());
      Path part = Files.createTempFile(file.getParent(), ".client", ".part");
      Files.writeString(part, Json.compact(new Content(wanted)) + "\n");
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CliFailure(file + ": " + e.getMessage(), e);
    }
  }

  /** The strongest of what matching patterns ask for. */
  Protection protection(UncPath place) throws CliFailure {
    Protection asked = Protection.SIGNING;
    String unc = "//" + place.host() + "/" + place.share();
    for (Map.Entry<String, String> entry : read().harden().entrySet()) {
      if (matches(entry.getKey(), unc)) {
        asked = asked.and(Protection.ofWord(entry.getValue()).orElseThrow());
      }
    }
    return asked;
  }

  private static boolean matches(String pattern, String unc) {
    StringBuilder regex = new StringBuilder();
    for (String literal : pattern.split("((?<=\\*)|(?=\\*))", -1)) {
      regex.append(literal.equals("*") ? "[^/]*" : Pattern.quote(literal));
    }
    return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
        .matcher(unc)
        .matches();
  }
}
