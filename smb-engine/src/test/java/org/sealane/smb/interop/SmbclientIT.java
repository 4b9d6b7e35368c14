package org.sealane.smb.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sealane.smb.server.ServerEvent;

/** Everyday use by smbclient. */
class SmbclientIT {
  @TempDir Path directory;

  @BeforeAll
  static void requireTool() {
    SmbClientTool.require();
  }

  private ClientFixture serve() throws Exception {
    return new ClientFixture(directory, UnaryOperator.identity());
  }

  @Test
  void shouldCarryAFileBothWaysWhenThePasswordIsRight() throws Exception {
    try (ClientFixture fixture = serve()) {
      byte[] content = new byte[3_000_001];
      new Random(7).nextBytes(content);
      Path local = Files.write(directory.resolve("local"), content);

      fixture
          .anna("files", "mkdir sub; put " + local + " sub\\copy; get sub\\copy back; ls sub\\*")
          .succeeded();

      assertThat(fixture.root.resolve("sub/copy")).hasBinaryContent(content);
      assertThat(directory.resolve("client/back")).hasBinaryContent(content);
    }
  }

  @Test
  void shouldListRenameAndDeleteAsAUserDoes() throws Exception {
    try (ClientFixture fixture = serve()) {
      Files.writeString(fixture.root.resolve("first.txt"), "hello");
      Files.createDirectory(fixture.root.resolve("dir"));

      String listing = fixture.anna("files", "ls").succeeded().output();
      fixture.anna("files", "rename first.txt second.txt; rmdir dir").succeeded();
      fixture.anna("files", "setmode second.txt +r").succeeded();
      String attributes = fixture.anna("files", "ls second.txt").succeeded().output();
      fixture.anna("files", "setmode second.txt -r").succeeded();
      fixture.anna("files", "del second.txt").succeeded();

      assertThat(listing).contains("first.txt", "dir", "blocks of size");
      assertThat(attributes).containsPattern("second.txt +[A-Z]*R");
      assertThat(fixture.root).isEmptyDirectory();
    }
  }

  @Test
  void shouldRefuseAWrongPasswordAndAnonymousUsersAndSayWhyInTheEvents() throws Exception {
    try (ClientFixture fixture = serve()) {
      fixture.smbclient.run("anna%guess", "files", "ls").failedWith("NT_STATUS_LOGON_FAILURE");
      fixture.smbclient.run("nobody%x", "files", "ls").failedWith("NT_STATUS_LOGON_FAILURE");
      fixture.smbclient.run("%", "files", "ls").failedWith("NT_STATUS_LOGON_FAILURE");

      assertThat(fixture.events(ServerEvent.AuthenticationRefused.class))
          .extracting(ServerEvent.AuthenticationRefused::reason)
          .anyMatch(reason -> reason.contains("wrong password for user anna"))
          .anyMatch(reason -> reason.contains("there is no user 'nobody'"))
          .anyMatch(reason -> reason.contains("anonymous"));
    }
  }
}
