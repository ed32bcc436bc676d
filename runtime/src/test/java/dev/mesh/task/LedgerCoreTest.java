package dev.mesh.task;

import static dev.mesh.task.LedgerFixtures.A;
import static dev.mesh.task.LedgerFixtures.B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerCoreTest {
  private static final long NOW = 1_000;
  private static final long RUN = 7;

  private final LedgerSettings settings = LedgerFixtures.settings("lost-after", "2s");
  private final LedgerState state = new LedgerState();

  @Test
  void aLedgerThatStartsAnewTakesBackAtOnceWhatAFailedPeerHolds() {
    List<LedgerEvent> events = planned(new WorkerRuns(Map.of(B, 1L), Map.of(A, RUN)));
    assertEquals(1, events.size());
    LedgerEvent.Returned returned = assertInstanceOf(LedgerEvent.Returned.class, events.get(0));
    assertEquals("t", returned.id());
  }

  @Test
  void theFailureOfAnEarlierRunIsNoReason() {
    assertEquals(List.of(), planned(new WorkerRuns(Map.of(B, 1L), Map.of(A, RUN - 1))));
  }

  @Test
  void aPeerThatIsJustNotThereIsGivenTime() {
    assertEquals(List.of(), planned(new WorkerRuns(Map.of(B, 1L), Map.of())));
  }

  /** What the first tick decides of a task that A's run holds. */
  private List<LedgerEvent> planned(WorkerRuns runs) {
    state.apply(new LedgerEvent.Submitted(LedgerFixtures.task("t"), 1, NOW));
    state.apply(new LedgerEvent.Awarded("t", 1, A, RUN, NOW));
    LedgerCore core = new LedgerCore(0, settings, state, NOW);
    return core.plan(List.of(LedgerCommand.Tick.INSTANCE), runs, NOW).events();
  }
}
