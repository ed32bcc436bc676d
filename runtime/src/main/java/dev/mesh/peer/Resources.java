package dev.mesh.peer;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalDouble;

/** How much of the machine and of the heap is free, as measured when asked. Thread-safe. */
final class Resources {
  private final OperatingSystemMXBean machine =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** The share of the processors that is in use; absent while the platform does not know. */
  OptionalDouble cpu() {
    double busy = machine.getCpuLoad();
    return busy >= 0 && busy <= 1 ? OptionalDouble.of(busy) : OptionalDouble.empty();
  }

  /** The share that is free of what is scarcer, processor time or heap: 0 to 1. */
  double free() {
    OptionalDouble busy = cpu();
    return busy.isPresent() ? Math.min(1 - busy.getAsDouble(), freeHeap()) : freeHeap();
  }

  private static double freeHeap() {
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();
    return 1 - (double) used / runtime.maxMemory();
  }
}
