package org.sealane.cluster.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.sealane.cluster.json.MalformedJsonException;

/** Fuzz targets of what anybody may write to ZooKeeper's documents. */
class DocumentFuzzTest {
  @FuzzTest
  void payload(byte[] bytes) throws MalformedJsonException {
    Document decoded;
    try {
      decoded = DocumentCodec.decode(bytes);
    } catch (MalformedJsonException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThat(DocumentCodec.decode(DocumentCodec.encode(decoded))).isEqualTo(decoded);
  }

  @FuzzTest
  void slot(byte[] bytes) throws MalformedJsonException {
    DocumentSlot decoded;
    try {
      decoded = DocumentCodec.decodeSlot(bytes);
    } catch (MalformedJsonException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThat(DocumentCodec.decodeSlot(DocumentCodec.encodeSlot(decoded))).isEqualTo(decoded);
  }

  @FuzzTest
  void signed(byte[] bytes) throws MalformedJsonException {
    SignedDocument decoded;
    try {
      decoded = DocumentCodec.decodeSigned(bytes);
    } catch (MalformedJsonException e) {
      assertThat(e.getMessage()).isNotBlank();
      return;
    }
    assertThat(DocumentCodec.decodeSigned(DocumentCodec.encodeSigned(decoded))).isEqualTo(decoded);
  }
}
