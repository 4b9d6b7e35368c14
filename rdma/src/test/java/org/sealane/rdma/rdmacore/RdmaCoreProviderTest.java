package org.sealane.rdma.rdmacore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealane.rdma.verbs.VerbsException;

/** What a host without a device sees, with the libraries or without them. */
class RdmaCoreProviderTest {
  private final RdmaCoreProvider provider = new RdmaCoreProvider();

  @Test
  void shouldSayInOneLineEachWhatItFound() {
    assertThat(provider.probe())
        .isNotEmpty()
        .allSatisfy(found -> {
          assertThat(found.provider()).isEqualTo("rdma-core");
          assertThat(found.line()).startsWith("rdma provider=rdma-core ").doesNotContain("\n");
        });
  }

  @Test
  void shouldFailToOpenADeviceThatIsNotThere() {
    assertThatThrownBy(() -> provider.open(Optional.of("no-such-device")))
        .isInstanceOfSatisfying(
            VerbsException.class,
            e -> assertThat(e.kind()).isEqualTo(VerbsException.Kind.UNSUPPORTED));
  }

  @Test
  void shouldHaveNoDeviceOfTheLoopbackInterface() {
    assertThat(provider.deviceOf(java.net.InetAddress.getLoopbackAddress())).isEmpty();
  }
}
