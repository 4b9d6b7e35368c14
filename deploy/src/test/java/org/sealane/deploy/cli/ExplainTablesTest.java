package org.sealane.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sealane.deploy.explain.ExplainMessages.Explained;
import org.sealane.deploy.explain.ExplainMessages.Lane;
import org.sealane.deploy.explain.ExplainMessages.Node;
import org.sealane.deploy.explain.ExplainMessages.Rule;
import org.sealane.deploy.explain.ExplainMessages.Source;
import org.sealane.deploy.explain.ExplainMessages.Trouble;
import org.sealane.deploy.explain.LaneReasons;
import org.sealane.deploy.explain.LaneReasons.Known;
import org.sealane.deploy.explain.LaneReasons.Note;
import org.sealane.deploy.explain.LaneReasons.Turning;
import org.sealane.smb.client.PayloadBytes;
import org.sealane.smb.lane.LaneKey;
import org.sealane.smb.lane.LaneKind;
import org.sealane.smb.lane.LaneMoves;
import org.sealane.smb.lane.LanePolicy;
import org.sealane.smb.lane.LaneRule;
import org.sealane.smb.lane.LaneStatus;
import org.sealane.smb.lane.Level;
import org.sealane.smb.lane.RekeyLimits;
import org.sealane.smb.lane.TransportPreference;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;

/**
 * What {@code policy explain} says in each situation, against {@code src/test/resources/explain};
 * {@code -Dsealane.golden=write} writes these files anew, to be read before they are committed.
 */
class ExplainTablesTest {
  private static final UUID VOLUME = UUID.fromString("00000000-0000-4000-8000-000000000003");
  private static final Instant SINCE = Instant.parse("2026-01-31T12:00:00Z");
  private static final Instant LATER = Instant.parse("2026-01-31T12:30:00Z");
  private static final List<CipherId> BOTH = List.of(CipherId.AES_128_GCM, CipherId.AES_256_GCM);

  private final List<Rule> rules = new ArrayList<>();
  private final List<Lane> lanes = new ArrayList<>();
  private final List<Trouble> troubles = new ArrayList<>();
  private Optional<Instant> sealedSince = Optional.empty();

  private static LanePolicy policy(
      long epoch, Level level, List<CipherId> ciphers, TransportPreference transport) {
    return new LanePolicy(
        VOLUME,
        LaneKind.CSV,
        epoch,
        level,
        ciphers,
        List.of(SigningAlgorithm.AES_GMAC),
        transport,
        RekeyLimits.DEFAULT);
  }

  private static LanePolicy policy(long epoch, Level level) {
    return policy(epoch, level, BOTH, TransportPreference.TCP_ONLY);
  }

  private Known known(LaneRule rule, Level documented, Turning turn) {
    return new Known(
        "v1",
        LaneKind.CSV,
        rule,
        Optional.ofNullable(documented),
        Optional.ofNullable(turn),
        sealedSince);
  }

  private static LaneStatus status(Known known, Level level, CipherId cipher, String transport) {
    return new LaneStatus(
        new LaneKey("node1", VOLUME, LaneKind.CSV),
        transport,
        transport.equals("rdma") ? "software" : "epoll",
        level,
        cipher,
        SigningAlgorithm.AES_GMAC,
        "3.1.1",
        "X25519MLKEM768",
        known.rule().send().epoch(),
        Duration.ofMinutes(3),
        2,
        0,
        new PayloadBytes(0, 0, 0),
        0,
        LaneMoves.NONE);
  }

  private void rule(Known known, Level level) {
    long epoch = known.rule().send().epoch();
    rules.add(
        new Rule(
            "csv",
            level.word(),
            known.rule().weakestAccepted().word(),
            epoch,
            SINCE,
            known
                .documented()
                .map(_ -> new Source(epoch, "ab".repeat(32), SINCE, "SHA256:0011223344556677"))
                .orElse(null),
            LaneReasons.why(known)));
  }

  private void lane(
      Known known, Level level, CipherId cipher, String transport, Note fallback, boolean rdma) {
    LaneStatus status = status(known, level, cipher, transport);
    lanes.add(
        new Lane(
            "node1",
            "csv",
            level.word(),
            cipher.word(),
            status.signing().word(),
            transport,
            status.provider(),
            status.epoch(),
            LATER,
            status.opens(),
            LaneReasons.why(known),
            LaneReasons.negotiated(known, status, Optional.ofNullable(fallback), rdma),
            LaneReasons.notStronger(known, status)));
  }

