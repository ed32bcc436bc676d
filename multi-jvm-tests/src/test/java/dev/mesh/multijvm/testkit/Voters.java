package dev.mesh.multijvm.testkit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Who comes to hold the groups. */
public final class Voters {
  private static final int META = 0;

  private Voters() {}

  /** Waits until group 0, and every other group, has so many voters. */
  public static void awaitCounts(MeshClient client, int ofGroup0, int ofOthers) {
    await(ofGroup0 + " voters of group 0, " + ofOthers + " of the others")
        .atMost(PeerProcess.PATIENCE)
        .ignoreException(UncheckedIOException.class)
        .untilAsserted(
            () -> {
              Map<Integer, Set<String>> voters = client.voters();
              assertEquals(ofGroup0, voters.remove(META).size());
              assertEquals(
                  Set.of(ofOthers),
                  voters.values().stream().map(Set::size).collect(Collectors.toSet()));
            });
  }

  /**
   * Waits until the mesh does without a peer: each group has as many voters, all of them others.
   */
  public static void awaitReplaced(MeshClient client, String peer, int voters) {
    await(peer + " is replaced")
        .atMost(PeerProcess.PATIENCE)
        .ignoreException(UncheckedIOException.class)
        .untilAsserted(
            () -> {
              Map<Integer, Set<String>> groups = client.voters();
              assertEquals(List.of(), groupsOf(peer, groups));
              groups.forEach((group, ids) -> assertEquals(voters, ids.size(), "group " + group));
            });
  }

  /** Waits until a peer holds some of the groups. */
  public static void awaitHolder(MeshClient client, String peer) {
    await(peer + " holds groups")
        .atMost(PeerProcess.PATIENCE)
        .ignoreException(UncheckedIOException.class)
        .until(() -> !groupsOf(peer, client.voters()).isEmpty());
  }

  private static List<Integer> groupsOf(String peer, Map<Integer, Set<String>> voters) {
    return voters.entrySet().stream()
        .filter(group -> group.getValue().contains(peer))
        .map(Map.Entry::getKey)
        .toList();
  }
}
