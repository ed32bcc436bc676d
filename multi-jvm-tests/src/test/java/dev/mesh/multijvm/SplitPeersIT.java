package dev.mesh.multijvm;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.multijvm.testkit.IsolatedRun;
import dev.mesh.multijvm.testkit.MeshClient;
import dev.mesh.multijvm.testkit.Outcomes;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.TestMesh;
import dev.mesh.multijvm.testkit.VirtualNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mesh falls apart and is joined again: a minority, equal halves, and a link that comes and goes.
 * Each peer has a network interface of its own, so a cut takes every connection.
 */
class SplitPeersIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Test
  void whoReachesNoMajorityIsReadOnlyUntilTheLinksAreRepaired(@TempDir Path folder) {
    IsolatedRun.of("SplitPeersIT", Split.class, List.of(), List.of(folder.toString()), PATIENCE);
  }

  /** What happens in a network of its own. */
  static final class Split {
    private static final Logger LOG = LoggerFactory.getLogger(Split.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int PEERS = 4;
    private static final int FLAPS = 10;
    private static final int FIRST_TASKS = 12;

    private final VirtualNetwork network;
    private final TestMesh mesh;
    private final List<String> ids = new ArrayList<>();

    private Split(VirtualNetwork network, TestMesh mesh) {
      this.network = network;
      this.mesh = mesh;
    }

    /** Exits with a code other than 0 if anything is not as it should be. */
    public static void main(String[] args) {
      IsolatedRun.exitAfter(
          () -> {
            try (VirtualNetwork network = VirtualNetwork.of(PEERS);
                TestMesh mesh =
                    TestMesh.fast("SplitPeersIT", Path.of(args[0]), network.hosts()).startAll()) {
              new Split(network, mesh).run();
            }
          });
    }

    private void run() {
      for (int task = 0; task < FIRST_TASKS; task++) {
        submitThrough(0);
      }
      aMinorityOfOne();
      equalHalves();
      aLinkThatFlaps();
      for (int peer = 0; peer < PEERS; peer++) {
        Outcomes.awaitCompleted(client(peer), ids);
      }
      Outcomes.assertAcceptedOnce(mesh, client(0), ids);
    }

    private void aMinorityOfOne() {
      List<Integer> majority = List.of(0, 1, 2);
      cut(majority, List.of(3));
      awaitReadOnly(3);
      assertTrue(staleReads() > 0, "it answers from what it holds");
      submitThrough(0);
      assertFalse(client(0).task(ids.get(ids.size() - 1)).stale());
      heal(majority, List.of(3));
      awaitWritable(3);
    }

    /** Each task is kept by three of the four peers. */
    private long staleReads() {
      long answered = 0;
      for (String id : ids) {
        MeshClient.Reply read = client(3).task(id);
        if (read.status() == 200) {
          answered++;
          assertTrue(read.stale(), "a read without a majority says so");
        } else {
          assertEquals(503, read.status(), () -> read.body().toString());
        }
      }
      return answered;
    }

    private void equalHalves() {
      List<Integer> left = List.of(0, 1);
      List<Integer> right = List.of(2, 3);
      cut(left, right);
      for (int peer = 0; peer < PEERS; peer++) {
        awaitReadOnly(peer);
      }
      heal(left, right);
      for (int peer = 0; peer < PEERS; peer++) {
        awaitWritable(peer);
      }
    }

    /** Whatever the others make of it, a majority works all the while, and in the end all do. */
    private void aLinkThatFlaps() {
      for (int flap = 0; flap < FLAPS; flap++) {
        cut(List.of(1), List.of(2));
        submitThrough(0);
        heal(List.of(1), List.of(2));
        submitThrough(0);
      }
      for (int peer = 0; peer < PEERS; peer++) {
        awaitWritable(peer);
      }
    }

    private void awaitReadOnly(int peer) {
      long start = System.nanoTime();
      mesh.peer(peer).awaitHealth("read-only");
      log(peer, "is read-only", start);
      MeshClient.Reply refused =
          client(peer).submit(MeshClient.task("refused-" + ids.size(), "echo", "x"));
      assertEquals(503, refused.status());
      String why = refused.body().path("message").asText();
      assertTrue(why.contains("registered peers"), why);
    }

    private void awaitWritable(int peer) {
      long start = System.nanoTime();
      submitThrough(peer);
      log(peer, "takes writes", start);
      mesh.peer(peer).awaitHealth("ok");
    }

    private static void log(int peer, String what, long start) {
      LOG.info("p{} {} after {} ms", peer + 1, what, (System.nanoTime() - start) / 1_000_000);
    }

    private void submitThrough(int peer) {
      String id = "t" + ids.size();
      await("a write through " + mesh.peer(peer).name())
          .atMost(PeerProcess.PATIENCE)
          .pollInterval(POLL)
          .until(() -> client(peer).submit(MeshClient.task(id, "echo", "x")).status() / 100 == 2);
      ids.add(id);
    }

    private MeshClient client(int peer) {
      return mesh.peer(peer).client();
    }

    private void cut(List<Integer> some, List<Integer> others) {
      forEachPair(some, others, network::cut);
    }

    private void heal(List<Integer> some, List<Integer> others) {
      forEachPair(some, others, network::heal);
    }

    private static void forEachPair(List<Integer> some, List<Integer> others, Direction action) {
      for (int one : some) {
        for (int other : others) {
          action.between(one, other);
          action.between(other, one);
        }
      }
    }

    /** What one host sends to another. */
    private interface Direction {
      void between(int from, int to);
    }
  }
}
