package dev.mesh.persistence.replicated.journal;

import static dev.mesh.persistence.replicated.journal.JournalAnswer.Status.CONFLICT;
import static dev.mesh.persistence.replicated.journal.JournalAnswer.Status.DAMAGED;
import static dev.mesh.persistence.replicated.journal.JournalAnswer.Status.DONE;
import static dev.mesh.persistence.replicated.journal.JournalAnswer.Status.FENCED;
import static dev.mesh.persistence.replicated.journal.JournalAnswer.Status.GAP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreFixtures;
import dev.mesh.persistence.replicated.Slices;
import dev.mesh.persistence.replicated.journal.JournalQuery.IdsPage;
import dev.mesh.persistence.replicated.journal.JournalQuery.SlicesPage;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalMachineTest {
  private static final String ID = "account-1";

  @TempDir Path folder;

  private Store store;
  private MachineProbe probe;
  private long epoch;

  @BeforeEach
  void open() {
    store = Store.open(folder, StoreFixtures.settings());
    probe = new MachineProbe(LocalGroup.open(store, GroupId.META));
    epoch = probe.claim(ID);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void eventsComeBackInOrderAndTheHighestNumberIsKnown() {
    assertEquals(DONE, probe.append(ID, epoch, "w", 1, "a", "b"));
    assertEquals(DONE, probe.append(ID, epoch, "w", 3, "c"));
    assertEquals(List.of("a", "b", "c"), probe.events(ID));
    assertEquals(new JournalAnswer(DONE, epoch, 3, 0), probe.header(ID));
    assertEquals(new JournalAnswer(DONE, 0, 0, 0), probe.header("somebody-else"));
  }

  @Test
  void aClaimTellsHowTheIdStandsAndFencesWhoCameBefore() {
    probe.append(ID, epoch, "w", 1, "a", "b");
    JournalAnswer claimed = probe.apply(new JournalCommand.Claim(ID, UUID.randomUUID()));
    assertEquals(new JournalAnswer(DONE, epoch + 1, 2, 0), claimed);
    assertEquals(FENCED, probe.append(ID, epoch, "w", 3, "c"));
    assertEquals(FENCED, probe.apply(new JournalCommand.DeleteTo(ID, epoch, 1)).status());
    assertEquals(FENCED, probe.savePart(ID, epoch, MachineProbe.key(2), 0, 1, "s"));
    assertEquals(
        FENCED, probe.apply(new JournalCommand.DeleteSnapshots(ID, epoch, List.of())).status());
    assertEquals(DONE, probe.append(ID, epoch + 1, "w2", 3, "c"));
    assertEquals(List.of("a", "b", "c"), probe.events(ID));
  }

  @Test
  void aRepeatedClaimIsTheSameClaim() {
    UUID first = UUID.randomUUID();
    JournalCommand claim = new JournalCommand.Claim(ID, first);
    JournalAnswer answer = probe.apply(claim);
    assertEquals(answer, probe.apply(claim));

    long later = probe.claim(ID);
    assertEquals(FENCED, probe.apply(claim).status());
    assertEquals(later, probe.header(ID).epoch());
  }

  @Test
  void theFirstAppendBindsItsWriter() {
    probe.append(ID, epoch, "w", 1, "a");
    assertEquals(FENCED, probe.append(ID, epoch, "other", 2, "b"));
    assertEquals(List.of("a"), probe.events(ID));
  }

  @Test
  void anExactRepetitionIsAcknowledgedAndStoredOnce() {
    probe.append(ID, epoch, "w", 1, "a", "b");
    assertEquals(DONE, probe.append(ID, epoch, "w", 1, "a", "b"));
    assertEquals(List.of("a", "b"), probe.events(ID));
    assertEquals(2, probe.header(ID).highestSeqNr());
  }

  @Test
  void otherEventsUnderTakenNumbersAreAConflict() {
    probe.append(ID, epoch, "w", 1, "a", "b");
    assertEquals(CONFLICT, probe.append(ID, epoch, "w", 1, "a", "x"));
    assertEquals(CONFLICT, probe.append(ID, epoch, "w", 1, "a"));
    assertEquals(CONFLICT, probe.append(ID, epoch, "w", 2, "b"));
    assertEquals(CONFLICT, probe.append(ID, epoch, "w", 2, "b", "c"));
    long second = probe.claim(ID);
    assertEquals(CONFLICT, probe.append(ID, second, "w2", 2, "y"));
    assertEquals(List.of("a", "b"), probe.events(ID));
  }

  @Test
  void aGapIsRefused() {
    assertEquals(GAP, probe.append(ID, epoch, "w", 2, "b"));
    assertEquals(List.of(), probe.events(ID));
  }

  @Test
  void damageOnTheWayIsRefused() {
    JournalCommand.Append good = MachineProbe.command(ID, epoch, "w", 1, "a");
    JournalCommand damaged =
        new JournalCommand.Append(ID, epoch, "w", 1, good.checksum() + 1, good.events());
    assertEquals(DAMAGED, probe.apply(damaged).status());
    Bytes encoded = good.encode();
    assertEquals(DAMAGED, probe.applyBytes(encoded.slice(0, encoded.length() - 1)).status());
    assertEquals(DONE, probe.applyBytes(encoded).status());
    assertEquals(List.of("a"), probe.events(ID));
  }

  @Test
  void aCommandOfALaterVersionStopsTheMachineForGood() {
    byte[] later = MachineProbe.command(ID, epoch, "w", 1, "a").encode().toArray();
    later[0]++;
    long before = probe.machine.appliedIndex();
    assertThrows(IllegalStateException.class, () -> probe.applyBytes(Bytes.wrap(later)));
    assertThrows(IllegalStateException.class, () -> probe.claim(ID));
    assertEquals(before, probe.machine.appliedIndex());
  }

  @Test
  void entriesAreAppliedInTurnOnly() {
    long next = probe.machine.appliedIndex() + 1;
    assertThrows(IllegalStateException.class, () -> probe.machine.advance(next + 1));
    probe.machine.advance(next);
    assertEquals(next, probe.machine.appliedIndex());
  }

  @Test
  void commandsOfOneEntrySeeEachOther() {
    List<JournalAnswer> answers =
        probe.applyAll(
            List.of(
                MachineProbe.command(ID, epoch, "w", 1, "a").encode(),
                MachineProbe.command(ID, epoch, "w", 2, "b").encode(),
                new JournalCommand.Claim(ID, UUID.randomUUID()).encode(),
                MachineProbe.command(ID, epoch, "w", 3, "c").encode()));
    assertEquals(
        List.of(DONE, DONE, DONE, FENCED), answers.stream().map(JournalAnswer::status).toList());
    assertEquals(2, answers.get(3).highestSeqNr());
  }

  @Test
  void deletedEventsAreGoneAndTheirNumbersStayTaken() {
    probe.append(ID, epoch, "w", 1, "a", "b", "c");
    assertEquals(
        new JournalAnswer(DONE, epoch, 3, 2),
        probe.apply(new JournalCommand.DeleteTo(ID, epoch, 2)));
    assertEquals(List.of("c"), probe.events(ID));
    assertEquals(3, probe.replay(ID, 1, 3, MachineProbe.PAGE).firstSeqNr());
    assertEquals(3, probe.apply(new JournalCommand.DeleteTo(ID, epoch, 99)).deletedTo());
    assertEquals(List.of(), probe.events(ID));
    assertEquals(DONE, probe.append(ID, epoch, "w", 4, "d"));
    assertEquals(List.of("d"), probe.events(ID));
  }

  @Test
  void idsThatBeginAlikeAreApart() {
    String longer = ID + "\0x";
    long other = probe.claim(longer);
    probe.append(ID, epoch, "w", 1, "a");
    probe.append(longer, other, "w", 1, "x");
    probe.apply(new JournalCommand.DeleteTo(ID, epoch, 1));
    assertEquals(List.of("x"), probe.events(longer));
    assertEquals(
        List.of(ID, longer),
        IdsPage.decode(probe.ask(new JournalQuery.PersistenceIds("", 10))).ids());
    assertEquals(
        List.of(longer), IdsPage.decode(probe.ask(new JournalQuery.PersistenceIds(ID, 10))).ids());
  }

  @Test
  void replayEndsAPageAtItsBoundButNeverBeforeOneEvent() {
    String large = "x".repeat(1000);
    probe.append(ID, epoch, "w", 1, large, large, large);
    assertEquals(2, probe.replay(ID, 1, 3, 2100).rows().size());
    assertEquals(1, probe.replay(ID, 3, 3, 10).rows().size());
    assertEquals(1, probe.replay(ID, 1, 3, 10).rows().size());
  }

  private List<Long> numbers(String entityType, int minSlice, int maxSlice, long after) {
    JournalQuery query =
        new JournalQuery.Slices(entityType, minSlice, maxSlice, after, MachineProbe.PAGE);
    return SlicesPage.decode(probe.ask(query)).events().stream()
        .map(JournalQuery.CommittedEvent::number)
        .toList();
  }

  @Test
  void eventsAreNumberedInTheOrderOfCommitsAndFoundBySliceAndType() {
    String cart = "Cart|1";
    long other = probe.claim(cart);
    probe.append(ID, epoch, "w", 1, "a", "b");
    probe.append(cart, other, "w", 1, "x", "y");
    probe.append(ID, epoch, "w", 3, "c");
    assertEquals(List.of(1L, 2L, 5L), numbers("", 0, 1023, 0));
    assertEquals(List.of(3L, 4L), numbers("Cart", 0, 1023, 0));
    assertEquals(List.of(4L), numbers("Cart", 0, 1023, 3));
    int slice = Slices.sliceOf(cart);
    assertEquals(List.of(3L, 4L), numbers("Cart", slice, slice, 0));
    assertEquals(List.of(), numbers("Cart", 0, slice - 1, 0));
    assertEquals(List.of(), numbers("Cart", slice + 1, 1023, 0));
  }

  @Test
  void deletedEventsLeaveTheOrderOfCommitsAndTheirNumbersStayTaken() {
    probe.append(ID, epoch, "w", 1, "a", "b");
    probe.append(ID, epoch, "w", 3, "c", "d");
    probe.apply(new JournalCommand.DeleteTo(ID, epoch, 3));
    assertEquals(List.of(4L), numbers("", 0, 1023, 0));
    probe.apply(new JournalCommand.DeleteTo(ID, epoch, 4));
    assertEquals(List.of(), numbers("", 0, 1023, 0));
    probe.append(ID, epoch, "w", 5, "e");
    assertEquals(List.of(5L), numbers("", 0, 1023, 0));
  }

  @Test
  void aSnapshotIsThereWhenItsLastPartIs() {
    SnapshotKey key = MachineProbe.key(7);
    assertEquals(DONE, probe.savePart(ID, epoch, key, 0, 2, "one"));
    assertEquals(GAP, probe.savePart(ID, epoch, key, 2, 3, "three"));
    assertTrue(probe.snapshots(ID).isEmpty());
    assertEquals(DONE, probe.savePart(ID, epoch, key, 1, 2, "two"));
    assertEquals(List.of(new JournalQuery.SnapshotInfo(key, 1000, 2)), probe.snapshots(ID));
    assertEquals("one", probe.part(ID, key, 0));
    assertEquals("two", probe.part(ID, key, 1));
    assertEquals(DONE, probe.savePart(ID, epoch, key, 1, 2, "two"));
    assertEquals(DONE, probe.savePart(ID, epoch, key, 0, 2, "one"));
    assertEquals(1, probe.snapshots(ID).size());
  }

  @Test
  void aSaveThatIsBrokenOffLeavesNothingOnceTheNextOneBegins() {
    SnapshotKey broken = MachineProbe.key(7);
    SnapshotKey good = MachineProbe.key(9);
    probe.savePart(ID, epoch, broken, 0, 2, "old");
    probe.savePart(ID, epoch, good, 0, 1, "new");
    assertEquals("", probe.part(ID, broken, 0));
    assertEquals(GAP, probe.savePart(ID, epoch, broken, 1, 2, "late"));
    assertEquals(good, probe.snapshots(ID).get(0).key());
    assertEquals("new", probe.part(ID, good, 0));
  }

  @Test
  void aSnapshotTakesThePlaceOfAnotherOfItsNumber() {
    SnapshotKey first = MachineProbe.key(7);
    SnapshotKey second = MachineProbe.key(7);
    probe.savePart(ID, epoch, first, 0, 2, "1a");
    probe.savePart(ID, epoch, first, 1, 2, "1b");
    probe.savePart(ID, epoch, second, 0, 1, "2a");
    assertEquals(1, probe.snapshots(ID).size());
    assertEquals(second, probe.snapshots(ID).get(0).key());
    assertEquals("", probe.part(ID, first, 0));
    assertEquals("", probe.part(ID, first, 1));
    assertEquals("2a", probe.part(ID, second, 0));
  }

  @Test
  void snapshotsAreDeletedOneByOne() {
    SnapshotKey first = MachineProbe.key(1);
    SnapshotKey second = MachineProbe.key(2);
    probe.savePart(ID, epoch, first, 0, 1, "1");
    probe.savePart(ID, epoch, second, 0, 1, "2");
    probe.apply(new JournalCommand.DeleteSnapshots(ID, epoch, List.of(first)));
    assertEquals(second, probe.snapshots(ID).get(0).key());
    assertEquals("", probe.part(ID, first, 0));
    assertEquals("2", probe.part(ID, second, 0));
  }
}
