package dev.mesh.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals that stop a process, TERM and INT. The first ends the JVM in order, by its shutdown
 * hooks; while those run, the JVM itself would be deaf to the next.
 */
final class StopSignals {
  private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

  /** Of a process that a signal has ended, as shells count. */
  private static final int EXIT_BY_SIGNAL = 128;

  private StopSignals() {}

  /**
   * From now on, every signal after the first runs {@code hurry}, on a thread of its own. Where the
   * JVM does not hand out its signals, as with {@code -Xrs}, they do what they did before.
   */
  static void again(Runnable hurry) {
    AtomicBoolean first = new AtomicBoolean(true);
    handle("TERM", 15, first, hurry);
    handle("INT", 2, first, hurry);
  }

  /** By reflection: the class is in every JDK (jdk.unsupported), but compilers warn of its use. */
  private static void handle(String name, int number, AtomicBoolean first, Runnable hurry) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object handling =
          Proxy.newProxyInstance(
              StopSignals.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                if (first.getAndSet(false)) {
                  System.exit(EXIT_BY_SIGNAL + number);
                }
                hurry.run();
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), handling);
    } catch (ReflectiveOperationException e) {
      LOG.debug("SIG{} cannot be handled", name, e);
    }
  }
}
