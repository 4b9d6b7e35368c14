package org.sealane.deploy.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.sealane.cluster.document.DocumentContent.Grant;
import org.sealane.cluster.document.DocumentContent.Share;
import org.sealane.cluster.member.ClusterView;
import org.sealane.csv.volume.Volumes;
import org.sealane.smb.auth.Principal;
import org.sealane.smb.lane.Level;
import org.sealane.smb.pipe.PipeShare;
import org.sealane.smb.pipe.SharedName;
import org.sealane.smb.server.ControlHandler;
import org.sealane.smb.server.ShareResolver;
import org.sealane.smb.server.TrafficGate;
import org.sealane.smb.share.AccessMask;
import org.sealane.smb.share.CreateParameters;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;
import org.sealane.smb.wire.NtStatus;

/**
 * Volumes as users' clients see them: by name, for those who were granted them, through whichever
 * node owns them. Any thread may call.
 */
final class UserShares implements ShareResolver {
  /** WRITE_DAC, WRITE_OWNER and FILE_DELETE_CHILD: what only full access gives. */
  private static final int FULL_ONLY = 0x000C_0040;

  private static final int READ =
      AccessMask.FILE_READ_DATA
          | AccessMask.FILE_READ_EA
          | AccessMask.FILE_EXECUTE
          | AccessMask.FILE_READ_ATTRIBUTES
          | AccessMask.READ_CONTROL
          | AccessMask.SYNCHRONIZE;

  private static final String IPC = "IPC$";

  private final String node;
  private final CurrentView view;
  private final Volumes volumes;
  private final UserTable users;

  UserShares(String node, CurrentView view, Volumes volumes, UserTable users) {
    this.node = node;
    this.view = view;
    this.volumes = volumes;
    this.users = users;
  }

  @Override
  public Resolution resolve(TreeRequest request) {
    return switch (request.peer()) {
      case Principal.User user -> resolve(request.shareName(), user.name());
      case Principal.Node _, Principal.Server _ ->
          new Refused(NtStatus.ACCESS_DENIED, "users are served here, nobody else");
    };
  }

  private Resolution resolve(String shareName, String user) {
    if (shareName.equalsIgnoreCase(IPC)) {
      return new Granted(
          IPC,
          new PipeShare(caller -> shown(caller.user())),
          TrafficGate.OPEN,
          ControlHandler.NONE,
          false);
    }
    Optional<ClusterView.VolumeView> volume =
        view.get().stream()
            .flatMap(known -> known.volumes().stream())
            .filter(known -> known.name().equalsIgnoreCase(shareName))
            .findFirst();
    if (volume.isEmpty()) {
      return new Refused(NtStatus.BAD_NETWORK_NAME, "there is no volume " + shareName);
    }
    String name = volume.get().name();
    Share share = share(volume.get().uuid());
    UUID id = users.ids().get(user);
    Optional<Grant> grant = Optional.ofNullable(id).map(share.grants()::get);
    if (grant.isEmpty()) {
      return new Refused(NtStatus.ACCESS_DENIED, user + " was not granted volume " + name);
    }
    try {
      return new Granted(
          name,
          new EntryShare(node, volumes.share(name)),
          share.encryptData() ? TrafficGate.minimum(Level.ENCRYPT) : TrafficGate.OPEN,
          ControlHandler.NONE,
          share.encryptData(),
          access(grant.get()));
    } catch (ShareException e) {
      return new Refused(e.status(), e.getMessage());
    }
  }

  /** What a user finds who lists the shares: the volumes that were granted. */
  private List<SharedName> shown(String user) {
    Optional<UUID> id = Optional.ofNullable(users.ids().get(user));
    List<SharedName> shown = new ArrayList<>();
    view.get().stream()
        .flatMap(known -> known.volumes().stream())
        .filter(volume -> id.filter(share(volume.uuid()).grants()::containsKey).isPresent())
        .map(volume -> new SharedName(volume.name(), SharedName.DISK, ""))
        .forEach(shown::add);
    shown.add(new SharedName(IPC, SharedName.IPC, "IPC"));
    return shown;
  }

  private Share share(UUID volume) {
    return view.get().map(known -> known.clients().shares().get(volume)).orElse(Share.NONE);
  }

  private static int access(Grant grant) {
    return switch (grant) {
      case READ -> READ;
      case CHANGE -> AccessMask.FILE_ALL_ACCESS & ~FULL_ONLY;
      case FULL -> AccessMask.FILE_ALL_ACCESS;
    };
  }

  /** A volume with this node named as the one that its users came to. */
  private record EntryShare(String node, ShareBackend volume) implements ShareBackend {
    @Override
    public ShareOpen create(CreateParameters parameters, Caller caller) throws ShareException {
      return volume.create(parameters, new Caller(node, caller.user(), caller.leaseKey()));
    }

    @Override
    public VolumeInformation volumeInformation() throws ShareException {
      return volume.volumeInformation();
    }

    @Override
    public void close() {
      volume.close();
    }
  }
}
