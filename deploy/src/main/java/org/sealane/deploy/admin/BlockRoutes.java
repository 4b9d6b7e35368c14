package org.sealane.deploy.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.admin.AdminRoute.Access;
import org.sealane.deploy.admin.AdminRoute.Method;
import org.sealane.smb.share.ShareException;
import org.sealane.smb.share.ShareOpen;

/** Blocks of disks over the admin API, through the node that is asked, wherever the disk is. */
public final class BlockRoutes {
  /** Path of the route for a range of a disk. */
  public static final String BLOCKS = "/v1/blocks";

  /** The longest range of one request. */
  public static final int RANGE_BYTES_MAX = 8 << 20;

  /** Opens a disk for reading and writing; the caller closes it. */
  @FunctionalInterface
  public interface Disks {
    ShareOpen open(String disk) throws ShareException;
  }

  private final Disks disks;

  public BlockRoutes(Disks disks) {
    this.disks = Objects.requireNonNull(disks);
  }

  public List<AdminRoute> routes() {
    return List.of(
        new AdminRoute(Method.GET, BLOCKS, Access.ADMINISTRATORS, this::read),
        AdminRoute.change(Method.PUT, BLOCKS, this::write));
  }

  private AdminReply read(AdminRequest request) throws AdminException {
    int length = request.required("length", BlockRoutes::length);
    byte[] content = new byte[length];
    try (ShareOpen disk = disks.open(request.required("disk"))) {
      disk.read(request.required("offset", Long::parseLong), MemorySegment.ofArray(content));
    } catch (ShareException e) {
      throw failure(e);
    }
    return new AdminReply.Stream(length, (OutputStream out) -> out.write(content));
  }

  private AdminReply write(AdminRequest request) throws AdminException, IOException {
    byte[] content = request.body().readNBytes(RANGE_BYTES_MAX + 1);
    if (content.length > RANGE_BYTES_MAX) {
      throw new AdminException(Kind.INVALID, "a range has at most " + RANGE_BYTES_MAX + " bytes");
    }
    try (ShareOpen disk = disks.open(request.required("disk"))) {
      disk.write(request.required("offset", Long::parseLong), MemorySegment.ofArray(content), true);
    } catch (ShareException e) {
      throw failure(e);
    }
    return new AdminReply.Done();
  }

  private static int length(String text) {
    int length = Integer.parseInt(text);
    if (length < 1 || length > RANGE_BYTES_MAX) {
      throw new IllegalArgumentException("1 to " + RANGE_BYTES_MAX);
    }
    return length;
  }

  private static AdminException failure(ShareException e) {
    return new AdminException(Kind.UNAVAILABLE, e.getMessage(), e);
  }
}
