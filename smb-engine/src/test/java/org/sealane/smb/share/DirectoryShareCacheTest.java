package org.sealane.smb.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sealane.smb.share.Caching.HANDLE;
import static org.sealane.smb.share.Caching.NONE;
import static org.sealane.smb.share.Caching.WRITE;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealane.smb.wire.NtStatus;

/** What clients may cache beside each other, [MS-FSA] 2.1.4.12, 2.1.5.1.2.2 and 2.1.5.18. */
class DirectoryShareCacheTest extends ShareFixture {
  private final AtomicLong nanos = new AtomicLong();

  @Override
  DirectoryShare serve(DirectoryShare.Settings settings) throws IOException {
    return new DirectoryShare(root, settings, Anchor.ofRoot(root), nanos::get);
  }

  /** One client's cache of {@code f}, with what it was told. */
  private final class Client {
    final Optional<Object> leaseKey;
    final List<String> told = new ArrayList<>();
    ShareOpen open;
    CacheGrant grant;

    Client(String leaseKey) {
      this.leaseKey = Optional.ofNullable(leaseKey);
    }

    Client opens(int wanted) throws ShareException {
      return opens(wanted, ALL, SHARE_ALL, CreateDisposition.OPEN_IF, FILE);
    }

    Client opens(int wanted, int access, int shareAccess, CreateDisposition how, int options)
        throws ShareException {
      open =
          share.create(
              parameters("f", access, shareAccess, how, options),
              new ShareBackend.Caller("node-a", "user", leaseKey));
      grant =
          open.cache(
              new CacheRequest(
                  leaseKey,
                  wanted,
                  0,
                  (from, to, _, answerWanted) ->
                      told.add(from + ">" + to + (answerWanted ? "!" : ""))));
      return this;
    }
  }

  private Client oplock() {
    return new Client(null);
  }

  private Client lease(String key) {
    return new Client(key);
  }

  private static void assertBreaking(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertStatus(NtStatus.OPLOCK_BREAK_IN_PROGRESS, call);
  }

  @ParameterizedTest
  @CsvSource({"7, 7", "5, 5", "3, 1", "1, 1", "6, 0", "0, 0"})
  void shouldGrantAnOplockWhatGoesTogetherToWhoIsAlone(int wanted, int granted)
      throws ShareException {
    assertThat(oplock().opens(wanted).grant.state()).isEqualTo(granted);
  }

  @Test
  void shouldGrantOneLeaseToAllItsOpens() throws ShareException {
    Client first = lease("a").opens(Caching.READ);
    Client second = lease("a").opens(Caching.ALL);

    assertThat(first.grant.state()).isEqualTo(Caching.ALL);
    assertThat(second.grant.state()).isEqualTo(Caching.ALL);
    first.open.close();
    assertThat(second.grant.state()).isEqualTo(Caching.ALL);
    assertThat(first.told).isEmpty();
  }

  @Test
  void shouldGrantNoWritingBesideAnotherOpen() throws ShareException {
    open("f", CreateDisposition.OPEN_IF, FILE);

    assertThat(oplock().opens(Caching.ALL).grant.state()).isEqualTo(Caching.READ);
    assertThat(lease("a").opens(Caching.ALL).grant.state()).isEqualTo(Caching.READ | HANDLE);
  }

  @Test
  void shouldMakeAnotherOpenWaitUntilTheWriterHasAnswered() throws ShareException {
    Client writer = oplock().opens(Caching.ALL);

    assertBreaking(() -> oplock().opens(Caching.ALL));
    assertBreaking(() -> oplock().opens(Caching.ALL));
    assertThat(writer.told).containsExactly("7>1!");
    assertThat(writer.grant.acknowledge(Caching.READ | WRITE))
        .isEqualTo(CacheGrant.Answer.TOO_MUCH);
    assertThat(writer.grant.acknowledge(Caching.READ)).isEqualTo(CacheGrant.Answer.TAKEN);
    assertThat(writer.grant.acknowledge(Caching.READ)).isEqualTo(CacheGrant.Answer.NOT_ASKED);

    assertThat(oplock().opens(Caching.ALL).grant.state()).isEqualTo(Caching.READ);
    assertThat(writer.told).hasSize(1);
  }

