package org.sealane.deploy.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.sealane.cluster.document.DocumentContent.Server;
import org.sealane.deploy.admin.AdminClient;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.draft.DraftException;
import org.sealane.deploy.status.ClientLimits;
import org.sealane.deploy.status.ClientSessions;
import org.sealane.deploy.units.ByteSize;
import org.sealane.smb.auth.CredentialsException;
import org.sealane.smb.auth.kerberos.Keytab;
import org.sealane.smb.negotiate.CipherId;
import org.sealane.smb.negotiate.Dialect;
import org.sealane.smb.negotiate.SigningAlgorithm;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealane server}: what nodes ask of users' SMB clients, and who is connected. */
@Command(
    name = "server",
    mixinStandardHelpOptions = true,
    description = "What every node asks of users' SMB clients, and who of them is connected.",
    subcommands = {
      ServerCommand.Show.class,
      ServerCommand.SetServer.class,
      ServerCommand.Sessions.class,
      ServerCommand.Disconnect.class
    })
final class ServerCommand {

  /** As {@code server show} prints it. */
  private record Settings(
      boolean encryptData,
      boolean rejectUnencryptedAccess,
      boolean requireSigning,
      String minDialect,
      List<String> ciphers,
      List<String> signing,
      List<String> keytab) {

    static Settings of(Server server, Optional<Keytab> keytab) {
      return new Settings(
          server.encryptData(),
          server.rejectUnencryptedAccess(),
          server.requireSigning(),
          server.minDialect().word(),
          server.ciphers().stream().map(CipherId::word).toList(),
          server.signing().stream().map(SigningAlgorithm::word).toList(),
          keytab.map(found -> List.copyOf(found.principals())).orElse(List.of()));
    }

    String table() {
      Table table = new Table("SETTING", "VALUE");
      table.row("encrypt-data", OnOff.word(encryptData));
      table.row("reject-unencrypted-access", OnOff.word(rejectUnencryptedAccess));
      table.row("require-signing", OnOff.word(requireSigning));
      table.row("min-dialect", minDialect);
      table.row("ciphers", String.join(",", ciphers));
      table.row("signing", String.join(",", signing));
      table.row("keytab", keytab.isEmpty() ? "-" : String.join(",", keytab));
      return table.render();
    }
  }

  /** The settings, and below them what each node allows. */
  private record Shown(@JsonUnwrapped Settings settings, List<ClientLimits.Bound> limits) {}

  private static String limits(List<ClientLimits.Bound> limits) {
    Table table = new Table("NODE", "LIMIT", "VALUE", "NOW");
    for (ClientLimits.Bound bound : limits) {
      table.row(
          bound.node(),
          bound.limit(),
          Integer.toString(bound.value()),
          bound.now() == null ? null : bound.now().toString());
    }
    return table.render();
  }

  /** What is asked for that weakens what clients get, in words; shown and warned of. */
  private static List<String> weaknesses(Server server) {
    List<String> weak = new ArrayList<>();
    if (!server.rejectUnencryptedAccess()) {
      weak.add("clients that can not encrypt are let in unencrypted, even where encryption is on");
    }
    if (!server.requireSigning()) {
      weak.add(
          "traffic that is not encrypted need not be signed: whoever is in between may change it");
    }
    if (!server.minDialect().isAtLeast(Dialect.SMB_3_0)) {
      weak.add("SMB 2 is spoken, which has no encryption");
    }
    return weak;
  }

