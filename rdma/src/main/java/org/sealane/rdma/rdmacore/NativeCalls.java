package org.sealane.rdma.rdmacore;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.sealane.rdma.disni.ErrnoException;

/**
 * The exported functions of librdmacm and libibverbs, and those that are pointers in a context. All
 * arguments of C are pointers (a {@link MemorySegment}, {@link MemorySegment#NULL} allowed) or
 * {@code int}s here.
 */
final class NativeCalls {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET =
      STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

  // Functions that a context points to: the address is the first argument.
  private static final MethodHandle POST =
      LINKER.downcallHandle(FunctionDescriptor.of(INT, POINTER, POINTER, POINTER));
  private static final MethodHandle POLL_CQ =
      LINKER.downcallHandle(FunctionDescriptor.of(INT, POINTER, INT, POINTER));
  private static final MethodHandle REQ_NOTIFY =
      LINKER.downcallHandle(FunctionDescriptor.of(INT, POINTER, INT));
  private static final MethodHandle ALLOC_MW =
      LINKER.downcallHandle(FunctionDescriptor.of(POINTER, POINTER, INT), ERRNO);
  private static final MethodHandle DEALLOC_MW =
      LINKER.downcallHandle(FunctionDescriptor.of(INT, POINTER));

  private final SymbolLookup libraries;
  private final Map<String, MethodHandle> exported = new ConcurrentHashMap<>();

  /**
   * Loads both libraries for the life of the process.
   *
   * @throws IOException with the name of the one that is not there
   */
  NativeCalls() throws IOException {
    libraries = load("libibverbs.so.1").or(load("librdmacm.so.1"));
  }

  private static SymbolLookup load(String name) throws IOException {
    try {
      return SymbolLookup.libraryLookup(name, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new IOException(name + " is not installed", e);
    }
  }

  private MethodHandle handle(String name, FunctionDescriptor shape) {
    return exported.computeIfAbsent(
        name, key -> LINKER.downcallHandle(libraries.findOrThrow(key), shape, ERRNO));
  }

  /** A function that returns -1 and sets errno, or else a number that is 0 or more. */
  int call(String name, Object... arguments) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int result = (int) invoke(handle(name, shape(INT, arguments)), state, arguments);
      if (result < 0) {
        throw new ErrnoException(name, state.get(INT, ERRNO_OFFSET));
      }
      return result;
    }
  }

  /** A function that returns 0 or a positive errno. */
  void callForErrno(String name, Object... arguments) throws ErrnoException {
    int errno = call(name, arguments);
    if (errno != 0) {
      throw new ErrnoException(name, errno);
    }
  }

  /** A function that returns a pointer, or NULL and sets errno. */
  MemorySegment create(String name, Object... arguments) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment made =
          (MemorySegment) invoke(handle(name, shape(POINTER, arguments)), state, arguments);
      if (made.address() == 0) {
        throw new ErrnoException(name, state.get(INT, ERRNO_OFFSET));
      }
      return made;
    }
  }

  /** {@code ibv_reg_mr}, whose length is a {@code size_t}. */
  MemorySegment register(MemorySegment domain, MemorySegment start, long length, int access)
      throws ErrnoException {
    FunctionDescriptor shape =
        FunctionDescriptor.of(POINTER, POINTER, POINTER, ValueLayout.JAVA_LONG, INT);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      Object[] arguments = {domain, start, length, access};
      MemorySegment made = (MemorySegment) invoke(handle("ibv_reg_mr", shape), state, arguments);
      if (made.address() == 0) {
        throw new ErrnoException("ibv_reg_mr", state.get(INT, ERRNO_OFFSET));
      }
      return made.reinterpret(Layouts.Mr.BYTES);
    }
  }

  /** A function without a result. */
  void run(String name, Object... arguments) {
    MemoryLayout[] layouts = shape(INT, arguments).argumentLayouts().toArray(MemoryLayout[]::new);
    try (Arena arena = Arena.ofConfined()) {
      invoke(handle(name, FunctionDescriptor.ofVoid(layouts)), arena.allocate(STATE), arguments);
    }
  }

  private static FunctionDescriptor shape(MemoryLayout result, Object... arguments) {
    MemoryLayout[] layouts = new MemoryLayout[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      layouts[i] = arguments[i] instanceof MemorySegment ? POINTER : INT;
    }
    return FunctionDescriptor.of(result, layouts);
  }

  private static Object invoke(MethodHandle handle, MemorySegment state, Object... arguments) {
    Object[] all = new Object[arguments.length + 1];
    all[0] = state;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    try {
      return handle.invokeWithArguments(all);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code ibv_post_send} and {@code ibv_post_recv}: 0 or an errno. */
  static int post(
      MemorySegment function, MemorySegment queuePair, MemorySegment request, MemorySegment bad) {
    try {
      return (int) POST.invokeExact(function, queuePair, request, bad);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code ibv_poll_cq}: how many were written, negative if it failed. */
  static int pollCq(MemorySegment function, MemorySegment queue, int max, MemorySegment into) {
    try {
      return (int) POLL_CQ.invokeExact(function, queue, max, into);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** {@code ibv_req_notify_cq}: 0 or an errno. */
  static int reqNotify(MemorySegment function, MemorySegment queue, int solicitedOnly) {
    try {
      return (int) REQ_NOTIFY.invokeExact(function, queue, solicitedOnly);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static MemorySegment allocMw(MemorySegment function, MemorySegment domain, int type)
      throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment made = (MemorySegment) ALLOC_MW.invokeExact(function, state, domain, type);
      if (made.address() == 0) {
        throw new ErrnoException("ibv_alloc_mw", state.get(INT, ERRNO_OFFSET));
      }
      return made;
    } catch (ErrnoException e) {
      throw e;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int deallocMw(MemorySegment function, MemorySegment window) {
    try {
      return (int) DEALLOC_MW.invokeExact(function, window);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  // A foreign call itself throws nothing; only a wrong signature here does.
  private static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a foreign call was made wrongly", e);
  }
}
