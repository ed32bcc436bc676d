package dev.mesh.multijvm.chaos;

import com.typesafe.config.ConfigFactory;
import dev.mesh.multijvm.testkit.PeerProcess;
import dev.mesh.multijvm.testkit.TestMesh;
import dev.mesh.persistence.replicated.Slices;
import dev.mesh.protocols.GroupId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * Who leads the group that keeps a namespace of the memory, as the peers of a mesh say it. Peers
 * are counted from 0. Used by one thread.
 */
final class Leaders {
  /** Not a peer. */
  static final int NONE = -1;

  private static final int GROUPS =
      ConfigFactory.defaultReference().getInt("mesh.replication.groups");
  private static final Duration POLL = Duration.ofMillis(100);

  private final TestMesh mesh;
  private final List<String> ids;
  private final GroupId group;

  /**
   * @param mesh whose peers all answer
   */
  Leaders(TestMesh mesh, String namespace) {
    this.mesh = mesh;
    this.group = Slices.groupOf("memory/" + namespace, GROUPS);
    this.ids = mesh.peers().stream().map(peer -> peer.client().id()).toList();
  }

  List<Integer> all() {
    return IntStream.range(0, ids.size()).boxed().toList();
  }

  List<Integer> others(int peer) {
    return all().stream().filter(other -> other != peer).toList();
  }

  /**
   * Waits for a leader that all of these peers name.
   *
   * @param not another one than this
   */
  int await(List<Integer> peers, int not) {
    return Awaitility.await("the peers " + peers + " name one leader, not " + not)
        .atMost(PeerProcess.PATIENCE)
        .pollInterval(POLL)
        .until(() -> named(peers), leader -> leader != NONE && leader != not);
  }

  private int named(List<Integer> peers) {
    Set<Optional<String>> named =
        peers.stream()
            .map(peer -> mesh.peer(peer).client().leader(group))
            .collect(Collectors.toSet());
    return named.size() == 1 ? named.iterator().next().map(ids::indexOf).orElse(NONE) : NONE;
  }
}
