package org.sealane.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.cluster.admin.AdminException;
import org.sealane.cluster.admin.PolicyChange;
import org.sealane.cluster.audit.AuditEvent;
import org.sealane.cluster.audit.AuditKind;
import org.sealane.cluster.document.Document;
import org.sealane.cluster.document.DocumentCodec;
import org.sealane.cluster.document.DocumentContent;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.DocumentSlot;
import org.sealane.cluster.document.Ed25519;
import org.sealane.cluster.document.ObjectKey;
import org.sealane.cluster.document.SignedDocument;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.document.Verdict;
import org.sealane.cluster.document.VerifiedSlot;
import org.sealane.cluster.store.ClusterPaths;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreRequest.Lifetime;
import org.sealane.cluster.store.StoreResult;
import org.sealane.cluster.turn.MemberId;
import org.sealane.cluster.turn.Statement;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.Level;

/**
 * Someone can write to ZooKeeper: they may stop service, they must not weaken it. Each attempt is
 * refused and audited, and everything stays as it was.
 */
@Timeout(120)
class HostileStoreIT {
  @TempDir Path directory;

  private TestCluster cluster;
  private TestCluster.Node node;
  private Intruder intruder;
  private ClusterPaths paths;
  private UUID volume;
  private ObjectKey policy;

  @BeforeEach
  void begin() throws Exception {
    cluster = new TestCluster(directory);
    node = cluster.startAll("node1").getFirst();
    volume = cluster.createVolume(node, "v1");
    node.await(view -> view.volume("v1").orElseThrow().servedHere());
    intruder = new Intruder(cluster);
    paths = node.member.paths();
    policy = ObjectKey.policy(volume);
  }

  @AfterEach
  void end() throws Exception {
    intruder.close();
    cluster.close();
  }

  /** All that an intruder would like to change. */
  private record Standing(
      List<LaneRule> rules,
      Map<ObjectKey, VerifiedSlot> slots,
      ClusterView.ClientsView clients,
      Optional<List<Object>> volume) {}

  private Standing standing() {
    ClusterView view = node.member.view();
    return new Standing(
        List.of(node.rules.rule(volume, LaneKind.CSV), node.rules.rule(volume, LaneKind.SBL)),
        node.member.slots(),
        view.clients(),
        view.volume("v1").map(HostileStoreIT::standing));
  }

  /**
   * All but what the owner waits for and its epoch: that an intruder's entry is in its place is
   * told truly, and it may have made its own anew.
   */
  private static List<Object> standing(ClusterView.VolumeView volume) {
    return List.of(
        volume.name(),
        volume.candidates(),
        volume.paths(),
        volume.owner(),
        volume.servedHere(),
        volume.policy(),
        volume.epoch(),
        volume.turn());
  }

  private long refusals(ObjectKey key, Verdict.Reason reason) {
    return node.audited.stream()
        .filter(event -> event.kind() == AuditKind.DOCUMENT_REFUSED)
        .map(AuditEvent::fields)
        .filter(fields -> fields.get("object").equals(key.toString()))
        .filter(fields -> fields.get("reason").equals(reason.name()))
        .count();
  }

  private void assertRefused(ObjectKey key, Verdict.Reason reason, Runnable attempt) {
    Standing before = standing();
    long refused = refusals(key, reason);
    attempt.run();
    await().until(() -> refusals(key, reason) > refused);
    assertThat(standing()).isEqualTo(before);
  }

  private void assertRefused(ObjectKey key, Verdict.Reason reason, DocumentSlot hostile) {
    assertRefused(
        key, reason, () -> intruder.write(paths.document(key), DocumentCodec.encodeSlot(hostile)));
  }

  private SignedDocument committed(ObjectKey key) throws Exception {
    return DocumentCodec.decodeSlot(intruder.read(paths.document(key)).data())
        .committed()
        .orElseThrow();
  }

  private Document document(ObjectKey key, long epoch, DocumentContent content) {
    return new Document(cluster.clusterId, key, epoch, Optional.empty(), Instant.EPOCH, content);
  }

  private SignedDocument forged(Document document) {
    byte[] payload = DocumentCodec.encode(document);
    return new SignedDocument(payload, intruder.key.sign(payload));
  }

