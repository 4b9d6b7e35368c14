package org.sealane.cluster.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** A node's log in a directory, to be written, closed, tampered with and looked through. */
final class LogOnDisk {
  static final UUID CLUSTER = UUID.fromString("00000000-0000-4000-8000-000000000001");
  static final KeyPair KEYS = keys();

  final Path directory;

  LogOnDisk(Path directory) {
    this.directory = directory;
  }

  static KeyPair keys() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static AuditSigner signer() {
    return signer(KEYS);
  }

  static AuditSigner signer(KeyPair keys) {
    return new AuditSigner(
        CLUSTER,
        "node1",
        keys.getPublic(),
        statement -> {
          try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(keys.getPrivate());
            signature.update(statement);
            return signature.sign();
          } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
          }
        });
  }

  ChainedAuditLog open() throws IOException {
    return open(ChainedAuditLog.SEGMENT_BYTES_MAX);
  }

  ChainedAuditLog open(long segmentBytes) throws IOException {
    return ChainedAuditLog.open(
        directory, signer(), InstantSource.fixed(Instant.EPOCH), true, segmentBytes);
  }

  /** One life of the node: opens, records {@code events} events, closes in order. */
  LogOnDisk written(int events) throws IOException {
    return written(events, ChainedAuditLog.SEGMENT_BYTES_MAX);
  }

  LogOnDisk written(int events, long segmentBytes) throws IOException {
    try (ChainedAuditLog log = open(segmentBytes)) {
      for (int i = 0; i < events; i++) {
        log.record(event(i));
      }
    }
    return this;
  }

  static AuditEvent event(int number) {
    return new AuditEvent(AuditKind.TURN_STEP, Map.of("epoch", Integer.toString(number)));
  }

  AuditReport verify() throws IOException {
    return verify(AuditVerifier.Ending.CRASHED);
  }

  AuditReport verify(AuditVerifier.Ending ending) throws IOException {
    try (AuditDirectory source = AuditDirectory.open(directory)) {
      return signer().verifier(ending).verify(source);
    }
  }

  List<AuditRecord> records() throws IOException {
    List<AuditRecord> records = new ArrayList<>();
    try (AuditDirectory source = AuditDirectory.open(directory)) {
      signer().verifier(AuditVerifier.Ending.CRASHED).verify(source, records::add);
    }
    return records;
  }

  List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
    }
  }

  Path head() {
    return directory.resolve("head.json");
  }

  /** The lines of the only segment. */
  List<String> lines() throws IOException {
    return new ArrayList<>(Files.readAllLines(segments().getFirst()));
  }

  void write(List<String> lines) throws IOException {
    Files.writeString(
        segments().getFirst(),
        String.join("\n", lines) + (lines.isEmpty() ? "" : "\n"),
        StandardCharsets.UTF_8);
  }
}
