package dev.mesh.multijvm.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mesh.multijvm.testkit.ChildJvm;
import dev.mesh.multijvm.testkit.TestMesh;
import dev.mesh.multijvm.testkit.VirtualNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaders are cut off from the other peers, both ways, one way, and from one alone, while clients
 * use the memory through all peers. Each peer has a network interface of its own, so a cut takes
 * every connection.
 */
class CutOffPeersIT {
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @Test
  void theMemoryIsLinearizableThoughLeadersAreCutOff(@TempDir Path folder) {
    Optional<List<String>> isolation = VirtualNetwork.isolation();
    assumeTrue(
        isolation.isPresent(),
        "skipped: no network namespaces here; run as root or allow user namespaces (on Linux, with"
            + " iproute2 and util-linux)");
    Duration asked = ChaosTime.asked();
    try (ChildJvm run =
        ChildJvm.within(
            isolation.orElseThrow(),
            "CutOffPeersIT",
            Chaos.class,
            List.of("-D" + ChaosTime.MINUTES + "=" + asked.toMinutes()),
            List.of(folder.toString()))) {
      assertEquals(0, run.awaitExit(PATIENCE.plus(asked)), run::logTail);
    }
  }

  /** What happens in a network of its own. */
  static final class Chaos {
    private static final Logger LOG = LoggerFactory.getLogger(Chaos.class);

    private Chaos() {}

    /** Exits with a code other than 0 if anything is not as it should be. */
    public static void main(String[] args) {
      int exitCode = 1;
      try {
        run(Path.of(args[0]));
        exitCode = 0;
      } catch (RuntimeException | AssertionError e) {
        LOG.error("This run failed", e);
      }
      System.exit(exitCode);
    }

    private static void run(Path folder) {
      try (VirtualNetwork network = VirtualNetwork.of(3);
          TestMesh mesh = TestMesh.on("CutOffPeersIT", folder, network.hosts(), 3).startAll()) {
        List<Fault> faults =
            List.of(
                Fault.isolate(mesh, network),
                Fault.deafen(mesh, network),
                Fault.mute(mesh, network),
                Fault.cutOneLink(mesh, network));
        new ChaosRun("cut-off-peers", mesh).suffer(faults, ChaosTime.asked());
      }
    }
  }
}
