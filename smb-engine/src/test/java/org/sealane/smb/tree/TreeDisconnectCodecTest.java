package org.sealane.smb.tree;

import org.junit.jupiter.api.Nested;
import org.sealane.smb.wire.FixedBodyContract;
import org.sealane.smb.wire.TestedCodec;

class TreeDisconnectCodecTest {
  static final TestedCodec<TreeDisconnectRequest> TREE_DISCONNECT_REQUEST =
      new TestedCodec<>(TreeDisconnectRequestCodec::decode, TreeDisconnectRequestCodec::encode);
  static final TestedCodec<TreeDisconnectResponse> TREE_DISCONNECT_RESPONSE =
      new TestedCodec<>(TreeDisconnectResponseCodec::decode, TreeDisconnectResponseCodec::encode);

  @Nested
  class OfTreeDisconnectRequest implements FixedBodyContract<TreeDisconnectRequest> {
    @Override
    public TestedCodec<TreeDisconnectRequest> codec() {
      return TREE_DISCONNECT_REQUEST;
    }

    @Override
    public String goldenFile() {
      return "TreeDisconnectRequest.hex";
    }
  }

  @Nested
  class OfTreeDisconnectResponse implements FixedBodyContract<TreeDisconnectResponse> {
    @Override
    public TestedCodec<TreeDisconnectResponse> codec() {
      return TREE_DISCONNECT_RESPONSE;
    }

    @Override
    public String goldenFile() {
      return "TreeDisconnectResponse.hex";
    }
  }
}
