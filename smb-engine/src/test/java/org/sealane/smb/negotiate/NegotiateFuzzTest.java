package org.sealane.smb.negotiate;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.sealane.smb.wire.CodecFuzz;

/** Fuzz targets of NEGOTIATE; the seeds in {@code NegotiateFuzzTestInputs} are always replayed. */
class NegotiateFuzzTest {
  @FuzzTest
  void request(byte[] message) {
    CodecFuzz.check(NegotiateRequestCodecTest.CODEC, message);
  }

  @FuzzTest
  void response(byte[] message) {
    CodecFuzz.check(NegotiateResponseCodecTest.CODEC, message);
  }
}
