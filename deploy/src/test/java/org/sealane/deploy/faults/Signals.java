package org.sealane.deploy.faults;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.sealane.deploy.local.ProcessRecord;

/** Sends signals by the system call, so that a process is stopped within microseconds. */
enum Signals {
  KILL(9),
  CONT(18),
  STOP(19);

  private static final MethodHandle SYSTEM_CALL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  /** As Linux numbers it on x86 and ARM. */
  private final int number;

  Signals(int number) {
    this.number = number;
  }

  /** Sends it to a process, which must run. */
  void send(ProcessRecord process) {
    int failed;
    try {
      failed = (int) SYSTEM_CALL.invokeExact((int) process.pid(), number);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    if (failed != 0) {
      throw new AssertionError("no signal " + this + " to process " + process.pid());
    }
  }
}
