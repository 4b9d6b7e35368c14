package org.sealane.smb.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.Bytes;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Buffers of server-side copy; golden bytes are laid out by hand from [MS-SMB2] 2.2.31.1. */
class CopyChunkTest {
  private static final String ONE =
      "0807060504030201 1817161514131211 0000000000000000 01000000 00000000"
          + "0010000000000000 0020000000000000 00020000 00000000";
  private static final FileId SOURCE = new FileId(0x0102030405060708L, 0x1112131415161718L);

  private static CopyChunkRequest request(CopyChunkRequest.Chunk... chunks) {
    return new CopyChunkRequest(SOURCE, chunks.length, List.of(chunks));
  }

  private static CopyChunkRequest decoded(String hex) throws MalformedMessageException {
    return CopyChunkRequestCodec.decode(GoldenMessage.reader(Bytes.ofHex(hex)));
  }

  @Test
  void shouldKeepARequest() throws MalformedMessageException {
    CopyChunkRequest one = request(new CopyChunkRequest.Chunk(4096, 8192, 512));
    MessageWriter out = new MessageWriter();
    CopyChunkRequestCodec.encode(one, out);

    assertThat(HexFormat.of().formatHex(Bytes.of(out.written())))
        .isEqualTo(ONE.replaceAll("\\s", ""));
    assertThat(decoded(ONE)).isEqualTo(one);
  }

  @Test
  void shouldRefuseEveryTruncationAndTellTooManyApart() throws MalformedMessageException {
    byte[] whole = Bytes.ofHex(ONE);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> CopyChunkRequestCodec.decode(GoldenMessage.reader(cut)))
          .isInstanceOf(MalformedMessageException.class);
    }
    CopyChunkRequest many = decoded(ONE.replace("01000000 00000000", "ffffffff 00000000"));
    assertThat(many.chunkCount()).isEqualTo(0xFFFF_FFFFL);
    assertThat(many.isWithinLimits()).isFalse();
  }

  @Test
  void shouldKnowTheLimits() {
    CopyChunkRequest.Chunk largest =
        new CopyChunkRequest.Chunk(0, 0, CopyChunkRequest.CHUNK_BYTES_MAX);

    assertThat(request().isWithinLimits()).isTrue();
    assertThat(request(new CopyChunkRequest.Chunk(0, 0, 0)).isWithinLimits()).isFalse();
    assertThat(
            request(new CopyChunkRequest.Chunk(0, 0, CopyChunkRequest.CHUNK_BYTES_MAX + 1L))
                .isWithinLimits())
        .isFalse();
    assertThat(new CopyChunkRequest(SOURCE, 16, Collections.nCopies(16, largest)).isWithinLimits())
        .isTrue();
    assertThat(new CopyChunkRequest(SOURCE, 17, Collections.nCopies(17, largest)).isWithinLimits())
        .isFalse();
  }

  @Test
  void shouldKeepAnswers() throws MalformedMessageException {
    MessageWriter copied = new MessageWriter();
    CopyChunkResponseCodec.encode(CopyChunkResponse.LIMITS, copied);
    assertThat(CopyChunkResponseCodec.decode(new MessageReader(copied.written())))
        .isEqualTo(CopyChunkResponse.LIMITS);
    assertThat(copied.length()).isEqualTo(CopyChunkResponse.LENGTH);

    MessageWriter key = new MessageWriter();
    ResumeKeyResponseCodec.encode(new ResumeKeyResponse(SOURCE), key);
    assertThat(key.length()).isEqualTo(ResumeKeyResponse.LENGTH);
    assertThat(ResumeKeyResponseCodec.decode(new MessageReader(key.written())).source())
        .isEqualTo(SOURCE);
  }
}
