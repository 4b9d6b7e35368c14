package org.sealane.cluster.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Parses and writes JSON objects under fixed limits. */
public final class StrictJson {
  /** ZooKeeper refuses more than 1 MiB; the largest thing written here is far below this. */
  public static final int BYTES_MAX = 256 * 1024;

  /** Deeper than any format here nests, shallow enough for a recursive reader. */
  public static final int DEPTH_MAX = 12;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH_MAX)
                          .maxDocumentLength(BYTES_MAX)
                          .maxStringLength(BYTES_MAX)
                          .maxNumberLength(20)
                          .maxNameLength(256)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private StrictJson() {}

  /** Reads one JSON object that fills {@code bytes} and nothing else. */
  public static StrictObject parse(byte[] bytes) throws MalformedJsonException {
    if (bytes.length > BYTES_MAX) {
      throw new MalformedJsonException("", bytes.length + " bytes, at most " + BYTES_MAX);
    }
    JsonNode root;
    try {
      root = MAPPER.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new MalformedJsonException("", e.getOriginalMessage());
    } catch (IOException e) {
      throw new MalformedJsonException("", "not UTF-8 text");
    }
    if (root instanceof ObjectNode object) {
      return new StrictObject("", object);
    }
    throw new MalformedJsonException("", "not a JSON object");
  }

  /** An empty object to fill; fields are written in the order they are put. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** The compact UTF-8 text of {@code object}. */
  public static byte[] bytes(ObjectNode object) {
    try {
      return MAPPER.writeValueAsBytes(object);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
