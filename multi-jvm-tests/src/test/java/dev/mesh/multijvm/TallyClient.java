package dev.mesh.multijvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.multijvm.testkit.Application;
import java.util.BitSet;

/**
 * Proposes one command after the other at one process of the tally, whether that lives or not, and
 * remembers what it was told of each. Thread-safe.
 */
final class TallyClient {
  private final String name;
  private final Application tally;
  private final BitSet done = new BitSet();
  private final BitSet refused = new BitSet();
  private int next;

  TallyClient(String name, Application tally) {
    this.name = name;
    this.tally = tally;
  }

  String name() {
    return name;
  }

  /** Proposes the next command and waits for what is said of it. */
  synchronized void propose() {
    int number = next++;
    String outcome = tally.post("/commands/" + name + "/" + number).orElse("unknown");
    if (outcome.equals("done")) {
      done.set(number);
    } else if (outcome.equals("refused")) {
      refused.set(number);
    }
  }

  /** How many commands were acknowledged. */
  synchronized int acknowledged() {
    return done.cardinality();
  }

  /**
   * Checks what was applied: all that was acknowledged, nothing that was refused, and nothing
   * twice.
   *
   * @param counts a digit for each command, how often it was applied; none for the last ones if
   *     they were not
   */
  synchronized void check(String counts) {
    assertTrue(counts.length() <= next, () -> name + " never sent all of " + counts);
    for (int number = 0; number < next; number++) {
      int applied = number < counts.length() ? counts.charAt(number) - '0' : 0;
      int least = done.get(number) ? 1 : 0;
      int most = refused.get(number) ? 0 : 1;
      assertEquals(
          Math.max(least, Math.min(most, applied)),
          applied,
          "how often command " + number + " of " + name + " was applied");
    }
  }
}
