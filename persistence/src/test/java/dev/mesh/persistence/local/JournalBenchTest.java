package dev.mesh.persistence.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalBenchTest {
  @TempDir Path temp;

  @Test
  void countsWhatWasAcknowledged() {
    JournalBench.Load load = new JournalBench.Load(3, 2, 256, Duration.ofMillis(100));
    JournalBench.Result result = JournalBench.run(temp, load);
    assertTrue(result.operations() >= 6, "each actor writes once at least");
    assertEquals(result.operations(), 2L * result.latencies().length);
    assertTrue(result.syncs() >= 1);
    assertTrue(result.bytes() >= 256 * result.operations());
    assertTrue(result.seconds() >= 0.1);
  }

  @Test
  void refusesALoadOfNothing() {
    assertThrows(
        IllegalArgumentException.class,
        () -> JournalBench.run(temp, 0, 256, Duration.ofMillis(100)));
  }
}
