package org.sealane.deploy.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.admin.AdminRoute.Access;
import org.sealane.deploy.admin.AdminRoute.Method;
import org.sealane.deploy.files.VolumeFiles;
import org.sealane.deploy.files.VolumePath;
import org.sealane.smb.share.FileInformation;
import org.sealane.smb.share.PatientShare;
import org.sealane.smb.share.ShareBackend;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.SharePath;
import org.sealane.smb.wire.NtStatus;

/** Files of volumes over the admin API, through the node that is asked. */
public final class FileRoutes {
  /** Path of the route for one file. */
  public static final String FILE = "/v1/file";

  /** Path of the route for a listing. */
  public static final String DIRECTORY = "/v1/directory";

  private final String node;
  private final Shares shares;

  /** The volumes of a node's namespace. */
  @FunctionalInterface
  public interface Shares {
    /** The files of the volume of that name, wherever they are; the caller does not close it. */
    ShareBackend share(String volume) throws ShareException;
  }

  /** What a listing tells. */
  public record Listing(List<Entry> entries) {
    public Listing {
      entries = List.copyOf(entries);
    }

    public static Listing of(List<FileInformation> files) {
      return new Listing(files.stream().map(FileRoutes::entry).toList());
    }
  }

  /** One entry of a listing. */
  public record Entry(String name, boolean directory, long sizeBytes, Instant modified) {}

  /**
   * @param node this node's name
   */
  public FileRoutes(String node, Shares shares) {
    this.node = node;
    this.shares = shares;
  }

  /** Reading files is for administrators too: what is in them is not the cluster's business. */
  public List<AdminRoute> routes() {
    return List.of(
        new AdminRoute(Method.GET, FILE, Access.ADMINISTRATORS, this::read),
        new AdminRoute(Method.GET, DIRECTORY, Access.ADMINISTRATORS, this::list),
        AdminRoute.change(Method.PUT, FILE, this::write),
        AdminRoute.change(Method.DELETE, FILE, this::delete));
  }

  private AdminReply write(AdminRequest request) throws AdminException, IOException {
    try {
      files(request).write(path(request), request.body());
      return new AdminReply.Done();
    } catch (ShareException e) {
      throw failure(request, e);
    }
  }

  private AdminReply read(AdminRequest request) throws AdminException {
    try {
      VolumeFiles.Reader reader = files(request).open(path(request));
      return new AdminReply.Stream(reader.lengthBytes(), new FileContent(reader, request));
    } catch (ShareException e) {
      throw failure(request, e);
    }
  }

  private record FileContent(VolumeFiles.Reader reader, AdminRequest request)
      implements AdminReply.Content {
    @Override
    public void writeTo(OutputStream out) throws IOException, AdminException {
      try {
        reader.transferTo(out);
      } catch (ShareException e) {
        throw failure(request, e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        reader.close();
      } catch (ShareException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
  }

  private AdminReply list(AdminRequest request) throws AdminException {
    try {
      return new AdminReply.Value(Listing.of(files(request).list(path(request))));
    } catch (ShareException e) {
      throw failure(request, e);
    }
  }

  private AdminReply delete(AdminRequest request) throws AdminException {
    try {
      files(request).delete(path(request));
      return new AdminReply.Done();
    } catch (ShareException e) {
      throw failure(request, e);
    }
  }

  private VolumeFiles files(AdminRequest request) throws AdminException, ShareException {
    return new VolumeFiles(
        new PatientShare(shares.share(request.required("volume"))),
        new ShareBackend.Caller(node, request.caller().name()));
  }

  private static SharePath path(AdminRequest request) throws AdminException {
    return request.required("path", VolumePath::path);
  }

  private static Entry entry(FileInformation file) {
    return new Entry(file.name(), file.isDirectory(), file.endOfFile(), file.lastWriteTime());
  }

  private static AdminException failure(AdminRequest request, ShareException e) {
    String place =
        request.parameter("volume").orElse("") + ":" + request.parameter("path").orElse("");
    return new AdminException(kind(e.status()), place + ": " + e.getMessage(), e);
  }

  private static Kind kind(NtStatus status) {
    if (List.of(
            NtStatus.OBJECT_NAME_NOT_FOUND,
            NtStatus.OBJECT_PATH_NOT_FOUND,
            NtStatus.NO_SUCH_FILE,
            NtStatus.BAD_NETWORK_NAME)
        .contains(status)) {
      return Kind.ABSENT;
    }
    if (List.of(NtStatus.ACCESS_DENIED, NtStatus.MEDIA_WRITE_PROTECTED).contains(status)) {
      return Kind.FORBIDDEN;
    }
    if (List.of(
            NtStatus.OBJECT_NAME_COLLISION,
            NtStatus.SHARING_VIOLATION,
            NtStatus.DELETE_PENDING,
            NtStatus.DIRECTORY_NOT_EMPTY,
            NtStatus.FILE_IS_A_DIRECTORY,
            NtStatus.NOT_A_DIRECTORY)
        .contains(status)) {
      return Kind.CONFLICT;
    }
    if (status.equals(NtStatus.OBJECT_NAME_INVALID)
        || status.equals(NtStatus.OBJECT_PATH_SYNTAX_BAD)) {
      return Kind.INVALID;
    }
    if (status.equals(NtStatus.FILE_NOT_AVAILABLE) || status.equals(NtStatus.IO_TIMEOUT)) {
      return Kind.UNAVAILABLE;
    }
    return Kind.FAILED;
  }
}
