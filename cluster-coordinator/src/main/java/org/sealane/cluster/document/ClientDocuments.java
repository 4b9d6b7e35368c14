package org.sealane.cluster.document;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.sealane.cluster.document.DocumentContent.Grant;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.json.StrictObject;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.SigningAlgorithm;

/** The content of documents about users and their clients, as JSON. Part of DocumentCodec. */
final class ClientDocuments {
  /** A UUID and a grant's word. */
  private static final int GRANT_CHARS_MAX = 64;

  private ClientDocuments() {}

  static void encode(ObjectNode json, DocumentContent content) {
    switch (content) {
      case DocumentContent.User(String sealed) -> json.put("sealed", sealed);
      case DocumentContent.Share share -> {
        json.put("encryptData", share.encryptData());
        Map<String, String> sorted = new TreeMap<>();
        share.grants().forEach((user, grant) -> sorted.put(user.toString(), grant.word()));
        ObjectNode grants = json.putObject("grants");
        sorted.forEach(grants::put);
      }
      case DocumentContent.Server server -> {
        json.put("encryptData", server.encryptData());
        json.put("rejectUnencryptedAccess", server.rejectUnencryptedAccess());
        json.put("requireSigning", server.requireSigning());
        json.put("minDialect", server.minDialect().word());
        ArrayNode ciphers = json.putArray("ciphers");
        server.ciphers().forEach(cipher -> ciphers.add(cipher.word()));
        ArrayNode signing = json.putArray("signing");
        server.signing().forEach(algorithm -> signing.add(algorithm.word()));
      }
      case DocumentContent.Keytab(String sealed) -> json.put("sealed", sealed);
      case DocumentContent.DataKeyCopies keys -> {
        json.put("generation", keys.generation());
        ObjectNode copies = json.putObject("copies");
        new TreeMap<>(keys.copies()).forEach(copies::put);
      }
      case DocumentContent.Policy _,
          DocumentContent.Volume _,
          DocumentContent.Disk _,
          DocumentContent.Node _,
          DocumentContent.Tombstone _ ->
          throw new IllegalArgumentException("not about clients: " + content);
    }
  }

  static DocumentContent decode(DocumentKind kind, StrictObject json)
      throws MalformedJsonException {
    return switch (kind) {
      case USER ->
          new DocumentContent.User(json.string("sealed", DocumentContent.User.SEALED_CHARS_MAX));
      case SHARE -> new DocumentContent.Share(json.flag("encryptData"), grants(json));
      case SERVER ->
          new DocumentContent.Server(
              json.flag("encryptData"),
              json.flag("rejectUnencryptedAccess"),
              json.flag("requireSigning"),
              DocumentCodec.word(json, "minDialect", ClientDocuments::dialect),
              DocumentCodec.words(json, "ciphers", CipherId::ofWord),
              DocumentCodec.words(json, "signing", SigningAlgorithm::ofWord));
      case KEYTAB ->
          new DocumentContent.Keytab(
              json.string("sealed", DocumentContent.Keytab.SEALED_CHARS_MAX));
      case DATA_KEY ->
          new DocumentContent.DataKeyCopies(
              json.integer(
                  "generation", DocumentContent.DataKeyCopies.GENERATION_MIN, Document.EPOCH_MAX),
              json.stringMap(
                  "copies",
                  DocumentContent.DataKeyCopies.COPIES_MAX,
                  DocumentContent.DataKeyCopies.COPY_CHARS_MAX));
      case POLICY, DEFAULT_POLICY, VOLUME, DISK, NODE ->
          throw new IllegalArgumentException("not about clients: " + kind);
    };
  }

  private static Map<UUID, Grant> grants(StrictObject json) throws MalformedJsonException {
    Map<UUID, Grant> grants = new TreeMap<>();
    Map<String, String> words =
        json.stringMap("grants", DocumentContent.Share.GRANTS_MAX, GRANT_CHARS_MAX);
    for (Map.Entry<String, String> entry : words.entrySet()) {
      Grant grant =
          Grant.ofWord(entry.getValue())
              .orElseThrow(() -> json.malformed("grants", "read, change or full"));
      try {
        grants.put(UUID.fromString(entry.getKey()), grant);
      } catch (IllegalArgumentException e) {
        throw json.malformed("grants", "a user's UUID");
      }
    }
    return grants;
  }

  private static Optional<Dialect> dialect(String word) {
    for (Dialect dialect : Dialect.values()) {
      if (dialect.word().equals(word)) {
        return Optional.of(dialect);
      }
    }
    return Optional.empty();
  }
}
