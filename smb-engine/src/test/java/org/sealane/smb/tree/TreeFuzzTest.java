package org.sealane.smb.tree;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.sealane.smb.wire.CodecFuzz;

/**
 * Fuzz targets of TREE_CONNECT and TREE_DISCONNECT; the seeds in {@code TreeFuzzTestInputs} are
 * always replayed.
 */
class TreeFuzzTest {
  @FuzzTest
  void connectRequest(byte[] message) {
    CodecFuzz.check(TreeConnectRequestCodecTest.CODEC, message);
  }

  @FuzzTest
  void connectResponse(byte[] message) {
    CodecFuzz.check(TreeConnectResponseCodecTest.CODEC, message);
  }

  @FuzzTest
  void disconnectRequest(byte[] message) {
    CodecFuzz.check(TreeDisconnectCodecTest.TREE_DISCONNECT_REQUEST, message);
  }

  @FuzzTest
  void disconnectResponse(byte[] message) {
    CodecFuzz.check(TreeDisconnectCodecTest.TREE_DISCONNECT_RESPONSE, message);
  }
}