  /** Shows the settings. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Shows what is asked of users' clients.")
  static final class Show implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;
    @Mixin private OutputOption output;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      try (AdministratorOptions.Session session = administrator.open()) {
        Server server = session.clients().server();
        Settings settings = Settings.of(server, session.clients().keytab());
        List<ClientLimits.Bound> limits = new ArrayList<>();
        administrator.eachNode(node ->
            limits.addAll(node.get(ClientLimits.PATH, Map.of(), ClientLimits.class).limits()));
        output.print(
            Console.of(spec).out(),
            new Shown(settings, limits),
            () -> settings.table() + "\n" + limits(limits));
        weaknesses(server).forEach(Console.of(spec)::warn);
      }
      return 0;
    }
  }

  /** Changes the settings. */
  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description =
          "Changes what is asked of users' clients. Connections that are there keep what they had;"
              + " 'server disconnect' ends them.")
  static final class SetServer implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private AdministratorOptions administrator;

    @Option(
        names = "--encrypt-data",
        paramLabel = "on|off",
        converter = OnOff.Converter.class,
        description = "Whether all clients must encrypt, whatever the volume.")
    private OnOff encryptData;

    @Option(
        names = "--reject-unencrypted-access",
        paramLabel = "on|off",
        converter = OnOff.Converter.class,
        description = "Whether clients that can not encrypt are kept out where they must.")
    private OnOff rejectUnencryptedAccess;

    @Option(
        names = "--require-signing",
        paramLabel = "on|off",
        converter = OnOff.Converter.class,
        description = "Whether what is not encrypted must be signed.")
    private OnOff requireSigning;

    @Option(
        names = "--min-dialect",
        paramLabel = "2.0.2|2.1|3.0|3.0.2|3.1.1",
        description = "The oldest dialect that is spoken.")
    private String minDialect;

    @Option(
        names = "--ciphers",
        paramLabel = "A,B",
        split = ",",
        description = "Ciphers, the most wanted first; one alone is mandated.")
    private List<String> ciphers;

    @Option(
        names = "--signing",
        paramLabel = "A,B",
        split = ",",
        description = "Signing algorithms of 3.1.1, the most wanted first.")
    private List<String> signing;

    @Option(
        names = "--keytab",
        paramLabel = "FILE",
        description =
            "Keys of the services (cifs/HOST@REALM) that Kerberos tickets are accepted for; stored"
                + " sealed. A ticket's user needs an account of that name ('user add').")
    private Path keytab;

    @Option(names = "--no-keytab", description = "No Kerberos.")
    private boolean noKeytab;

    @Override
    public Integer call() throws CliFailure, AdminException, DraftException {
      boolean settings =
          encryptData != null
              || rejectUnencryptedAccess != null
              || requireSigning != null
              || minDialect != null
              || ciphers != null
              || signing != null;
      if (!settings && keytab == null && !noKeytab) {
        throw new ParameterException(spec.commandLine(), "nothing to set; see --help");
      }
      if (keytab != null && noKeytab) {
        throw new ParameterException(
            spec.commandLine(), "--keytab and --no-keytab exclude another");
      }
      Optional<byte[]> newKeytab = keytab == null ? Optional.empty() : Optional.of(read(keytab));
      try (AdministratorOptions.Session session = administrator.open()) {
        if (newKeytab.isPresent() || noKeytab) {
          session.clients().setKeytab(newKeytab);
        }
        if (settings) {
          session.clients().setServer(this::changed);
        }
        weaknesses(session.clients().server()).forEach(Console.of(spec)::warn);
      }
      Console.of(spec).progress("server set");
      return 0;
    }

    private static byte[] read(Path file) throws CliFailure {
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(Keytab.BYTES_MAX + 1);
        Keytab.parse(bytes, file.toString());
        return bytes;
      } catch (NoSuchFileException e) {
        throw new CliFailure(file + ": no such file", e);
      } catch (IOException e) {
        throw new CliFailure(file + ": can not be read: " + e.getMessage(), e);
      } catch (CredentialsException e) {
        throw new CliFailure(e.getMessage(), e);
      }
    }

    private Server changed(Server now) {
      try {
        return new Server(
            encryptData == null ? now.encryptData() : encryptData.isOn(),
            rejectUnencryptedAccess == null
                ? now.rejectUnencryptedAccess()
                : rejectUnencryptedAccess.isOn(),
            requireSigning == null ? now.requireSigning() : requireSigning.isOn(),
            minDialect == null ? now.minDialect() : dialect(minDialect),
            ciphers == null ? now.ciphers() : words("--ciphers", ciphers, CipherId::ofWord),
            signing == null
                ? now.signing()
                : words("--signing", signing, SigningAlgorithm::ofWord));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage(), e);
      }
    }

    private static Dialect dialect(String word) {
      return Arrays.stream(Dialect.values())
          .filter(dialect -> dialect.word().equals(word))
          .findFirst()
          .orElseThrow(() ->
              new IllegalArgumentException(
                  "--min-dialect: '"
                      + word
                      + "' is not one of "
                      + Arrays.stream(Dialect.values())
                          .map(Dialect::word)
                          .collect(Collectors.joining(", "))));
    }

    private static <T> List<T> words(
        String option, List<String> words, Function<String, Optional<T>> of) {
      return words.stream()
          .map(word ->
              of.apply(word)
                  .orElseThrow(
                      () -> new IllegalArgumentException(option + ": unknown: '" + word + "'")))
          .toList();
    }
  }

  /** Who is connected. */
  @Command(
      name = "sessions",
      mixinStandardHelpOptions = true,
      description = "Shows who is connected with an SMB client, on every live node.")
  static final class Sessions implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ClusterOptions cluster;
    @Mixin private OutputOption output;

    @Override
    public Integer call() throws CliFailure, AdminException {
      List<ClientSessions.Session> sessions = new ArrayList<>();
      cluster.eachNode(client ->
          sessions.addAll(
              client.get(ClientSessions.PATH, Map.of(), ClientSessions.class).sessions()));
      output.print(Console.of(spec).out(), sessions, () -> table(sessions));
      return 0;
    }

    private static String table(List<ClientSessions.Session> sessions) {
      Table table =
          new Table(
              "SESSION", "USER", "ADDRESS", "DIALECT", "CIPHER", "SIGNING", "VOLUMES", "OPENS",
              "SEALED", "SIGNED", "CLEAR");
      for (ClientSessions.Session session : sessions) {
        table.row(
            session.session(),
            session.user(),
            session.address(),
            session.dialect(),
            session.cipher(),
            session.signing(),
            String.join(",", session.volumes()),
            Integer.toString(session.opens()),
            ByteSize.rounded(session.sealedBytes()),
            ByteSize.rounded(session.signedBytes()),
            ByteSize.rounded(session.clearBytes()));
      }
      return table.render();
    }
  }

  /** Ends a session. */
  @Command(
      name = "disconnect",
      mixinStandardHelpOptions = true,
      description = "Ends a user's session, with its connection and what it has open.")
  static final class Disconnect implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ClusterOptions cluster;

    @Parameters(paramLabel = "SESSION", description = "As 'server sessions' shows it.")
    private String session;

    @Override
    public Integer call() throws CliFailure, AdminException {
      int colon = session.lastIndexOf(':');
      if (colon < 1) {
        throw new ParameterException(
            spec.commandLine(), "'" + session + "' is not a session; see 'server sessions'");
      }
      try (AdminClient any = cluster.client();
          AdminClient node =
              cluster.client(List.of(ViaOptions.adminAddress(any, session.substring(0, colon))))) {
        node.post(
            ClientSessions.DISCONNECT,
            Map.of(),
            new ClientSessions.Disconnect(session),
            ClientSessions.Disconnect.class);
      }
      Console.of(spec).progress("session " + session + " disconnected");
      return 0;
    }
  }
}
