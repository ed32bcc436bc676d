package dev.mesh.multijvm.chaos;

import dev.mesh.multijvm.testkit.IsolatedRun;
import dev.mesh.multijvm.testkit.TestMesh;
import dev.mesh.multijvm.testkit.VirtualNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Leaders are cut off from the other peers, both ways, one way, and from one alone, while clients
 * use the memory through all peers. Each peer has a network interface of its own, so a cut takes
 * every connection.
 */
class CutOffPeersIT {
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @Test
  void theMemoryIsLinearizableThoughLeadersAreCutOff(@TempDir Path folder) {
    Duration asked = ChaosTime.asked();
    IsolatedRun.of(
        "CutOffPeersIT",
        Chaos.class,
        List.of("-D" + ChaosTime.MINUTES + "=" + asked.toMinutes()),
        List.of(folder.toString()),
        PATIENCE.plus(asked));
  }

  /** What happens in a network of its own. */
  static final class Chaos {
    private Chaos() {}

    /** Exits with a code other than 0 if anything is not as it should be. */
    public static void main(String[] args) {
      IsolatedRun.exitAfter(() -> run(Path.of(args[0])));
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
