package org.sealane.csv.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.NtStatus;

class VolumesTest {
  private static final UUID VOLUME = new UUID(1, 2);

  private final Map<UUID, String> owners = new HashMap<>();
  private final Volumes volumes =
      new Volumes(
          "node1",
          new VolumeDirectory() {
            @Override
            public Optional<UUID> findVolume(String name) {
              return name.equals("v1") ? Optional.of(VOLUME) : Optional.empty();
            }

            @Override
            public Optional<String> owner(UUID volume) {
              return Optional.ofNullable(owners.get(volume));
            }
          },
          (node, volume) -> new Labelled(node));

  private String servedBy() throws ShareException {
    return volumes.share("v1").volumeInformation().label();
  }

  private static void assertStatus(
      NtStatus status, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ShareException.class, e -> assertThat(e.status()).isEqualTo(status));
  }

  @Test
  void shouldServeLocallyWhenThisNodeOwnsTheVolume() throws ShareException {
    owners.put(VOLUME, "node1");
    volumes.own(VOLUME, new Labelled("local"));

    assertThat(servedBy()).isEqualTo("local");
    assertThat(volumes.local(VOLUME)).isPresent();
  }

  @Test
  void shouldGoToTheOwnerAndFollowItWhenItChanges() throws ShareException {
    owners.put(VOLUME, "node2");
    ShareBackend share = volumes.share("v1");
    assertThat(share.volumeInformation().label()).isEqualTo("node2");

    owners.put(VOLUME, "node3");

    assertThat(share.volumeInformation().label()).isEqualTo("node3");
    assertThat(volumes.local(VOLUME)).isEmpty();
  }

  @Test
  void shouldSayWhyAVolumeCanNotBeReached() {
    assertStatus(NtStatus.BAD_NETWORK_NAME, () -> volumes.share("v2"));
    assertStatus(NtStatus.FILE_NOT_AVAILABLE, this::servedBy);
    owners.put(VOLUME, "node1");
    assertStatus(NtStatus.FILE_NOT_AVAILABLE, this::servedBy);
  }

  @Test
  void shouldCloseTheBackendOnceWhenTheVolumeIsDisowned() {
    Labelled backend = new Labelled("local");
    volumes.own(VOLUME, backend);

    volumes.disown(VOLUME);
    volumes.disown(VOLUME);
    volumes.close();

    assertThat(backend.closed).isEqualTo(1);
    assertThat(volumes.local(VOLUME)).isEmpty();
  }

  private static final class Labelled implements ShareBackend {
    private final String label;
    private int closed;

    Labelled(String label) {
      this.label = label;
    }

    @Override
    public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
      throw new ShareException(NtStatus.OBJECT_NAME_NOT_FOUND, "no files");
    }

    @Override
    public VolumeInformation volumeInformation() {
      return new VolumeInformation(label, 0, 0, 0, 4096);
    }

    @Override
    public void close() {
      closed++;
    }
  }
}
