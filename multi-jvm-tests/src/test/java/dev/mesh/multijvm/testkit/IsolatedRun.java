package dev.mesh.multijvm.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A part of a test that needs a network of its own: another process runs it there. */
public final class IsolatedRun {
  private static final Logger LOG = LoggerFactory.getLogger(IsolatedRun.class);

  private IsolatedRun() {}

  /**
   * Runs a main class in a network namespace of its own and expects that it exits with 0; where the
   * machine has none to give, the test is skipped with a message.
   *
   * @param test names the folder of the log
   * @param options for the JVM
   */
  public static void of(
      String test, Class<?> main, List<String> options, List<String> arguments, Duration patience) {
    Optional<List<String>> isolation = VirtualNetwork.isolation();
    assumeTrue(
        isolation.isPresent(),
        "skipped: no network namespaces here; run as root or allow user namespaces (on Linux, with"
            + " iproute2 and util-linux)");
    try (ChildJvm run = ChildJvm.within(isolation.orElseThrow(), test, main, options, arguments)) {
      assertEquals(0, run.awaitExit(patience), run::logTail);
    }
  }

  /** For that main class: does what is to be done and ends the process, with 1 if that fails. */
  public static void exitAfter(Runnable work) {
    int exitCode = 1;
    try {
      work.run();
      exitCode = 0;
    } catch (RuntimeException | AssertionError e) {
      LOG.error("This run failed", e);
    }
    System.exit(exitCode);
  }
}
