package org.sealane.smb.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.CodecContract;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageWriter;
import org.sealane.smb.wire.TestedCodec;

class TreeConnectRequestCodecTest implements CodecContract<TreeConnectRequest> {
  /** Without the flag that is read but never built. */
  static final TestedCodec<TreeConnectRequest> CODEC =
      new TestedCodec<>(
          TreeConnectRequestCodec::decode, TreeConnectRequestCodecTest::encodeWithoutExtension);

  private static final int FLAGS_OFFSET = 66;
  private static final int PATH_OFFSET_OFFSET = 68;
  private static final int PATH_LENGTH_OFFSET = 70;

  private static void encodeWithoutExtension(TreeConnectRequest message, MessageWriter out) {
    int flags = message.flags() & ~TreeConnectRequest.FLAG_EXTENSION_PRESENT;
    TreeConnectRequestCodec.encode(new TreeConnectRequest(flags, message.path()), out);
  }

  @Override
  public TestedCodec<TreeConnectRequest> codec() {
    return CODEC;
  }

  @Override
  public String goldenFile() {
    return "TreeConnectRequest.hex";
  }

  @Override
  public int shortestAcceptedBytes() {
    return golden().length;
  }

  @Test
  void shouldReadEveryFieldWhenMessageIsGolden() throws Exception {
    assertThat(CODEC.decode(golden()))
        .isEqualTo(
            new TreeConnectRequest(TreeConnectRequest.FLAG_CLUSTER_RECONNECT, "\\\\node-b\\SBL$"));
  }

  @Test
  void shouldReadThePathBehindTheExtensionWhenThereIsOne() throws Exception {
    byte[] golden = golden();
    int extensionBytes = 16;
    byte[] message = new byte[golden.length + extensionBytes];
    System.arraycopy(golden, 0, message, 0, 72);
    System.arraycopy(golden, 72, message, 72 + extensionBytes, golden.length - 72);
    message[FLAGS_OFFSET] = TreeConnectRequest.FLAG_EXTENSION_PRESENT;
    message[PATH_OFFSET_OFFSET] = (byte) (72 + extensionBytes);

    assertThat(CODEC.decode(message))
        .isEqualTo(
            new TreeConnectRequest(TreeConnectRequest.FLAG_EXTENSION_PRESENT, "\\\\node-b\\SBL$"));
  }

  @Test
  void shouldRefuseToBuildWhenContextsArePromised() {
    TreeConnectRequest request =
        new TreeConnectRequest(TreeConnectRequest.FLAG_EXTENSION_PRESENT, "\\\\a\\b");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TreeConnectRequestCodec.encode(request, new MessageWriter()));
  }

  @Test
  void shouldRefuseWhenPathOverlapsFixedFieldsOrTheEndOrIsNoText() {
    byte[] overlapping = golden();
    overlapping[PATH_OFFSET_OFFSET] = 70;
    assertRefused(overlapping);

    byte[] beyond = golden();
    beyond[PATH_LENGTH_OFFSET] += 2;
    assertRefused(beyond);

    byte[] odd = golden();
    odd[PATH_LENGTH_OFFSET] -= 1;
    assertRefused(odd);

    byte[] unpairedSurrogate = golden();
    unpairedSurrogate[73] = (byte) 0xD8;
    assertRefused(unpairedSurrogate);
  }

  private static void assertRefused(byte[] message) {
    assertThatExceptionOfType(MalformedMessageException.class)
        .isThrownBy(() -> CODEC.decode(message))
        .satisfies(e -> assertThat(e.field()).isEqualTo("PathName"));
  }
}
