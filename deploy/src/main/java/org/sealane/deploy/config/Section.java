package org.sealane.deploy.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One mapping of a configuration while it is read: hands out values by key and remembers which keys
 * are known, so that {@link #requireNothingElse} can refuse the rest. Not thread-safe.
 */
final class Section {
  private final String source;
  private final String prefix;
  private final YamlNode.Mapping mapping;
  private final Set<String> known = new LinkedHashSet<>();

  private Section(String source, String prefix, YamlNode.Mapping mapping) {
    this.source = source;
    this.prefix = prefix;
    this.mapping = mapping;
  }

  static Section root(String source, YamlNode node) throws ConfigException {
    if (node instanceof YamlNode.Mapping mapping) {
      return new Section(source, "", mapping);
    }
    throw new ConfigException(source + ":" + node.line() + ": expected 'key: value' lines");
  }

  /** The value of {@code key}, converted; {@code convert} throws IllegalArgumentException. */
  <T> Optional<T> value(String key, Function<String, T> convert) throws ConfigException {
    Optional<YamlNode> node = node(key);
    return node.isEmpty() ? Optional.empty() : Optional.of(convert(key, node.get(), convert));
  }

  /** As {@link #value}, and the key must be there. */
  <T> T required(String key, Function<String, T> convert) throws ConfigException {
    Optional<T> value = value(key, convert);
    if (value.isEmpty()) {
      throw new ConfigException(source + ": " + prefix + key + " is missing");
    }
    return value.get();
  }

  /** The items of a list, each converted; empty if the key is absent. */
  <T> Optional<List<T>> list(String key, Function<String, T> convert) throws ConfigException {
    Optional<YamlNode> node = node(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (!(node.get() instanceof YamlNode.Sequence sequence)) {
      throw at(node.get(), key, "expected a list, as [A, B]");
    }
    List<T> items = new ArrayList<>();
    for (YamlNode item : sequence.items()) {
      items.add(convert(key, item, convert));
    }
    return Optional.of(List.copyOf(items));
  }

  /** A nested mapping; an absent one reads as empty. */
  Section section(String key) throws ConfigException {
    Optional<YamlNode> node = node(key);
    if (node.isEmpty()) {
      return new Section(source, prefix + key + ".", new YamlNode.Mapping(1, java.util.Map.of()));
    }
    if (node.get() instanceof YamlNode.Mapping nested) {
      return new Section(source, prefix + key + ".", nested);
    }
    throw at(node.get(), key, "expected indented 'key: value' lines");
  }

  /** Refuses the first key that nobody asked for. */
  void requireNothingElse() throws ConfigException {
    for (var entry : mapping.entries().entrySet()) {
      if (!known.contains(entry.getKey())) {
        throw new ConfigException(
            "%s:%d: unknown key %s%s; accepted: %s"
                .formatted(
                    source,
                    entry.getValue().line(),
                    prefix,
                    entry.getKey(),
                    String.join(", ", known)));
      }
    }
  }

  /** A failure about the value of {@code key}. */
  ConfigException refuse(String key, String why) {
    YamlNode node = mapping.entries().getOrDefault(key, mapping);
    return at(node, key, why);
  }

  private Optional<YamlNode> node(String key) {
    known.add(key);
    return Optional.ofNullable(mapping.entries().get(key));
  }

  private <T> T convert(String key, YamlNode node, Function<String, T> convert)
      throws ConfigException {
    if (!(node instanceof YamlNode.Scalar scalar)) {
      throw at(node, key, "expected one value");
    }
    try {
      return convert.apply(scalar.text());
    } catch (IllegalArgumentException e) {
      throw at(node, key, e.getMessage());
    }
  }

  private ConfigException at(YamlNode node, String key, String why) {
    return new ConfigException(source + ":" + node.line() + ": " + prefix + key + ": " + why);
  }
}