  @Test
  void shouldLetALeaseKeepItsHandle() throws ShareException {
    Client writer = lease("a").opens(Caching.ALL);

    assertBreaking(() -> lease("b").opens(Caching.ALL));
    assertThat(writer.told).containsExactly("7>3!");
    writer.grant.acknowledge(Caching.READ | HANDLE);

    assertThat(lease("b").opens(Caching.ALL).grant.state()).isEqualTo(Caching.READ | HANDLE);
  }

  @Test
  void shouldGoOnWhenTheWriterClosesInstead() throws ShareException {
    Client writer = oplock().opens(Caching.ALL);
    assertBreaking(() -> oplock().opens(Caching.ALL));

    writer.open.close();

    assertThat(oplock().opens(Caching.ALL).grant.state()).isEqualTo(Caching.ALL);
  }

  @Test
  void shouldGoOnWhenTheWriterDoesNotAnswerInTime() throws ShareException {
    Client writer = oplock().opens(Caching.ALL);
    assertBreaking(() -> oplock().opens(Caching.ALL));
    nanos.addAndGet(FileCaches.ANSWER_LIMIT.toNanos() - 1);
    assertBreaking(() -> oplock().opens(Caching.ALL));

    nanos.incrementAndGet();

    assertThat(oplock().opens(Caching.ALL).grant.state()).isEqualTo(Caching.READ);
    assertThat(writer.grant.state()).isEqualTo(NONE);
    assertThat(writer.grant.acknowledge(Caching.READ)).isEqualTo(CacheGrant.Answer.NOT_ASKED);
  }

  @Test
  void shouldLetAnOpenOfAttributesBe() throws ShareException {
    Client writer = oplock().opens(Caching.ALL);

    Client looking =
        oplock()
            .opens(
                Caching.ALL,
                AccessMask.FILE_READ_ATTRIBUTES,
                SHARE_ALL,
                CreateDisposition.OPEN,
                FILE);

    assertThat(writer.told).isEmpty();
    assertThat(looking.grant.state()).isEqualTo(NONE);
  }

  @Test
  void shouldTakeAllWhenTheFileIsOverwritten() throws ShareException {
    Client reader = lease("a").opens(Caching.READ | HANDLE);

    assertBreaking(
        () -> oplock().opens(Caching.ALL, ALL, SHARE_ALL, CreateDisposition.OVERWRITE, FILE));
    assertThat(reader.told).containsExactly("3>0!");
    reader.grant.acknowledge(NONE);

    oplock().opens(Caching.ALL, ALL, SHARE_ALL, CreateDisposition.OVERWRITE, FILE);
  }

  @Test
  void shouldTakeMoreAfterTheAnswerWhenMoreWasWantedMeanwhile() throws ShareException {
    Client writer = lease("a").opens(Caching.ALL);
    assertBreaking(() -> oplock().opens(Caching.ALL));
    assertBreaking(
        () -> oplock().opens(Caching.ALL, ALL, SHARE_ALL, CreateDisposition.OVERWRITE, FILE));

    writer.grant.acknowledge(Caching.READ | HANDLE);

    assertThat(writer.told).containsExactly("7>3!", "3>0!");
  }

  @Test
  void shouldAskForTheHandleBeforeASharingViolation() throws ShareException {
    Client exclusive =
        lease("a").opens(Caching.ALL, ALL, SHARE_NONE, CreateDisposition.OPEN_IF, FILE);

    assertBreaking(() -> oplock().opens(Caching.ALL));
    assertThat(exclusive.told).containsExactly("7>5!");
    exclusive.grant.acknowledge(Caching.READ | WRITE);
    assertStatus(NtStatus.SHARING_VIOLATION, () -> oplock().opens(Caching.ALL));
    exclusive.open.close();

    oplock().opens(Caching.ALL);
  }

  @Test
  void shouldTellReadersOfEveryChangeAndWaitForNone() throws ShareException {
    Client reader = oplock().opens(Caching.READ);
    Client writer = oplock().opens(Caching.READ);

    write(writer.open, 0, "x");
    assertThat(reader.told).containsExactly("1>0");
    assertThat(reader.grant.state()).isEqualTo(NONE);
    assertThat(writer.grant.state()).isEqualTo(Caching.READ);

    Client again = oplock().opens(Caching.READ);
    writer.open.setInformation(new FileChange.EndOfFile(100));
    assertThat(again.told).containsExactly("1>0");
  }

