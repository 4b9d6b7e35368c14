package org.sealane.smb.io.fscc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sealane.smb.io.fscc.Structures.compact;
import static org.sealane.smb.io.fscc.Structures.hex;
import static org.sealane.smb.io.fscc.Structures.reader;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.share.Changes;
import org.sealane.smb.share.FileEvent;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.share.WatchRequest;
import org.sealane.smb.wire.MalformedMessageException;
import org.sealane.smb.wire.MessageReader;
import org.sealane.smb.wire.MessageWriter;

/** Golden bytes are laid out by hand from [MS-FSCC] 2.7.1. */
class FileNotifyInformationTest {
  private static final String TWO =
      "14000000 01000000 06000000 6400 5c00 6600 0000" + "00000000 05000000 04000000 6700 6800";
  private static final List<FileEvent> EVENTS =
      List.of(
          new FileEvent(FileEvent.Action.ADDED, new SharePath(List.of("d", "f"))),
          new FileEvent(FileEvent.Action.RENAMED_NEW_NAME, new SharePath(List.of("gh"))));

  @Test
  void shouldChainEvents() throws MalformedMessageException {
    MessageWriter out = new MessageWriter();
    FileNotifyInformation.encode(EVENTS, out, 0);

    assertThat(hex(out)).isEqualTo(compact(TWO));
    assertThat(FileNotifyInformation.decode(reader(TWO), 0)).isEqualTo(EVENTS);
    assertThat(FileNotifyInformation.decode(reader(""), 0)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000000 06000000 02000000 6600",
        "00000000 00000000 02000000 6600",
        "00000000 01000000 04000000 6600",
        "00000000 01000000 02000000 5c00",
        "00000000 01000000 ffffffff 6600",
        "08000000 01000000 02000000 6600",
        "0e000000 01000000 02000000 6600",
        "14000000 01000000 02000000 6600",
        "00000000 01000000",
      })
  void shouldRefuseWhatIsNoChain(String hex) {
    assertThatThrownBy(() -> FileNotifyInformation.decode(reader(hex), 0))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void shouldKeepWhatNodesTellEachOther() throws MalformedMessageException {
    for (Changes changes : List.of(Changes.NONE, Changes.UNKNOWN, new Changes(EVENTS, false))) {
      MessageWriter out = new MessageWriter();
      ReadChanges.encodeOutput(changes, out);
      assertThat(ReadChanges.decodeOutput(new MessageReader(out.written()))).isEqualTo(changes);
    }
    for (boolean recursive : new boolean[] {true, false}) {
      WatchRequest request = new WatchRequest(0x17, recursive);
      MessageWriter out = new MessageWriter();
      ReadChanges.encodeInput(request, out);
      assertThat(ReadChanges.decodeInput(new MessageReader(out.written()))).isEqualTo(request);
    }
  }
}
