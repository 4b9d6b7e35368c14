package org.sealane.deploy.cli;

import java.io.IOException;
import java.util.Arrays;
import org.sealane.deploy.files.Protection;
import org.sealane.deploy.files.ServerShare;
import org.sealane.deploy.files.UncPath;
import org.sealane.smb.auth.ntlm.NtHash;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How a command reaches a share of any SMB server. */
final class ServerOptions {
  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--user",
      paramLabel = "U",
      description = "The account on the SMB server, as NAME or DOMAIN\\\\NAME.")
  private String user;

  @Option(
      names = "--password-stdin",
      description = "Reads the account's password from the first line of standard input.")
  private boolean passwordStdin;

  @Option(
      names = "--require-privacy",
      description = "Encrypted or not at all, whatever the SMB server wishes.")
  private boolean requirePrivacy;

  @Option(
      names = "--require-signing",
      description = "Signed or not at all; so is every connection to an SMB server.")
  private boolean requireSigning;

  /** True if any of them was given. */
  boolean areGiven() {
    return user != null || passwordStdin || requirePrivacy || requireSigning;
  }

  /** Opens the share that {@code place} is on. The caller closes it. */
  ServerShare open(UncPath place) throws CliFailure {
    if (user == null || user.isEmpty() || !passwordStdin) {
      throw new ParameterException(
          command.commandLine(), place + " needs --user U and --password-stdin");
    }
    Protection asked = requirePrivacy ? Protection.PRIVACY : Protection.SIGNING;
    Protection protection = asked.and(ClientSettingsFile.ofUser().protection(place));
    char[] password = PasswordInput.read(System.in);
    try {
      return ServerShare.open(
          place, new ServerShare.Account(user, NtHash.of(password)), protection);
    } catch (IOException e) {
      throw new CliFailure(e.getMessage(), e);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  /** Parses a place; a wrong one is a wrong use of the command. */
  UncPath place(String text) {
    try {
      return UncPath.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }
}
