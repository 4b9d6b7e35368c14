package org.sealane.smb.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealane.smb.io.CreateMessagesTest.FILE;
import static org.sealane.smb.io.CreateMessagesTest.FILE_ID;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sealane.smb.io.fscc.DirectoryEntryCodec;
import org.sealane.smb.io.fscc.DirectoryInformationClass;
import org.sealane.smb.io.fscc.FileChangeCodec;
import org.sealane.smb.io.fscc.FileInformationClass;
import org.sealane.smb.io.fscc.FileStandardInformation;
import org.sealane.smb.io.fscc.FsctlBuffers;
import org.sealane.smb.io.fscc.FsctlCode;
import org.sealane.smb.share.FileChange;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen.Extent;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;

/** CLOSE, FLUSH, IOCTL, QUERY_DIRECTORY, QUERY_INFO and SET_INFO, with what they carry. */
class ControlMessagesTest {
  @Test
  void shouldGiveEveryFieldWhenCloseIsDecoded() throws MalformedMessageException {
    CloseRequest request = CloseRequestCodec.decode(GoldenMessage.reader("close-request"));

    assertThat(request.fileId()).isEqualTo(FILE_ID);
    assertThat(request.wantsAttributes()).isTrue();
    assertThat(CloseResponseCodec.decode(GoldenMessage.reader("close-response")).file())
        .contains(FILE);
    assertThat(CloseResponseCodec.decode(GoldenMessage.reader("close-response-plain")))
        .isEqualTo(new CloseResponse(Optional.empty()));
  }

  @Test
  void shouldGiveFileWhenFlushIsDecoded() throws MalformedMessageException {
    assertThat(FlushRequestCodec.decode(GoldenMessage.reader("flush-request")))
        .isEqualTo(new FlushRequest(FILE_ID));
  }

  @Test
  void shouldGiveRangeWhenZeroIsDecoded() throws MalformedMessageException {
    IoctlRequest request = IoctlRequestCodec.decode(GoldenMessage.reader("ioctl-request"));

    assertThat(request.ctlCode()).isEqualTo(FsctlCode.SET_ZERO_DATA);
    assertThat(request.fileId()).isEqualTo(FILE_ID);
    assertThat(request.flags()).isEqualTo(IoctlRequest.FLAG_IS_FSCTL);
    assertThat(FsctlBuffers.decodeSetZeroData(new MessageReader(request.input())))
        .isEqualTo(new Extent(4096, 8192));
  }

  @Test
  void shouldGiveRangesWhenAllocatedRangesAreDecoded() throws MalformedMessageException {
    IoctlResponse response = IoctlResponseCodec.decode(GoldenMessage.reader("ioctl-response"));

    assertThat(response.ctlCode()).isEqualTo(FsctlCode.QUERY_ALLOCATED_RANGES);
    assertThat(FsctlBuffers.decodeAllocatedRanges(new MessageReader(response.output())))
        .containsExactly(new Extent(4096, 8192));
  }

  @Test
  void shouldRefuseIoctlWhenOutputPassesMessageEnd() {
    byte[] message = GoldenMessage.bytes("ioctl-request");
    message[104] = 17;

    assertThatThrownBy(() -> IoctlRequestCodec.decode(GoldenMessage.reader(message)))
        .hasMessageContaining("OutputOffset");
  }

  @Test
  void shouldRefuseIoctlWhenInputOffsetWouldOverflow() {
    byte[] message = GoldenMessage.bytes("ioctl-request");
    java.util.Arrays.fill(message, 88, 96, (byte) 0xFF);

    assertThatThrownBy(() -> IoctlRequestCodec.decode(GoldenMessage.reader(message)))
        .hasMessageContaining("InputOffset");
  }