  private static DocumentSlot pending(
      SignedDocument committed, SignedDocument next, TurnStep step) {
    return new DocumentSlot(Optional.of(committed), Optional.of(new DocumentSlot.Turn(next, step)));
  }

  private void turn(String name, Level level) throws AdminException {
    var begun =
        node.admin()
            .policySet(name, PolicyChange.NONE.withCsv(level), false, cluster.adminKey::sign);
    node.admin().awaitTurn(begun.key().object(), begun.epoch(), Duration.ofSeconds(30));
  }

  @Test
  void shouldKeepThePolicyWhenAnOlderSignedDocumentIsWrittenBack() throws Exception {
    turn("v1", Level.CLEAR);
    byte[] weak = intruder.read(paths.document(policy)).data();
    turn("v1", Level.ENCRYPT);
    byte[] strong = intruder.read(paths.document(policy)).data();
    SignedDocument clear = DocumentCodec.decodeSlot(weak).committed().orElseThrow();
    SignedDocument encrypt = DocumentCodec.decodeSlot(strong).committed().orElseThrow();

    assertRefused(policy, Verdict.Reason.OLDER, DocumentSlot.committed(clear));
    assertRefused(policy, Verdict.Reason.OLDER, pending(encrypt, clear, TurnStep.SEND));
    assertRefused(policy, Verdict.Reason.OLDER, pending(clear, encrypt, TurnStep.ACCEPT));

    node.admin().policyReassert("v1");
    assertThat(intruder.read(paths.document(policy)).data()).isEqualTo(strong);
    turn("v1", Level.SIGN);
    assertThat(node.member.view().volume("v1").orElseThrow().epoch()).isEqualTo(4);
  }

  @Test
  void shouldKeepThePolicyWhenAnotherVolumesIsWrittenInItsPlace() throws Exception {
    cluster.createVolume(node, "v2");
    turn("v2", Level.CLEAR);
    UUID other = node.member.view().volume("v2").orElseThrow().uuid();
    SignedDocument weak = committed(ObjectKey.policy(other));

    assertRefused(policy, Verdict.Reason.OTHER_OBJECT, DocumentSlot.committed(weak));
    assertRefused(
        policy, Verdict.Reason.OTHER_OBJECT, pending(committedBefore(), weak, TurnStep.SEND));
  }

  private SignedDocument committedBefore() {
    return node.member.slots().get(policy).committed().orElseThrow().signed();
  }

  @Test
  void shouldKeepThePolicyWhenItIsAltered() throws Exception {
    SignedDocument good = committed(policy);
    String text = new String(good.payload(), StandardCharsets.UTF_8);
    byte[] weaker = text.replace("\"csv\":\"encrypt\"", "\"csv\":\"clear\"").getBytes();
    assertThat(weaker).isNotEqualTo(good.payload());
    byte[] bitFlipped = good.signature().clone();
    bitFlipped[3] ^= 1;

    for (SignedDocument altered :
        List.of(
            new SignedDocument(weaker, good.signature()),
            new SignedDocument(good.payload(), bitFlipped),
            new SignedDocument(weaker, intruder.key.sign(weaker)))) {
      assertRefused(policy, Verdict.Reason.UNSIGNED, DocumentSlot.committed(altered));
      assertRefused(policy, Verdict.Reason.UNSIGNED, pending(good, altered, TurnStep.SEND));
    }
    for (byte[] damaged : List.of("{}".getBytes(), new byte[0], new byte[100_000])) {
      assertRefused(
          policy, Verdict.Reason.MALFORMED, () -> intruder.write(paths.document(policy), damaged));
    }
  }

  @Test
  void shouldKeepThePolicyWhenASecondDocumentOfItsEpochIsWritten() throws Exception {
    DocumentContent weak =
        PolicyChange.NONE.withCsv(Level.CLEAR).applyTo(DocumentContent.Policy.DEFAULT);
    SignedDocument second = cluster.sign(document(policy, 1, weak));

    assertRefused(policy, Verdict.Reason.CONFLICTING, DocumentSlot.committed(second));
    node.admin().policyReassert("v1");
    turn("v1", Level.SIGN);
    SignedDocument good = committed(policy);
    SignedDocument first = DocumentCodec.decodeSigned(intruder.read(paths.epoch(policy, 1)).data());
    SignedDocument rival =
        cluster.sign(
            new Document(
                cluster.clusterId, policy, 2, Optional.of(first.digest()), Instant.EPOCH, weak));
    assertRefused(policy, Verdict.Reason.CONFLICTING, DocumentSlot.committed(rival));
    assertThat(good.digest()).isNotEqualTo(rival.digest());
  }

