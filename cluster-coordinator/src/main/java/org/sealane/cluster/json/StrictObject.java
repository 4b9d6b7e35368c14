package org.sealane.cluster.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * One JSON object being read: each field is asked for by name, type and limit, and {@link #end}
 * refuses whatever was not asked for. Not thread-safe.
 */
public final class StrictObject {
  private final String path;
  private final ObjectNode node;
  private final Set<String> read = new HashSet<>();

  StrictObject(String path, ObjectNode node) {
    this.path = path;
    this.node = node;
  }

  /** A string of 1 to {@code charsMax} characters. */
  public String string(String field, int charsMax) throws MalformedJsonException {
    return text(name(field), required(field), charsMax);
  }

  /** As {@link #string}, empty where the field is null; it must be there. */
  public Optional<String> nullableString(String field, int charsMax) throws MalformedJsonException {
    JsonNode value = required(field);
    return value.isNull() ? Optional.empty() : Optional.of(text(name(field), value, charsMax));
  }

  /** An integer from {@code min} to {@code max}, both included. */
  public long integer(String field, long min, long max) throws MalformedJsonException {
    JsonNode value = required(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw malformed(field, "an integer");
    }
    long number = value.longValue();
    if (number < min || number > max) {
      throw malformed(field, number + " is not from " + min + " to " + max);
    }
    return number;
  }

  public boolean flag(String field) throws MalformedJsonException {
    JsonNode value = required(field);
    if (!value.isBoolean()) {
      throw malformed(field, "true or false");
    }
    return value.booleanValue();
  }

  /** A UUID in its canonical lower-case form. */
  public UUID uuid(String field) throws MalformedJsonException {
    String text = string(field, 36);
    try {
      UUID uuid = UUID.fromString(text);
      if (uuid.toString().equals(text)) {
        return uuid;
      }
    } catch (IllegalArgumentException e) {
      throw malformed(field, "a UUID");
    }
    throw malformed(field, "a UUID in canonical form");
  }

  /** An instant in ISO-8601, UTC. */
  public Instant instant(String field) throws MalformedJsonException {
    try {
      return Instant.parse(string(field, 40));
    } catch (DateTimeException e) {
      throw malformed(field, "an instant, as 2026-01-31T12:00:00Z");
    }
  }

  /** Base64 ([RFC 4648] 4) of at most {@code bytesMax} bytes. */
  public byte[] base64(String field, int bytesMax) throws MalformedJsonException {
    String text = string(field, (bytesMax + 2) / 3 * 4);
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw malformed(field, "base64");
    }
    // RFC 4648, 3.5: bits that are no data, and missing padding, would let one value have many
    // texts.
    if (!Base64.getEncoder().encodeToString(bytes).equals(text)) {
      throw malformed(field, "canonical base64");
    }
    return bytes;
  }

  /** An array of at most {@code countMax} strings. */
  public List<String> strings(String field, int countMax, int charsMax)
      throws MalformedJsonException {
    if (!(required(field) instanceof ArrayNode array)) {
      throw malformed(field, "an array");
    }
    if (array.size() > countMax) {
      throw malformed(field, array.size() + " elements, at most " + countMax);
    }
    List<String> values = new ArrayList<>(array.size());
    for (JsonNode value : array) {
      values.add(text(name(field), value, charsMax));
    }
    return values;
  }

  /** An array of at most {@code countMax} objects. */
  public List<StrictObject> objects(String field, int countMax) throws MalformedJsonException {
    if (!(required(field) instanceof ArrayNode array)) {
      throw malformed(field, "an array");
    }
    if (array.size() > countMax) {
      throw malformed(field, array.size() + " elements, at most " + countMax);
    }
    List<StrictObject> values = new ArrayList<>(array.size());
    for (JsonNode value : array) {
      if (!(value instanceof ObjectNode object)) {
        throw malformed(field, "an array of objects");
      }
      values.add(new StrictObject(name(field), object));
    }
    return values;
  }

  /** An object of at most {@code countMax} string values, keys in their natural order. */
  public TreeMap<String, String> stringMap(String field, int countMax, int charsMax)
      throws MalformedJsonException {
    if (!(required(field) instanceof ObjectNode object)) {
      throw malformed(field, "an object");
    }
    if (object.size() > countMax) {
      throw malformed(field, object.size() + " fields, at most " + countMax);
    }
    TreeMap<String, String> values = new TreeMap<>();
    for (var entry : object.properties()) {
      values.put(entry.getKey(), text(name(field), entry.getValue(), charsMax));
    }
    return values;
  }

  public StrictObject object(String field) throws MalformedJsonException {
    if (required(field) instanceof ObjectNode object) {
      return new StrictObject(name(field), object);
    }
    throw malformed(field, "an object");
  }

  /** As {@link #object}, empty where the field is null; it must be there. */
  public Optional<StrictObject> nullableObject(String field) throws MalformedJsonException {
    return required(field).isNull() ? Optional.empty() : Optional.of(object(field));
  }

  /** Refuses fields that no one asked for. Call when all were read. */
  public void end() throws MalformedJsonException {
    for (var entry : node.properties()) {
      if (!read.contains(entry.getKey())) {
        throw malformed(entry.getKey(), "unknown field");
      }
    }
  }

  /** An exception that names {@code field} with its path. */
  public MalformedJsonException malformed(String field, String expected) {
    return new MalformedJsonException(name(field), expected);
  }

  private JsonNode required(String field) throws MalformedJsonException {
    JsonNode value = node.get(field);
    if (value == null) {
      throw malformed(field, "missing");
    }
    read.add(field);
    return value;
  }

  private String text(String name, JsonNode value, int charsMax) throws MalformedJsonException {
    if (!value.isTextual()) {
      throw new MalformedJsonException(name, "a string");
    }
    String text = value.textValue();
    if (text.isEmpty() || text.length() > charsMax) {
      throw new MalformedJsonException(
          name, text.length() + " characters, not from 1 to " + charsMax);
    }
    return text;
  }

  private String name(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }
}
