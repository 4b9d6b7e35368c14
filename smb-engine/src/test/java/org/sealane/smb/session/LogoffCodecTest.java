package org.sealane.smb.session;

import org.junit.jupiter.api.Nested;
import org.sealane.smb.wire.FixedBodyContract;
import org.sealane.smb.wire.TestedCodec;

class LogoffCodecTest {
  static final TestedCodec<LogoffRequest> LOGOFF_REQUEST =
      new TestedCodec<>(LogoffRequestCodec::decode, LogoffRequestCodec::encode);
  static final TestedCodec<LogoffResponse> LOGOFF_RESPONSE =
      new TestedCodec<>(LogoffResponseCodec::decode, LogoffResponseCodec::encode);

  @Nested
  class OfLogoffRequest implements FixedBodyContract<LogoffRequest> {
    @Override
    public TestedCodec<LogoffRequest> codec() {
      return LOGOFF_REQUEST;
    }

    @Override
    public String goldenFile() {
      return "LogoffRequest.hex";
    }
  }

  @Nested
  class OfLogoffResponse implements FixedBodyContract<LogoffResponse> {
    @Override
    public TestedCodec<LogoffResponse> codec() {
      return LOGOFF_RESPONSE;
    }

    @Override
    public String goldenFile() {
      return "LogoffResponse.hex";
    }
  }
}
