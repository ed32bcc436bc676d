package dev.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeshSettingsTest {
  @Test
  void theDefaultsAreWithinTheirBounds() {
    assertEquals(Duration.ofSeconds(3), settings("").heartbeat().interval());
  }

  @ParameterizedTest
  @CsvSource({
    "mesh.name, two words",
    "mesh.seeds.0, no-port",
    "mesh.expect, 10",
    "mesh.discovery.interval, 1ms",
    "mesh.partition.down-after, 0s",
    "mesh.heartbeat.timeout, 2s",
    "mesh.heartbeat.observers, 0",
    "mesh.gossip.fanout, 0",
    "mesh.overlay.min-neighbours, 2",
    "mesh.overlay.max-neighbours, 3",
    "mesh.overlay.candidates, 9",
    "mesh.overlay.max-age, 3",
    "mesh.reputation.half-life, 0s",
    "mesh.reputation.opinions, 65",
    "mesh.reputation.distrust-below, 2",
    "mesh.replication.call-timeout, 0s",
    "mesh.tasks.ledgers, 0",
    "mesh.work.max-held, 0",
    "mesh.work.slots, 1000",
    "mesh.auction.pace, -1ms",
    "mesh.persistence.replicated.retry-timeout, 0s",
    "mesh.persistence.replicated.machine.part, 1 KiB",
    "mesh.persistence.replicated.journal.replay-page, 0",
    "mesh.persistence.replicated.snapshot-store.part, 2 MiB",
    "mesh.persistence.replicated.query.refresh-max, 1ms",
  })
  void whatIsOutOfBoundsIsRefusedWithItsKey(String key, String value) {
    var refused = assertThrows(ConfigException.class, () -> settings(key + " = \"" + value + "\""));
    String named = key.replace(".0", "");
    assertTrue(refused.getMessage().contains(named), refused.getMessage());
  }

  private static MeshSettings settings(String overrides) {
    Config config =
        ConfigFactory.parseString(overrides)
            .withFallback(ConfigFactory.defaultReference())
            .resolve();
    return MeshSettings.of(config);
  }
}
