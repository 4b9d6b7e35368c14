package org.sealane.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.deploy.units.HostPort;
import org.sealane.smb.io.NetworkInterfaceInfo;

class HostInterfacesTest {
  @TempDir Path directory;

  @Test
  void shouldTellTheInterfaceThatHasTheListenersAddress() {
    assertThat(new HostInterfaces(new HostPort("127.0.0.1", 1), _ -> true).get())
        .singleElement()
        .satisfies(told -> {
          assertThat(told.address()).containsExactly(127, 0, 0, 1);
          assertThat(told.isRdmaCapable()).isTrue();
          assertThat(told.linkBitsPerSecond()).isEqualTo(HostInterfaces.UNKNOWN_BITS_PER_SECOND);
        });
    assertThat(new HostInterfaces(new HostPort("127.0.0.1", 1), _ -> false).get())
        .singleElement()
        .matches(told -> !told.isRdmaCapable());
  }

  @Test
  void shouldNotTellLoopbackWhereItListensEverywhere() throws Exception {
    assertThat(new HostInterfaces(new HostPort("0.0.0.0", 1), _ -> false).get())
        .extracting(NetworkInterfaceInfo::address)
        .doesNotContain(InetAddress.getByName("127.0.0.1").getAddress());
  }

  @Test
  void shouldReadTheSpeedThatLinuxTells() throws Exception {
    Path file = directory.resolve("speed");
    assertThat(HostInterfaces.speed(file)).isEqualTo(HostInterfaces.UNKNOWN_BITS_PER_SECOND);
    Files.writeString(file, "25000\n");
    assertThat(HostInterfaces.speed(file)).isEqualTo(25_000_000_000L);
    Files.writeString(file, "-1\n");
    assertThat(HostInterfaces.speed(file)).isEqualTo(HostInterfaces.UNKNOWN_BITS_PER_SECOND);
  }
}
