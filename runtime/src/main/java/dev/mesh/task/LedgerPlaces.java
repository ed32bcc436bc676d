package dev.mesh.task;

import dev.mesh.persistence.replicated.Slices;
import dev.mesh.protocols.GroupId;
import java.util.stream.IntStream;
import org.apache.pekko.persistence.typed.PersistenceId;

/**
 * Where ledgers are kept: they are dealt out over the groups that share the slices, in order, and a
 * ledger's persistence id is chosen so that it falls to the ledger's group. Pure.
 *
 * @param ledgers how many there are in the mesh
 * @param groups how many groups share the slices
 */
public record LedgerPlaces(int ledgers, int groups) {

  /** The group that keeps the ledger's events. */
  public GroupId groupOf(int ledger) {
    return new GroupId(1 + Math.toIntExact((long) ledger * groups / ledgers));
  }

  /** Under which id the ledger's events are in the journal: the first that falls to its group. */
  public PersistenceId persistenceId(int ledger) {
    GroupId group = groupOf(ledger);
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> PersistenceId.of(TaskLedger.KEY.name(), ledger + "." + i))
        .filter(id -> Slices.groupOf(id.id(), groups).equals(group))
        .findFirst()
        .orElseThrow();
  }
}
