package org.sealane.smb.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/** Whatever a client writes to the pipe, it is answered; seeds in {@code PipeFuzzTestInputs}. */
class PipeFuzzTest {
  @FuzzTest
  void pdu(byte[] bytes) {
    SrvsvcPipe pipe = new SrvsvcPipe(() -> List.of(new SharedName("v", SharedName.DISK, "")));
    pipe.take(PipePdus.bind());
    pipe.take(bytes);

    byte[] answer = pipe.read(Integer.MAX_VALUE);

    assertThat(answer.length).isBetween(RpcPdu.HEADER_LENGTH, RpcPdu.FRAGMENT_BYTES_MAX);
  }
}
