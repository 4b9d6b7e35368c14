package org.sealane.deploy.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A YAML document as a tree that remembers lines, which Jackson's own tree does not. */
sealed interface YamlNode {
  /** The line it begins on, from 1. */
  int line();

  /** Keys to values in the file's order. */
  record Mapping(int line, Map<String, YamlNode> entries) implements YamlNode {}

  record Sequence(int line, List<YamlNode> items) implements YamlNode {}

  /** Any scalar, as text. */
  record Scalar(int line, String text) implements YamlNode {}

  /** Deeper nesting than any configuration has; bounds the recursion. */
  int DEPTH_MAX = 20;

  /** Parses one document; {@code source} names it in errors. */
  static YamlNode parse(String source, String yaml) throws ConfigException {
    try (JsonParser parser = new YAMLFactory().createParser(yaml)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        return new Mapping(1, Map.of());
      }
      return read(source, parser, 0);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      String problem = e.getOriginalMessage().lines().findFirst().orElse("").strip();
      throw new ConfigException(source + ":" + line + ": not YAML: " + problem, e);
    } catch (IOException e) {
      throw new ConfigException(source + ": " + e.getMessage(), e);
    }
  }

  private static YamlNode read(String source, JsonParser parser, int depth)
      throws IOException, ConfigException {
    int line = parser.currentTokenLocation().getLineNr();
    if (depth > DEPTH_MAX) {
      throw new ConfigException(source + ":" + line + ": nested deeper than " + DEPTH_MAX);
    }
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      return readMapping(source, parser, depth, line);
    }
    if (parser.currentToken() == JsonToken.START_ARRAY) {
      List<YamlNode> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(read(source, parser, depth + 1));
      }
      return new Sequence(line, List.copyOf(items));
    }
    return new Scalar(line, parser.getText() == null ? "" : parser.getText());
  }

  private static Mapping readMapping(String source, JsonParser parser, int depth, int line)
      throws IOException, ConfigException {
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      int keyLine = parser.currentTokenLocation().getLineNr();
      parser.nextToken();
      if (entries.put(key, read(source, parser, depth + 1)) != null) {
        throw new ConfigException(source + ":" + keyLine + ": " + key + " is there twice");
      }
    }
    return new Mapping(line, entries);
  }
}
