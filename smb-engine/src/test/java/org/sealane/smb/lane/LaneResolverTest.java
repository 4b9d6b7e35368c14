package org.sealane.smb.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.SigningAlgorithm;
import org.sealane.smb.server.ShareResolver.Granted;
import org.sealane.smb.server.ShareResolver.Refused;
import org.sealane.smb.server.ShareResolver.Resolution;
import org.sealane.smb.server.ShareResolver.TreeRequest;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.NtStatus;

class LaneResolverTest {
  private static final UUID VOLUME = new UUID(1, 2);
  private static final UUID OTHER = new UUID(3, 4);
  private static final ShareBackend BACKEND = new NoFiles();

  private final LaneRules rules = new LaneRules();
  private final LaneResolver resolver =
      new LaneResolver(
          rules,
          (volume, kind) ->
              volume.equals(VOLUME) && kind == LaneKind.CSV
                  ? Optional.of(BACKEND)
                  : Optional.empty(),
          PolicyState.NONE);

  @BeforeEach
  void publish() {
    rules.publish(LaneRule.settled(policy(1, Level.CLEAR, CipherId.AES_128_GCM)));
  }

  private static LanePolicy policy(long epoch, Level level, CipherId cipher) {
    return new LanePolicy(
        VOLUME,
        LaneKind.CSV,
        epoch,
        level,
        List.of(cipher),
        List.of(SigningAlgorithm.AES_GMAC),
        TransportPreference.TCP_ONLY,
        RekeyLimits.DEFAULT);
  }

  private Resolution resolve(UUID bound, LaneKind kind, String path, CipherId cipher) {
    LaneBinding binding = new LaneBinding(new UUID(9, 9), "node1", "node2", bound, kind, 1);
    return resolver.resolve(
        new TreeRequest(
            new Principal.Node("node1", binding, "X25519MLKEM768"),
            path,
            Optional.ofNullable(cipher),
            SigningAlgorithm.AES_GMAC));
  }

  private static void assertRefused(Resolution resolution, NtStatus status) {
    assertThat(resolution)
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.status()).isEqualTo(status));
  }

  @Test
  void shouldGrantTheVolumeThatTheKeysAreBoundTo() {
    Resolution resolution =
        resolve(VOLUME, LaneKind.CSV, "\\\\node2\\" + VOLUME, CipherId.AES_128_GCM);

    assertThat(resolution)
        .isInstanceOfSatisfying(
            Granted.class, granted -> assertThat(granted.backend()).isSameAs(BACKEND));
  }

  @Test
  void shouldRefuseAnotherTreeThanTheKeysAreBoundTo() {
    assertRefused(
        resolve(OTHER, LaneKind.CSV, "\\\\node2\\" + VOLUME, CipherId.AES_128_GCM),
        NtStatus.ACCESS_DENIED);
    assertRefused(
        resolve(VOLUME, LaneKind.CSV, "\\\\node2\\SBL$", CipherId.AES_128_GCM),
        NtStatus.ACCESS_DENIED);
    assertRefused(
        resolve(VOLUME, LaneKind.CSV, "\\\\node3\\" + VOLUME, CipherId.AES_128_GCM),
        NtStatus.ACCESS_DENIED);
  }

  @Test
  void shouldRefuseAlgorithmsThatThePolicyDoesNotName() {
    String path = "\\\\node2\\" + VOLUME;
    assertRefused(
        resolve(VOLUME, LaneKind.CSV, path, CipherId.AES_256_GCM), NtStatus.ACCESS_DENIED);
    assertRefused(resolve(VOLUME, LaneKind.CSV, path, null), NtStatus.ACCESS_DENIED);
  }

  @Test
  void shouldAcceptAlgorithmsOfBothPoliciesDuringATurn() {
    LanePolicy old = policy(1, Level.CLEAR, CipherId.AES_128_GCM);
    LanePolicy next = policy(2, Level.CLEAR, CipherId.AES_256_GCM);
    rules.publish(new LaneRule(old, List.of(old, next)));

    assertThat(resolve(VOLUME, LaneKind.CSV, "\\\\node2\\" + VOLUME, CipherId.AES_256_GCM))
        .isInstanceOf(Granted.class);
  }

  @Test
  void shouldSayThatAVolumeIsNotHere() {
    rules.publish(LaneRule.settled(LanePolicy.failSealed(OTHER, LaneKind.SBL)));

    assertRefused(
        resolve(OTHER, LaneKind.SBL, "\\\\node2\\SBL$", CipherId.AES_128_GCM),
        NtStatus.BAD_NETWORK_NAME);
  }

  @Test
  void shouldAskTheRulesForEveryMessage() {
    Granted granted =
        (Granted) resolve(VOLUME, LaneKind.CSV, "\\\\node2\\" + VOLUME, CipherId.AES_128_GCM);
    assertThat(granted.gate().accepts(Level.CLEAR)).isTrue();

    rules.publish(LaneRule.settled(policy(2, Level.ENCRYPT, CipherId.AES_128_GCM)));

    assertThat(granted.gate().accepts(Level.CLEAR)).isFalse();
    assertThat(granted.gate().accepts(Level.SIGN)).isFalse();
    assertThat(granted.gate().accepts(Level.ENCRYPT)).isTrue();
    assertThat(granted.gate().sendLevel()).isEqualTo(Level.ENCRYPT);
    var pass = granted.gate().enter();
    assertThat(rules.outstanding(VOLUME, LaneKind.CSV)).isEqualTo(1);
    pass.close();
    assertThat(rules.outstanding(VOLUME, LaneKind.CSV)).isZero();
  }

  private static final class NoFiles implements ShareBackend {
    @Override
    public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
      throw new ShareException(NtStatus.OBJECT_NAME_NOT_FOUND, "no files");
    }

    @Override
    public VolumeInformation volumeInformation() {
      return new VolumeInformation("none", 0, 0, 0, 4096);
    }

    @Override
    public void close() {}
  }
}
