package org.sealane.smb.session;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.sealane.smb.wire.CodecFuzz;

/**
 * Fuzz targets of SESSION_SETUP and LOGOFF; the seeds in {@code SessionFuzzTestInputs} are always
 * replayed.
 */
class SessionFuzzTest {
  @FuzzTest
  void setupRequest(byte[] message) {
    CodecFuzz.check(SessionSetupRequestCodecTest.CODEC, message);
  }

  @FuzzTest
  void setupResponse(byte[] message) {
    CodecFuzz.check(SessionSetupResponseCodecTest.CODEC, message);
  }

  @FuzzTest
  void logoffRequest(byte[] message) {
    CodecFuzz.check(LogoffCodecTest.LOGOFF_REQUEST, message);
  }

  @FuzzTest
  void logoffResponse(byte[] message) {
    CodecFuzz.check(LogoffCodecTest.LOGOFF_RESPONSE, message);
  }
}
