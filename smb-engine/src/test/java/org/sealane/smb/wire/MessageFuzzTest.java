package org.sealane.smb.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Fuzz targets of the messages of no feature; the seeds in {@code MessageFuzzTestInputs} are always
 * replayed.
 */
class MessageFuzzTest {
  @FuzzTest
  void error(byte[] message) {
    CodecFuzz.check(ErrorResponseCodecTest.CODEC, message);
  }

  @FuzzTest
  void echoRequest(byte[] message) {
    CodecFuzz.check(FixedBodyCodecTest.ECHO_REQUEST, message);
  }

  @FuzzTest
  void echoResponse(byte[] message) {
    CodecFuzz.check(FixedBodyCodecTest.ECHO_RESPONSE, message);
  }

  @FuzzTest
  void cancel(byte[] message) {
    CodecFuzz.check(FixedBodyCodecTest.CANCEL_REQUEST, message);
  }
}
