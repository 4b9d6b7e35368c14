package org.sealane.deploy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LaneRelayTest {
  private static final byte[] CANARY = new byte[32];

  static {
    new Random(5).nextBytes(CANARY);
  }

  private static byte[] frame(int firstByte, byte[]... content) {
    int length = 1 + Arrays.stream(content).mapToInt(part -> part.length).sum();
    ByteBuffer frame = ByteBuffer.allocate(4 + length).putInt(length).put((byte) firstByte);
    for (byte[] part : content) {
      frame.put(part);
    }
    return frame.array();
  }

  @Test
  void shouldPassBytesUnchangedAndSeeTheCanaryAndTheFrames() throws IOException {
    byte[] plain = frame(0xFE, new byte[100_000], CANARY, new byte[7], CANARY);
    byte[] sealed = frame(0xFD, new byte[3]);
    try (ServerSocket server = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        LaneRelay relay =
            LaneRelay.open(new InetSocketAddress("127.0.0.1", server.getLocalPort()), CANARY);
        Socket client = new Socket("127.0.0.1", relay.address().getPort());
        Socket peer = server.accept()) {
      client.getOutputStream().write(plain);
      assertThat(peer.getInputStream().readNBytes(plain.length)).isEqualTo(plain);
      peer.getOutputStream().write(sealed);
      assertThat(client.getInputStream().readNBytes(sealed.length)).isEqualTo(sealed);

      assertThat(relay.observed())
          .isEqualTo(new WireObservation(plain.length + sealed.length, 1, 1, 2));
      client.shutdownOutput();
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void shouldEndConnectionsWhenClosed() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      LaneRelay relay =
          LaneRelay.open(new InetSocketAddress("127.0.0.1", server.getLocalPort()), CANARY);
      InetSocketAddress address = relay.address();
      try (Socket client = new Socket("127.0.0.1", address.getPort());
          Socket peer = server.accept()) {
        client.getOutputStream().write(1);
        assertThat(peer.getInputStream().read()).isEqualTo(1);

        relay.close();

        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
      Awaitility.await()
          .untilAsserted(() ->
              assertThatThrownBy(() -> new Socket("127.0.0.1", address.getPort()).close())
                  .isInstanceOf(IOException.class));
    }
  }

  @Test
  void shouldRefuseACanaryThatChanceCouldMake() {
    assertThatThrownBy(() -> LaneRelay.open(new InetSocketAddress("127.0.0.1", 1), new byte[8]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Few symbols make partial matches and overlaps common. */
  @Property
  void shouldFindEveryOccurrenceHoweverTheStreamIsCut(
      @ForAll @Size(max = 300) byte @ByteRange(min = 0, max = 1) [] stream,
      @ForAll @Size(min = 1, max = 5) byte @ByteRange(min = 0, max = 1) [] pattern,
      @ForAll @IntRange(min = 1, max = 40) int pieceBytes) {
    CanaryScanner scanner = new CanaryScanner(pattern);
    for (int at = 0; at < stream.length; at += pieceBytes) {
      scanner.accept(ByteBuffer.wrap(stream, at, Math.min(pieceBytes, stream.length - at)));
    }
    long expected = 0;
    for (int at = 0; at + pattern.length <= stream.length; at++) {
      if (Arrays.equals(stream, at, at + pattern.length, pattern, 0, pattern.length)) {
        expected++;
      }
    }
    assertThat(scanner.found()).isEqualTo(expected);
  }
}
