package org.sealane.smb.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sealane.smb.wire.NtStatus;

/** Names are found in any case, and stay as they were made. */
class DirectoryShareCaseTest extends ShareFixture {
  private void rename(String from, String to, boolean replace) throws ShareException {
    try (ShareOpen file = open(from, CreateDisposition.OPEN, 0)) {
      file.setInformation(new FileChange.Rename(SharePath.ofWire(to), replace));
    }
  }

  @Test
  void shouldFindANameInAnyCase() throws ShareException {
    mkdir("Größe");
    put("Größe\\Name.TXT", "content");

    assertThat(content("GRÖßE\\name.txt")).isEqualTo("content");
    assertThat(information("größe\\NAME.txt").name()).isEqualTo("Name.TXT");
    assertStatus(NtStatus.OBJECT_NAME_NOT_FOUND, () -> content("größe\\other"));
    assertStatus(NtStatus.OBJECT_PATH_NOT_FOUND, () -> content("größen\\name.txt"));
  }

  @Test
  void shouldNotMakeASecondFileOfAnotherCase() throws ShareException {
    put("Name", "1");
    put("NAME", "2");

    assertThat(list("", "*")).containsExactlyInAnyOrder(".", "..", "Name");
    assertThat(content("name")).isEqualTo("2");
    assertStatus(
        NtStatus.OBJECT_NAME_COLLISION, () -> open("nAME", CreateDisposition.CREATE, FILE));
  }

  @Test
  void shouldTellApartWhatTheHostHasMade() throws Exception {
    Files.writeString(root.resolve("Name"), "1");
    Files.writeString(root.resolve("name"), "2");

    assertThat(content("Name")).isEqualTo("1");
    assertThat(content("name")).isEqualTo("2");
    assertThat(content("NAME")).isIn("1", "2");
  }

  @Test
  void shouldSeeWhatTheHostDoesMeanwhile() throws Exception {
    assertStatus(NtStatus.OBJECT_NAME_NOT_FOUND, () -> content("NAME"));
    Files.writeString(root.resolve("name"), "1");
    Files.setLastModifiedTime(root, java.nio.file.attribute.FileTime.fromMillis(1));
    assertThat(content("NAME")).isEqualTo("1");

    Files.delete(root.resolve("name"));
    assertStatus(NtStatus.OBJECT_NAME_NOT_FOUND, () -> content("NAME"));
  }

  @Test
  void shouldShareOneFileAmongOpensOfAnyCase() throws ShareException {
    put("Name", "x");
    ShareOpen one = open("NAME", ALL, SHARE_NONE, CreateDisposition.OPEN, FILE);

    assertStatus(NtStatus.SHARING_VIOLATION, () -> open("name", CreateDisposition.OPEN, FILE));
    one.setInformation(new FileChange.Disposition(true));
    one.close();
    assertThat(root.resolve("Name")).doesNotExist();
  }

  @Test
  void shouldChangeTheCaseOfAName() throws ShareException {
    put("name", "x");

    rename("NAME", "Name", false);

    assertThat(list("", "*")).containsExactlyInAnyOrder(".", "..", "Name");
    assertThat(content("name")).isEqualTo("x");
  }

  @Test
  void shouldForgetANameThatWasRenamed() throws ShareException {
    put("other", "");
    put("name", "x");
    rename("name", "moved", false);

    put("NAME", "y");

    assertThat(list("", "*")).containsExactlyInAnyOrder(".", "..", "other", "moved", "NAME");
    delete("NAME");
    put("Name", "z");
    assertThat(list("", "n*")).containsExactly("Name");
  }

  private void delete(String path) throws ShareException {
    try (ShareOpen file = open(path, CreateDisposition.OPEN, 0)) {
      file.setInformation(new FileChange.Disposition(true));
    }
  }

  @Test
  void shouldReplaceAFileOfAnotherCase() throws ShareException {
    put("from", "new");
    put("To", "old");
    assertStatus(NtStatus.OBJECT_NAME_COLLISION, () -> rename("from", "TO", false));

    rename("from", "TO", true);

    assertThat(content("to")).isEqualTo("new");
    assertThat(list("", "*")).hasSize(3);
  }

  @Test
  void shouldListByPatternsOfAnyCase() throws ShareException {
    put("Name.TXT", "");
    put("other.bin", "");

    assertThat(list("", "*.txt")).containsExactly("Name.TXT");
    assertThat(list("", "NAME.txt")).containsExactly("Name.TXT");
    assertThat(list("", "none")).isEmpty();
  }

  @Test
  void shouldFindOneOfManyAfterMakingThemAll() throws ShareException {
    Set<String> wanted = new HashSet<>(Set.of(".", ".."));
    for (int i = 0; i < 10_000; i++) {
      String name = "File " + i;
      open(name, CreateDisposition.CREATE, FILE).close();
      wanted.add(name);
    }

    assertThat(content("FILE 9999")).isEmpty();
    assertThat(new HashSet<>(list("", "*"))).isEqualTo(wanted);
  }
}
