package org.sealane.smb.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateDisposition;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend.Caller;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.NtStatus;

/** The list of shares over the pipe, [MS-SRVS] 3.1.4.8. */
class SrvsvcPipeTest {
  private static final List<SharedName> TWO =
      List.of(
          new SharedName("v1", SharedName.DISK, ""), new SharedName("IPC$", SharedName.IPC, "x"));

  private final SrvsvcPipe pipe = new SrvsvcPipe(() -> TWO);

  private byte[] ask(byte[] pdu) {
    pipe.take(pdu);
    return pipe.read(Integer.MAX_VALUE);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static String compact(String hex) {
    return hex.replaceAll("\\s", "");
  }

  @Test
  void shouldAcceptTheInterface() {
    assertThat(hex(ask(PipePdus.bind())))
        .isEqualTo(
            compact(
                "05000c03 10000000 4400 0000 01000000 b810 b810 01000000"
                    + "0d00 5c504950455c73727673766300 00"
                    + "01000000 0000 0000 045d888a eb1c c911 9fe8 08002b104860 02000000"));
  }

  @Test
  void shouldRefuseAnotherInterface() {
    byte[] refused = ask(PipePdus.bind("c84f324b 7016 d301 1278 5a47bf6ee189 03000000", "b810"));

    assertThat(hex(refused)).contains(compact("01000000 0200 0100"));
    assertThat(hex(ask(PipePdus.enumerate(1)))).endsWith(compact("0300011c 00000000"));
  }

  @Test
  void shouldListSharesWithTypesAndRemarks() {
    ask(PipePdus.bind());

    assertThat(hex(ask(PipePdus.enumerate(1))))
        .isEqualTo(
            compact(
                "05000203 10000000 a400 0000 02000000 8c000000 0000 0000"
                    + "01000000 01000000 00000200 02000000 00000200 02000000"
                    + "00000200 00000000 00000200 00000200 03000080 00000200"
                    + "03000000 00000000 03000000 7600 3100 0000 0000"
                    + "01000000 00000000 01000000 0000 0000"
                    + "05000000 00000000 05000000 4900 5000 4300 2400 0000 0000"
                    + "02000000 00000000 02000000 7800 0000"
                    + "02000000 00000200 00000000 00000000"));
  }

  @Test
  void shouldListNamesOnlyAndRefuseOtherLevels() {
    ask(PipePdus.bind());

    assertThat(hex(ask(PipePdus.enumerate(0))))
        .contains(compact("02000000 00000200 00000200 03000000 00000000 03000000 7600"));
    assertThat(hex(ask(PipePdus.enumerate(2))))
        .endsWith(compact("00000000 00000000 00000000 00000200 00000000 7c000000"));
  }

  @Test
  void shouldRefuseOtherOperationsAndWhatIsNoPdu() {
    ask(PipePdus.bind());

    assertThat(hex(ask(PipePdus.request("1000", "")))).endsWith(compact("0200011c 00000000"));
    assertThat(hex(ask(new byte[3]))).endsWith(compact("0b00011c 00000000"));
    byte[] fragment = PipePdus.enumerate(1);
    fragment[3] = 1;
    assertThat(hex(ask(fragment))).endsWith(compact("0b00011c 00000000"));
    byte[] secured = PipePdus.enumerate(1);
    secured[10] = 1;
    assertThat(hex(ask(secured))).endsWith(compact("0b00011c 00000000"));
  }

  @Test
  void shouldSendALongListInFragments() throws Exception {
    SrvsvcPipe many =
        new SrvsvcPipe(() -> Collections.nCopies(100, new SharedName("volume", 0, "")));
    many.take(PipePdus.bind("c84f324b 7016 d301 1278 5a47bf6ee188 03000000", "9805"));
    many.read(Integer.MAX_VALUE);
    many.take(PipePdus.enumerate(1));

    ByteArrayOutputStream stub = new ByteArrayOutputStream();
    byte[] first = many.read(1432);
    assertThat(first).hasSize(1432);
    assertThat(first[3]).isEqualTo((byte) RpcPdu.FIRST_FRAGMENT);
    stub.write(first, 24, first.length - 24);
    byte[] next = many.read(10);
    byte[] rest = many.read(Integer.MAX_VALUE);
    stub.write(rest, 14, rest.length - 14);
    assertThat(next).hasSize(10);
    byte[] last = rest;
    for (byte[] more = many.read(9_999); more.length > 0; more = many.read(9_999)) {
      stub.write(more, 24, more.length - 24);
      last = more;
    }
    assertThat(last[3]).isEqualTo((byte) RpcPdu.LAST_FRAGMENT);
    assertThat(hex(stub.toByteArray())).endsWith(compact("64000000 00000200 00000000 00000000"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"srvsvc", "SRVSVC"})
  void shouldOpenThePipeAndNothingElse(String name) throws Exception {
    PipeShare share =
        new PipeShare(caller -> List.of(new SharedName(caller.user(), SharedName.DISK, "")));
    Caller anna = new Caller("node1", "anna");
    assertThatThrownBy(() -> share.create(parameters("lsarpc"), anna))
        .isInstanceOfSatisfying(
            ShareException.class,
            e -> assertThat(e.status()).isEqualTo(NtStatus.OBJECT_NAME_NOT_FOUND));

    try (ShareOpen open = share.create(parameters(name), anna)) {
      open.write(0, MemorySegment.ofArray(PipePdus.bind()), false);
      assertThat(open.read(0, MemorySegment.ofArray(new byte[1000]))).isEqualTo(68);
      byte[] answer = open.transceive(PipePdus.enumerate(1), 40);
      assertThat(answer).hasSize(40);
      byte[] rest = new byte[1000];
      int count = open.read(0, MemorySegment.ofArray(rest));
      assertThat(hex(Arrays.copyOf(rest, count))).contains(compact("6100 6e00 6e00 6100 0000"));
      assertThatThrownBy(() -> open.read(0, MemorySegment.ofArray(rest)))
          .isInstanceOf(ShareException.class);
    }
  }

  private static CreateParameters parameters(String name) throws ShareException {
    return new CreateParameters(
        SharePath.ofWire(name),
        AccessMask.FILE_READ_DATA | AccessMask.FILE_WRITE_DATA,
        0,
        CreateParameters.SHARE_ALL,
        CreateDisposition.OPEN,
        0);
  }
}