  @Test
  void shouldKeepThePolicyWhenItIsDeletedOrItsTurnTakenBack() throws Exception {
    turn("v1", Level.CLEAR);
    turn("v1", Level.ENCRYPT);
    String slot = paths.document(policy);
    assertRefused(policy, Verdict.Reason.ROLLED_BACK, () -> intruder.delete(slot));

    node.admin().policyReassert("v1");
    turn("v1", Level.SIGN);
    assertThat(node.rules.rule(volume, LaneKind.CSV).weakestAccepted()).isEqualTo(Level.SIGN);
  }

  @Test
  void shouldKeepPolicyAndVolumeWhenTombstonesAreForged() throws Exception {
    for (ObjectKey key : List.of(policy, ObjectKey.volume(volume))) {
      Document deletion =
          new Document(
              cluster.clusterId,
              key,
              2,
              Optional.of(committed(key).digest()),
              Instant.EPOCH,
              new DocumentContent.Tombstone());
      assertRefused(key, Verdict.Reason.UNSIGNED, DocumentSlot.committed(forged(deletion)));
    }
  }

  @Test
  void shouldLetNobodyInWhenUsersAndGrantsAreForged() throws Exception {
    ObjectKey user = ObjectKey.user(UUID.randomUUID());
    ObjectKey share = ObjectKey.share(volume);
    Document account = document(user, 1, new DocumentContent.User("AAAA"));
    Document grant =
        document(
            share,
            1,
            new DocumentContent.Share(false, Map.of(user.object(), DocumentContent.Grant.FULL)));

    assertRefused(user, Verdict.Reason.UNSIGNED, DocumentSlot.committed(forged(account)));
    assertRefused(share, Verdict.Reason.UNSIGNED, DocumentSlot.committed(forged(grant)));
    // What the administrator signed for another volume lets nobody in on this one.
    UUID other = cluster.createVolume(node, "v2");
    SignedDocument theirs = cluster.sign(document(ObjectKey.share(other), 1, grant.content()));
    assertRefused(share, Verdict.Reason.OTHER_OBJECT, DocumentSlot.committed(theirs));
    assertThat(node.member.view().clients().users()).isEmpty();
    assertThat(node.member.view().clients().shares()).isEmpty();
  }

  @Test
  void shouldKeepServerSettingsWhenTheyAreForgedOrTakenBack() throws Exception {
    ObjectKey server = ObjectKey.server(cluster.clusterId);
    DocumentContent.Server lax = DocumentContent.Server.DEFAULT;
    DocumentContent.Server strict =
        new DocumentContent.Server(
            true, true, true, lax.minDialect(), lax.ciphers(), lax.signing());
    set(server, lax);
    SignedDocument first = committed(server);
    set(server, strict);
    node.await(view -> view.clients().server().encryptData());

    assertRefused(server, Verdict.Reason.OLDER, DocumentSlot.committed(first));
    assertRefused(
        server, Verdict.Reason.UNSIGNED, DocumentSlot.committed(forged(document(server, 3, lax))));
    assertRefused(
        server, Verdict.Reason.ROLLED_BACK, () -> intruder.delete(paths.document(server)));
    assertThat(node.member.view().clients().server()).isEqualTo(strict);
  }

  private void set(ObjectKey key, DocumentContent content) throws AdminException {
    node.admin()
        .submit(node.admin().prepareClients(key, content).sign(cluster.adminKey::sign), false);
    // Not a view: a document that says what holds anyway changes none.
    await().until(() -> node.member.slots().containsKey(key));
  }

