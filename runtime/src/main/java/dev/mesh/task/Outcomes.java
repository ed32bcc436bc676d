package dev.mesh.task;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Outcome;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How the tasks of one batch have ended, by peer. Not thread-safe. */
final class Outcomes {
  private final Map<PeerId, Map<Outcome, Integer>> counts = new TreeMap<>();

  void add(PeerId peer, Outcome outcome) {
    counts
        .computeIfAbsent(peer, any -> new EnumMap<>(Outcome.class))
        .merge(outcome, 1, Integer::sum);
  }

  /** Says what was gathered, and begins anew. */
  void tell(List<LedgerEffect> effects) {
    counts.forEach(
        (peer, outcomes) ->
            outcomes.forEach(
                (outcome, times) -> effects.add(new LedgerEffect.Witnessed(peer, outcome, times))));
    counts.clear();
  }
}
