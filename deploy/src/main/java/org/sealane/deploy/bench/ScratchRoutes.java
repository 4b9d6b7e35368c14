package org.sealane.deploy.bench;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.sealane.deploy.admin.AdminException;
import org.sealane.deploy.admin.AdminException.Kind;
import org.sealane.deploy.admin.AdminReply;
import org.sealane.deploy.admin.AdminRequest;
import org.sealane.deploy.admin.AdminRoute;
import org.sealane.deploy.admin.AdminRoute.Method;

/**
 * Makes the directory of a benchmark's scratch volume on this node, in the first of its roots, and
 * removes it with all that is in it. No other directory can be named: a name is {@link
 * BenchScratch#NAME_START} and 16 hexadecimal digits, and its volume must be gone.
 */
public final class ScratchRoutes {
  public static final String SCRATCH = "/v1/bench/scratch";
  public static final String SCRATCH_REMOVAL = "/v1/bench/scratch-removal";

  private static final Pattern NAME =
      Pattern.compile(Pattern.quote(BenchScratch.NAME_START) + "[0-9a-f]{16}");

  /**
   * A directory for the volume of this name.
   *
   * @param bytes that the file system must have room for
   */
  public record ScratchOrder(String name, long bytes) {}

  /** Where it is. */
  public record ScratchReply(String path) {}

  /** The directory of this name is not needed any more. */
  public record ScratchRemoval(String name) {}

  private final List<Path> roots;
  private final Predicate<String> isVolume;

  /**
   * @param roots directories below which this node serves
   * @param isVolume whether the cluster has a volume of that name
   */
  public ScratchRoutes(List<Path> roots, Predicate<String> isVolume) {
    this.roots = List.copyOf(roots);
    this.isVolume = isVolume;
  }

  public List<AdminRoute> routes() {
    return List.of(
        AdminRoute.change(Method.POST, SCRATCH, this::make),
        AdminRoute.change(Method.POST, SCRATCH_REMOVAL, this::remove));
  }

  private AdminReply make(AdminRequest request) throws AdminException, IOException {
    ScratchOrder order = request.json(ScratchOrder.class);
    Path directory = directory(order.name());
    long room = Files.getFileStore(roots.getFirst()).getUsableSpace();
    if (order.bytes() < 1 || order.bytes() > room) {
      throw new AdminException(
          Kind.CONFLICT,
          "a benchmark needs %d bytes below %s, which has room for %d"
              .formatted(order.bytes(), roots.getFirst(), room));
    }
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      throw new AdminException(Kind.CONFLICT, directory + " is there already", e);
    } catch (IOException e) {
      throw new AdminException(Kind.FAILED, directory + " can not be made: " + e.getMessage(), e);
    }
    return new AdminReply.Value(new ScratchReply(directory.toString()));
  }

  private AdminReply remove(AdminRequest request) throws AdminException, IOException {
    ScratchRemoval removal = request.json(ScratchRemoval.class);
    Path directory = directory(removal.name());
    if (isVolume.test(removal.name())) {
      throw new AdminException(Kind.CONFLICT, "volume " + removal.name() + " is still there");
    }
    if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.walkFileTree(directory, new Deletion());
    }
    return new AdminReply.Value(removal);
  }

  private Path directory(String name) throws AdminException {
    if (name == null || !NAME.matcher(name).matches()) {
      throw new AdminException(
          Kind.INVALID, "'" + name + "' is not the name of a benchmark's scratch volume");
    }
    if (roots.isEmpty()) {
      throw new AdminException(
          Kind.CONFLICT, "this node serves nothing: it has no 'roots' for a scratch volume");
    }
    return roots.getFirst().resolve(name);
  }

  /** Removes a directory and what is in it; links are removed, not followed. */
  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