  private void settled(Level level) {
    Known known = known(LaneRule.settled(policy(7, level)), level, null);
    rule(known, level);
    lane(known, level, CipherId.AES_128_GCM, "tcp", null, false);
  }

  private void assertGolden(String name) throws IOException {
    Explained explained =
        new Explained(
            "v1",
            List.of(
                new Node(
                    "node2",
                    true,
                    sealedSince.isPresent(),
                    sealedSince.orElse(null),
                    rules,
                    lanes,
                    troubles,
                    List.of())),
            List.of("node3 is absent, so it can not be asked"));
    String text = ExplainTables.render(explained);
    if ("write".equals(System.getProperty("sealane.golden"))) {
      Files.writeString(Path.of("src/test/resources/explain", name + ".txt"), text);
    }
    try (InputStream golden = getClass().getResourceAsStream("/explain/" + name + ".txt")) {
      assertThat(golden).as("no golden file " + name).isNotNull();
      assertThat(text).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void shouldExplainClear() throws Exception {
    settled(Level.CLEAR);
    assertGolden("clear");
  }

  @Test
  void shouldExplainSign() throws Exception {
    settled(Level.SIGN);
    assertGolden("sign");
  }

  @Test
  void shouldExplainEncryptWithTheWeakerCipherPreferred() throws Exception {
    settled(Level.ENCRYPT);
    assertGolden("encrypt");
  }

  @Test
  void shouldSayThatNothingIsStronger() throws Exception {
    Known known =
        known(
            LaneRule.settled(
                policy(
                    7,
                    Level.ENCRYPT,
                    List.of(CipherId.AES_256_GCM),
                    TransportPreference.RDMA_ONLY)),
            Level.ENCRYPT,
            null);
    rule(known, Level.ENCRYPT);
    lane(known, Level.ENCRYPT, CipherId.AES_256_GCM, "rdma", null, true);
    assertGolden("strongest");
  }

  @Test
  void shouldSayWhatThePeerChoseAndWhyTcpCarriesTheLane() throws Exception {
    Known known =
        known(
            LaneRule.settled(
                policy(
                    7,
                    Level.ENCRYPT,
                    List.of(CipherId.AES_256_GCM, CipherId.AES_128_GCM),
                    TransportPreference.RDMA_PREFERRED)),
            Level.ENCRYPT,
            null);
    rule(known, Level.ENCRYPT);
    lane(
        known,
        Level.ENCRYPT,
        CipherId.AES_128_GCM,
        "tcp",
        new Note(SINCE, "no listener\u001b[2J"),
        true);
    lane(known, Level.ENCRYPT, CipherId.AES_128_GCM, "tcp", null, false);
    troubles.add(new Trouble("node4", "csv", LATER, "STATUS_ACCESS_DENIED: not enrolled"));
    assertGolden("refused");
  }

  @Test
  void shouldExplainFailSealed() throws Exception {
    sealedSince = Optional.of(LATER);
    Known known = known(LaneRule.settled(policy(7, Level.CLEAR)), Level.CLEAR, null);
    rule(known, Level.ENCRYPT);
    lane(known, Level.ENCRYPT, CipherId.AES_128_GCM, "tcp", null, false);
    assertGolden("fail-sealed");
  }

  @Test
  void shouldExplainATurn() throws Exception {
    LanePolicy now = policy(7, Level.CLEAR);
    Known known =
        known(
            new LaneRule(now, List.of(now, policy(8, Level.ENCRYPT))),
            Level.CLEAR,
            new Turning(8, "accept", Level.ENCRYPT));
    rule(known, Level.CLEAR);
    lane(known, Level.CLEAR, CipherId.AES_128_GCM, "tcp", null, false);
    assertGolden("turning");
  }

  @Test
  void shouldExplainWhatWasOutrunAndWhatIsUnknown() throws Exception {
    LanePolicy now = policy(7, Level.CLEAR);
    LanePolicy outrun = now.atLevel(Level.ENCRYPT);
    rule(known(new LaneRule(outrun, List.of(now, outrun)), Level.CLEAR, null), Level.ENCRYPT);
    rule(
        known(LaneRule.settled(LanePolicy.failSealed(VOLUME, LaneKind.CSV)), null, null),
        Level.ENCRYPT);
    Known moved =
        known(
            LaneRule.settled(
                policy(
                    9, Level.ENCRYPT, List.of(CipherId.AES_256_CCM), TransportPreference.TCP_ONLY)),
            Level.ENCRYPT,
            null);
    rule(moved, Level.ENCRYPT);
    lane(moved, Level.ENCRYPT, CipherId.AES_128_GCM, "tcp", null, false);
    assertGolden("outrun");
  }
}