  @Test
  void shouldGiveEveryFieldWhenQueryDirectoryIsDecoded() throws MalformedMessageException {
    QueryDirectoryRequest request =
        QueryDirectoryRequestCodec.decode(GoldenMessage.reader("query-directory-request"));

    assertThat(request)
        .isEqualTo(
            new QueryDirectoryRequest(
                DirectoryInformationClass.ID_BOTH_DIRECTORY.code(),
                QueryDirectoryRequest.FLAG_RESTART_SCANS,
                0,
                FILE_ID,
                "*",
                65_536));
    assertThat(request.has(QueryDirectoryRequest.FLAG_RETURN_SINGLE_ENTRY)).isFalse();
  }

  @Test
  void shouldGiveNamesWhenDirectoryEntriesAreDecoded() throws MalformedMessageException {
    QueryDirectoryResponse response =
        QueryDirectoryResponseCodec.decode(GoldenMessage.reader("query-directory-response"));

    assertThat(
            DirectoryEntryCodec.decode(
                DirectoryInformationClass.NAMES, new MessageReader(response.entries())))
        .extracting(FileInformation::name)
        .isEqualTo(List.of("a", "b"));
  }

  @Test
  void shouldGiveEveryFieldWhenQueryInfoIsDecoded() throws MalformedMessageException {
    QueryInfoRequest request =
        QueryInfoRequestCodec.decode(GoldenMessage.reader("query-info-request"));

    assertThat(request.infoType()).isEqualTo(InfoType.FILE);
    assertThat(request.informationClass()).isEqualTo(FileInformationClass.STANDARD.code());
    assertThat(request.outputBufferLength()).isEqualTo(FileStandardInformation.LENGTH);
    assertThat(request.fileId()).isEqualTo(FILE_ID);
    assertThat(request.input().byteSize()).isZero();
  }

  @Test
  void shouldGiveSizesWhenStandardInformationIsDecoded() throws MalformedMessageException {
    QueryInfoResponse response =
        QueryInfoResponseCodec.decode(GoldenMessage.reader("query-info-response"));

    assertThat(FileStandardInformation.decode(new MessageReader(response.information()), 0))
        .isEqualTo(new FileStandardInformation(4096, 1234, 1, false, false));
  }

  @Test
  void shouldGiveChangeWhenSetInfoIsDecoded() throws MalformedMessageException, ShareException {
    SetInfoRequest request = SetInfoRequestCodec.decode(GoldenMessage.reader("set-info-request"));

    assertThat(request.infoType()).isEqualTo(InfoType.FILE);
    assertThat(request.fileId()).isEqualTo(FILE_ID);
    FileInformationClass changed =
        FileInformationClass.ofCode(request.informationClass()).orElseThrow();
    assertThat(FileChangeCodec.decode(changed, new MessageReader(request.information())))
        .isEqualTo(new FileChange.EndOfFile(1234));
  }

  @Test
  void shouldRefuseWhenInfoTypeIsUnknown() {
    for (int code : new int[] {0, 5, 255}) {
      byte[] message = GoldenMessage.bytes("set-info-request");
      message[66] = (byte) code;

      assertThatThrownBy(() -> SetInfoRequestCodec.decode(GoldenMessage.reader(message)))
          .as("InfoType %d", code)
          .hasMessageContaining("InfoType");
    }
  }

  @Test
  void shouldRefuseResponseWhenBufferOverlapsHeader() {
    byte[] message = GoldenMessage.bytes("query-info-response");
    message[66] = 0;

    assertThatThrownBy(() -> QueryInfoResponseCodec.decode(GoldenMessage.reader(message)))
        .hasMessageContaining("OutputBufferOffset");
  }

  @Test
  void shouldNotLookAtOffsetWhenThereIsNoBuffer() throws MalformedMessageException {
    byte[] message = GoldenMessage.bytes("query-info-response");
    message[66] = 0;
    message[68] = 0;

    MemorySegment nothing =
        QueryInfoResponseCodec.decode(GoldenMessage.reader(message)).information();
    assertThat(nothing.byteSize()).isZero();
  }
}
