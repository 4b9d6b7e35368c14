package org.sealane.deploy.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Supplier;
import org.sealane.deploy.json.Json;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a command that reads shows what it read. */
final class OutputOption {
  /** Table for people, JSON for programs. */
  enum Format {
    TABLE,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Accepts the words as they are shown. */
  static final class FormatConverter implements ITypeConverter<Format> {
    @Override
    public Format convert(String word) {
      for (Format format : Format.values()) {
        if (format.toString().equals(word)) {
          return format;
        }
      }
      throw new TypeConversionException("'" + word + "' is not table or json");
    }
  }

  @Option(
      names = "--output",
      paramLabel = "table|json",
      defaultValue = "table",
      converter = FormatConverter.class,
      description = "How to print the result (default: table).")
  private Format format;

  boolean isJson() {
    return format == Format.JSON;
  }

  /** Prints {@code value} as JSON, or the text that {@code table} makes of it. */
  void print(PrintWriter out, Object value, Supplier<String> table) {
    if (isJson()) {
      out.println(Json.pretty(value));
    } else {
      out.print(table.get());
    }
    out.flush();
  }
}
