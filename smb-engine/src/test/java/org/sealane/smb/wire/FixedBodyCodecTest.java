package org.sealane.smb.wire;

import org.junit.jupiter.api.Nested;

class FixedBodyCodecTest {
  static final TestedCodec<EchoRequest> ECHO_REQUEST =
      new TestedCodec<>(EchoRequestCodec::decode, EchoRequestCodec::encode);
  static final TestedCodec<EchoResponse> ECHO_RESPONSE =
      new TestedCodec<>(EchoResponseCodec::decode, EchoResponseCodec::encode);
  static final TestedCodec<CancelRequest> CANCEL_REQUEST =
      new TestedCodec<>(CancelRequestCodec::decode, CancelRequestCodec::encode);

  @Nested
  class OfEchoRequest implements FixedBodyContract<EchoRequest> {
    @Override
    public TestedCodec<EchoRequest> codec() {
      return ECHO_REQUEST;
    }

    @Override
    public String goldenFile() {
      return "EchoRequest.hex";
    }
  }

  @Nested
  class OfEchoResponse implements FixedBodyContract<EchoResponse> {
    @Override
    public TestedCodec<EchoResponse> codec() {
      return ECHO_RESPONSE;
    }

    @Override
    public String goldenFile() {
      return "EchoResponse.hex";
    }
  }

  @Nested
  class OfCancelRequest implements FixedBodyContract<CancelRequest> {
    @Override
    public TestedCodec<CancelRequest> codec() {
      return CANCEL_REQUEST;
    }

    @Override
    public String goldenFile() {
      return "CancelRequest.hex";
    }
  }
}
