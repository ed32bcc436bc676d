package dev.mesh.persistence.serialization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WireTrafficTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong now = new AtomicLong();
  private final WireTraffic traffic = new WireTraffic(now::get);

  private void send(int messages) {
    for (int i = 0; i < messages; i++) {
      traffic.countSent();
    }
  }

  @Test
  void nothingIsSaidOfTheFirstSecond() {
    send(5);
    now.set(SECOND / 2);
    assertTrue(traffic.sentPerSecond().isEmpty());
    assertEquals(5, traffic.sent());
  }

  @Test
  void theRateIsThatOfTheLastHalfMinute() {
    send(100);
    now.set(10 * SECOND);
    assertEquals(10, traffic.sentPerSecond().orElseThrow(), 1e-9);
    for (int second = 11; second <= 100; second++) {
      now.set(second * SECOND);
      send(2);
      traffic.sentPerSecond();
    }
    assertEquals(2, traffic.sentPerSecond().orElseThrow(), 1e-9);
  }
}
