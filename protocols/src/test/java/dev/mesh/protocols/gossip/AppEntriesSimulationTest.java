package dev.mesh.protocols.gossip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.sim.Seeds;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random writes and deletions, by peers that lose messages and are cut off from each other for less
 * and for longer than tombstones are kept: once all are together again, all hold the last write of
 * each key, and what was deleted stays dead.
 */
class AppEntriesSimulationTest {
  private static final int PEERS = 12;
  private static final int KEYS = 6;
  private static final int RETENTION_ROUNDS = 60;
  private static final int STEPS = 400;
  private static final int TO_AGREE = 40;
  private static final GossipSettings SETTINGS = GossipTest.settings(3, 1, 64 * 1024);

  /** The last write of each key, deletions included. */
  private final Map<String, AppEntry> last = new TreeMap<>();

  @Test
  void theLastWriteIsWhatAllHoldAndWhatIsDeadStaysDead() {
    Seeds.run(20, this::run);
  }

  private long run(long seed) {
    last.clear();
    Random random = new Random(seed);
    GossipNetwork network = new GossipNetwork(seed, PEERS, SETTINGS);
    network.rounds(TO_AGREE);
    network.loss(random.nextInt(30));
    for (int step = 0; step < STEPS; step++) {
      int dice = random.nextInt(100);
      if (dice < 30) {
        write(network, random, Optional.of(Bytes.utf8("v" + step)));
      } else if (dice < 55) {
        write(network, random, Optional.empty());
      } else if (dice < 58) {
        network.cut(1 + random.nextInt(PEERS - 1));
      } else if (dice < 62) {
        network.cut(0);
        network.rounds(TO_AGREE);
        check(network);
      } else if (dice < 63) {
        network.rounds(2 * RETENTION_ROUNDS);
      } else {
        network.round();
      }
    }
    network.loss(0);
    network.cut(0);
    network.rounds(TO_AGREE);
    check(network);
    network.rounds(4 * RETENTION_ROUNDS);
    check(network);
    long alive = last.values().stream().filter(entry -> !entry.isTombstone()).count();
    assertEquals(alive, network.peer(0).entries().size(), "tombstones are collected");
    return network.peer(0).entries().hash();
  }

  private void write(GossipNetwork network, Random random, Optional<Bytes> value) {
    String key = "k" + random.nextInt(KEYS);
    network
        .write(random.nextInt(PEERS), key, value)
        .ifPresent(
            written ->
                last.merge(
                    key,
                    written,
                    (one, other) -> one.stamp().isNewerThan(other.stamp()) ? one : other));
  }

  private void check(GossipNetwork network) {
    assertTrue(network.agree(), "all hold the same");
    last.forEach(
        (key, entry) -> {
          for (int i = 0; i < PEERS; i++) {
            assertEquals(entry.value().map(Bytes::asUtf8), network.read(i, key), key);
          }
        });
  }
}
