package org.sealane.smb.client;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Fuzz target of the client's state machine: bytes are scripts of {@link HostileServer}. The seeds
 * in {@code ClientFuzzTestInputs} are always replayed.
 */
class ClientFuzzTest {
  @FuzzTest
  void script(byte[] script) {
    HostileServer.play(script);
  }

  @FuzzTest
  void placing(byte[] script) {
    HostileServer.playPlacing(script);
  }
}
