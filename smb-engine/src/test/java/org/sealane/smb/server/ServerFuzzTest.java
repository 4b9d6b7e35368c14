package org.sealane.smb.server;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Fuzz target of the server's state machine: bytes are scripts of {@link HostileScript}. The seeds
 * in {@code ServerFuzzTestInputs} are always replayed.
 */
class ServerFuzzTest {
  @FuzzTest
  void script(byte[] script) {
    HostileScript.play(script);
  }

  @FuzzTest
  void placing(byte[] script) {
    HostileScript.playPlacing(script);
  }
}
