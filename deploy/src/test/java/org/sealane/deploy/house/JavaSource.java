package org.sealane.deploy.house;

import com.sun.source.tree.CatchTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** One parsed source: what TidyTest asks of it, without types. */
record JavaSource(
    Path file, String text, List<Method> methods, List<Call> calls, List<String> emptyCatches) {

  /** A method's body and signature, without its comment. */
  record Method(String where, long lineCount) {}

  /** A call as it is written, as {@code System.out.println}. */
  record Call(JavaSource.Place source, String target, long line) {
    boolean isTo(String method) {
      return target.equals(method) || target.endsWith("." + method);
    }

    String where() {
      return source.name() + ":" + line + " " + target;
    }
  }

  /** Names a file in reports. */
  record Place(String name) {
    boolean isBelow(String directory) {
      return name.startsWith(directory + "/");
    }
  }

  String name() {
    return ProjectFiles.name(file);
  }

  List<String> lines() {
    return text.lines().toList();
  }

  int lineCount() {
    return lines().size();
  }

  static JavaSource parse(Path file) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, List.of("-proc:none"), null, files.getJavaFileObjects(file));
      CompilationUnitTree unit = task.parse().iterator().next();
      Scanner scanner = new Scanner(file, unit, Trees.instance(task).getSourcePositions());
      scanner.scan(unit, null);
      return new JavaSource(
          file, scanner.text, scanner.methods, scanner.calls, scanner.emptyCatches);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private static final class Scanner extends TreeScanner<Void, Void> {
    final String text;
    final List<Method> methods = new ArrayList<>();
    final List<Call> calls = new ArrayList<>();
    final List<String> emptyCatches = new ArrayList<>();
    private final Place place;
    private final CompilationUnitTree unit;
    private final LineMap lineMap;
    private final SourcePositions positions;

    Scanner(Path file, CompilationUnitTree unit, SourcePositions positions) {
      this.text = ProjectFiles.text(file);
      this.place = new Place(ProjectFiles.name(file));
      this.unit = unit;
      this.lineMap = unit.getLineMap();
      this.positions = positions;
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      // A compact constructor of a record has no position of its own for its end.
      if (method.getBody() != null && end(method) >= 0) {
        long lines = lineMap.getLineNumber(end(method)) - line(method) + 1;
        methods.add(new Method(place.name() + " " + method.getName(), lines));
      }
      return super.visitMethod(method, null);
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
      calls.add(new Call(place, call.getMethodSelect().toString(), line(call)));
      return super.visitMethodInvocation(call, null);
    }

    @Override
    public Void visitCatch(CatchTree clause, Void unused) {
      if (clause.getBlock().getStatements().isEmpty() && !explainsItself(clause)) {
        emptyCatches.add(place.name() + ":" + line(clause));
      }
      return super.visitCatch(clause, null);
    }

    private boolean explainsItself(CatchTree clause) {
      Tree block = clause.getBlock();
      return text.substring((int) positions.getStartPosition(unit, block), (int) end(block))
          .contains("//");
    }

    private long line(Tree tree) {
      return lineMap.getLineNumber(positions.getStartPosition(unit, tree));
    }

    private long end(Tree tree) {
      return positions.getEndPosition(unit, tree);
    }
  }
}
