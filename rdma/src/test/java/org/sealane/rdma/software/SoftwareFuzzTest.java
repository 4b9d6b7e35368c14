package org.sealane.rdma.software;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Fuzz target of what a peer sends on the socket of a connection. */
class SoftwareFuzzTest {
  @FuzzTest
  void setUpMessage(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      Optional<SetUpMessage> message = SetUpMessageCodec.decode(in);
      while (message.isPresent()) {
        ByteBuffer again = SetUpMessageCodec.encode(message.get());
        if (!SetUpMessageCodec.decode(again).equals(message)) {
          throw new AssertionError("read another message than was written");
        }
        message = SetUpMessageCodec.decode(in);
      }
    } catch (SetUpMessageCodec.MalformedSetUpException e) {
      if (e.getMessage() == null) {
        throw new AssertionError("refused without a reason", e);
      }
    }
  }
}
