package dev.mesh.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mesh.persistence.replicated.Slices;
import dev.mesh.protocols.GroupId;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LedgerPlacesTest {

  @ParameterizedTest
  @CsvSource({"8, 16, 1", "16, 16, 1", "8, 1, 8", "10, 4, 3", "1024, 3, 342"})
  void eachLedgerFallsToItsGroupAndGroupsShareThemEvenly(int ledgers, int groups, int most) {
    LedgerPlaces places = new LedgerPlaces(ledgers, groups);
    Map<GroupId, Integer> counts = new HashMap<>();
    for (int ledger = 0; ledger < ledgers; ledger++) {
      GroupId group = places.groupOf(ledger);
      assertEquals(group, Slices.groupOf(places.persistenceId(ledger).id(), groups));
      counts.merge(group, 1, Integer::sum);
    }
    assertEquals(Math.min(ledgers, groups), counts.size());
    assertEquals(most, counts.values().stream().max(Integer::compare).orElseThrow());
  }
}