  @Test
  void shouldServeNothingOutsideItsRootsWhateverADocumentSays() throws Exception {
    ObjectKey key = ObjectKey.volume(volume);
    DocumentContent.Volume root =
        new DocumentContent.Volume("v1", List.of("node1"), Map.of("node1", "/"), false);
    assertRefused(
        key, Verdict.Reason.UNSIGNED, DocumentSlot.committed(forged(document(key, 2, root))));

    // Even the administrator's signature opens nothing that the node's own configuration does not.
    ObjectKey signed = ObjectKey.volume(UUID.randomUUID());
    DocumentContent.Volume everything =
        new DocumentContent.Volume("all", List.of("node1"), Map.of("node1", "/"), false);
    intruder.write(
        paths.document(signed),
        DocumentCodec.encodeSlot(
            DocumentSlot.committed(cluster.sign(document(signed, 1, everything)))));
    await()
        .until(() ->
            node.audited.stream()
                .anyMatch(event ->
                    event.kind() == AuditKind.OWNERSHIP_REFUSED
                        && event.fields().get("volume").equals(signed.object().toString())));
    assertThat(node.member.view().volume("all").orElseThrow().servedHere()).isFalse();
  }

  @Test
  void shouldEnrolNobodyWhenEnrolmentsAreForged() throws Exception {
    ObjectKey mallory = ObjectKey.node(cluster.clusterId, "mallory");
    ObjectKey node1 = ObjectKey.node(cluster.clusterId, "node1");
    String theirs = Ed25519.base64(intruder.key.pair().getPublic());

    assertRefused(
        mallory,
        Verdict.Reason.UNSIGNED,
        DocumentSlot.committed(
            forged(document(mallory, 1, new DocumentContent.Node("mallory", theirs, false)))));
    assertRefused(
        node1,
        Verdict.Reason.UNSIGNED,
        DocumentSlot.committed(
            forged(document(node1, 2, new DocumentContent.Node("node1", theirs, false)))));
    assertThat(node.member.view().node("mallory")).isEmpty();
  }

  private void assertStatementRefused(String path, Runnable attempt) {
    Standing before = standing();
    long refused = statementRefusals(path);
    attempt.run();
    await().until(() -> statementRefusals(path) > refused);
    assertThat(standing()).isEqualTo(before);
  }

  private long statementRefusals(String path) {
    return node.audited.stream()
        .filter(event -> event.kind() == AuditKind.STATEMENT_REFUSED)
        .filter(event -> event.fields().get("path").equals(path))
        .count();
  }

  @Test
  void shouldServeOnWhenAnOwnerIsForged() {
    String owner = paths.owner(volume);
    byte[] mine = intruder.read(owner).data();
    MemberId member = new MemberId("node1", intruder.session, UUID.randomUUID());
    var json = Statement.begin(cluster.clusterId, "owner", member);
    json.put("volume", volume.toString());
    byte[] theirs = Statement.seal(json, intruder.key::sign);

    assertStatementRefused(
        owner,
        () -> {
          intruder.delete(owner);
          if (!(intruder
                  .store
                  .submit(new StoreRequest.Create(owner, theirs, Lifetime.EPHEMERAL))
                  .toCompletableFuture()
                  .join()
              instanceof StoreResult.Written)) {
            // The node was faster; then what it announced is written over.
            intruder.write(owner, theirs);
          }
        });
    assertThat(node.member.view().volume("v1").orElseThrow().servedHere()).isTrue();
    assertThat(DocumentDigest.of(mine)).isNotEqualTo(DocumentDigest.of(theirs));
  }

  @Test
  void shouldKeepItsAddressWhenItsRegistrationIsForged() {
    String entry = paths.node("node1");
    byte[] mine = intruder.read(entry).data();
    NodeEndpoints endpoints =
        node.member.view().node("node1").orElseThrow().endpoints().orElseThrow();
    long session = node.member.view().node("node1").orElseThrow().session().orElseThrow();
    byte[] theirs =
        new Registration(new MemberId("node1", session, UUID.randomUUID()), endpoints, Map.of())
            .encode(cluster.clusterId, intruder.key::sign);

    assertStatementRefused(entry, () -> intruder.write(entry, theirs));

    await().untilAsserted(() -> assertThat(intruder.read(entry).data()).isEqualTo(mine));
    node.await(view -> view.node("node1").orElseThrow().endpoints().equals(Optional.of(endpoints)));
  }
}
