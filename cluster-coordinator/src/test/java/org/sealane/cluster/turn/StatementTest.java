package org.sealane.cluster.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sealane.cluster.document.DocumentDigest;
import org.sealane.cluster.document.TurnStep;
import org.sealane.cluster.json.MalformedJsonException;
import org.sealane.cluster.member.TestKeys;

class StatementTest {
  private static final UUID CLUSTER = UUID.randomUUID();
  private final TestKeys keys = TestKeys.generate();
  private final PublicKey key = keys.pair().getPublic();
  private final MemberId member = new MemberId("node1", 0xfedcba9876543210L, UUID.randomUUID());
  private final LedgerEntry entry =
      new LedgerEntry(
          UUID.randomUUID(),
          7,
          DocumentDigest.of(new byte[] {1}),
          TurnStep.SEND,
          member,
          List.of(new MemberId("node2", -7, UUID.randomUUID())),
          Instant.ofEpochSecond(5));

  @Test
  void shouldGiveTheSameStatementWhenDecodingWhatWasEncoded() throws Exception {
    assertThat(
            Statement.decodeEntry(
                Statement.encode(CLUSTER, entry, keys::sign), CLUSTER, "node1", key))
        .isEqualTo(entry);
    FenceEntry fence =
        new FenceEntry(entry.volume(), 7, member, entry.peers(), Instant.ofEpochSecond(5));
    assertThat(
            Statement.decodeFence(
                Statement.encode(CLUSTER, fence, keys::sign), CLUSTER, "node1", key))
        .isEqualTo(fence);
    LeaseRecord lease = new LeaseRecord(member, true);
    assertThat(
            Statement.decodeLease(
                Statement.encode(CLUSTER, lease, keys::sign), CLUSTER, "node1", key))
        .isEqualTo(lease);
  }

  @Test
  void shouldRefuseWhenItIsAnothersOrOfAnotherKind() {
    byte[] sealed = Statement.encode(CLUSTER, entry, keys::sign);
    PublicKey other = TestKeys.generate().pair().getPublic();
    assertThatThrownBy(() -> Statement.decodeEntry(sealed, CLUSTER, "node1", other))
        .isInstanceOf(MalformedJsonException.class);
    assertThatThrownBy(() -> Statement.decodeEntry(sealed, CLUSTER, "node2", key))
        .isInstanceOf(MalformedJsonException.class);
    assertThatThrownBy(() -> Statement.decodeEntry(sealed, UUID.randomUUID(), "node1", key))
        .isInstanceOf(MalformedJsonException.class);
    assertThatThrownBy(() -> Statement.decodeFence(sealed, CLUSTER, "node1", key))
        .isInstanceOf(MalformedJsonException.class);
    assertThatThrownBy(() -> Statement.decodeLease(sealed, CLUSTER, "node1", key))
        .isInstanceOf(MalformedJsonException.class);
  }

  @Test
  void shouldReadBackTheMostMembersThatOneEntryNames() throws Exception {
    List<MemberId> most = new ArrayList<>();
    for (int i = 0; i < Statement.MEMBERS_MAX; i++) {
      most.add(new MemberId("n%063d".formatted(i).substring(0, 63), -1 - i, new UUID(-1, i)));
    }
    FenceEntry fence = new FenceEntry(UUID.randomUUID(), 7, member, most, Instant.EPOCH);
    byte[] sealed = Statement.encode(CLUSTER, fence, keys::sign);
    assertThat(Statement.decodeFence(sealed, CLUSTER, "node1", key)).isEqualTo(fence);
  }

  @Test
  void shouldNameEachDepartureOfOneProcess() throws Exception {
    UUID incarnation = UUID.randomUUID();
    List<MemberId> twice =
        List.of(new MemberId("node2", 1, incarnation), new MemberId("node2", 2, incarnation));
    FenceEntry fence = new FenceEntry(UUID.randomUUID(), 7, member, twice, Instant.EPOCH);
    byte[] sealed = Statement.encode(CLUSTER, fence, keys::sign);
    assertThat(Statement.decodeFence(sealed, CLUSTER, "node1", key).fenced()).isEqualTo(twice);
  }

  @Test
  void shouldRefuseWhenAnyByteWasChanged() {
    byte[] sealed = Statement.encode(CLUSTER, entry, keys::sign);
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> Statement.decodeEntry(changed, CLUSTER, "node1", key))
          .isInstanceOf(MalformedJsonException.class);
    }
  }
}