  @ParameterizedTest
  @CsvSource({"zero", "trim", "allocate", "lock"})
  void shouldTellReadersOfWhatElseChangesContent(String how) throws ShareException {
    put("f", "0123456789");
    Client reader = oplock().opens(Caching.READ);
    ShareOpen other = open("f", CreateDisposition.OPEN, FILE);

    switch (how) {
      case "zero" -> other.zero(0, 5);
      case "trim" -> other.trim(0, 5);
      case "allocate" -> other.setInformation(new FileChange.Allocation(2));
      default -> other.lock(List.of(new RangeLock(new ByteRange(0, 1), false)));
    }

    assertThat(reader.told).containsExactly("1>0");
  }

  @Test
  void shouldGrantNothingBesideLocks() throws ShareException {
    ShareOpen other = open("f", CreateDisposition.OPEN_IF, FILE);
    other.lock(List.of(new RangeLock(new ByteRange(0, 1), false)));

    assertThat(lease("a").opens(Caching.ALL).grant.state()).isEqualTo(NONE);
  }

  @Test
  void shouldAskForTheHandleBeforeDeletion() throws ShareException {
    Client holder = lease("a").opens(Caching.READ | HANDLE);
    ShareOpen other = open("f", CreateDisposition.OPEN, FILE);

    assertBreaking(() -> other.setInformation(new FileChange.Disposition(true)));
    assertThat(holder.told).containsExactly("3>1!");
    holder.grant.acknowledge(Caching.READ);
    holder.open.close();
    other.setInformation(new FileChange.Disposition(true));
    other.close();

    assertThat(root.resolve("f")).doesNotExist();
  }

  @Test
  void shouldAskForHandlesBeforeRenames() throws ShareException {
    mkdir("d");
    Client holder = lease("a").opens(Caching.READ | HANDLE);
    ShareOpen other = open("f", CreateDisposition.OPEN, FILE);
    assertBreaking(() -> other.setInformation(rename("d/g")));
    holder.grant.acknowledge(Caching.READ);
    other.setInformation(rename("d/g"));
    holder.open.close();
    other.close();

    ShareOpen below =
        share.create(parameters("d\\g", ALL, SHARE_ALL, CreateDisposition.OPEN, FILE), CALLER);
    CacheGrant cached =
        below.cache(
            new CacheRequest(Optional.of("b"), Caching.READ | HANDLE, 0, (_, _, _, _) -> {}));
    assertThat(cached.state()).isEqualTo(Caching.READ | HANDLE);
    ShareOpen directory = open("d", CreateDisposition.OPEN, DIRECTORY);
    assertBreaking(() -> directory.setInformation(rename("e")));
    cached.acknowledge(Caching.READ);
    below.close();
    directory.setInformation(rename("e"));
    assertThat(root.resolve("e/g")).exists();
  }

  private static FileChange rename(String to) throws ShareException {
    return new FileChange.Rename(SharePath.ofWire(to.replace('/', '\\')), true);
  }

  @Test
  void shouldAskForTheHandleOfWhatARenameReplaces() throws ShareException {
    Client holder = lease("a").opens(Caching.READ | HANDLE);
    put("g", "new");
    ShareOpen other = open("g", CreateDisposition.OPEN, FILE);

    assertBreaking(() -> other.setInformation(rename("f")));
    holder.grant.acknowledge(Caching.READ);
    holder.open.close();
    other.setInformation(rename("f"));

    assertThat(content("f")).isEqualTo("new");
  }

  @Test
  void shouldWaitForWhoIsAskedWhenCalledByWhoCanBlock() throws ShareException {
    Client writer = oplock().opens(Caching.ALL);
    Thread answer =
        Thread.ofVirtual()
            .start(() ->
                org.awaitility.Awaitility.await()
                    .until(
                        () -> writer.grant.acknowledge(Caching.READ) == CacheGrant.Answer.TAKEN));

    try (ShareOpen patient =
        new PatientShare(share)
            .create(parameters("f", ALL, SHARE_ALL, CreateDisposition.OPEN, FILE), CALLER)) {
      assertThat(patient.information().name()).isEqualTo("f");
    }
    assertThat(answer).isNotNull();
    assertThat(writer.grant.state()).isEqualTo(Caching.READ);
  }
}
