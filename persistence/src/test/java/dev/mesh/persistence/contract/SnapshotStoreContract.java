package dev.mesh.persistence.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.persistence.DeleteSnapshotSuccess;
import org.apache.pekko.persistence.DeleteSnapshotsSuccess;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every snapshot store must do: each case that Pekko's own SnapshotStoreSpec checks, its
 * optional ones included, and large snapshots. A subclass names the plugin.
 */
public abstract class SnapshotStoreContract extends PluginContract {
  private static final long ALL = Long.MAX_VALUE;
  private static final SnapshotSelectionCriteria LATEST = SnapshotSelectionCriteria.latest();

  private TestKit sender;
  private List<SnapshotMetadata> saved;

  @BeforeEach
  void saveFive() {
    sender = probe();
    saved = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      saved.add(save(SnapshotMetadata.apply(id, i + 10), "s-" + i));
    }
  }

  private SnapshotMetadata save(SnapshotMetadata metadata, Object snapshot) {
    tell(new SnapshotProtocol.SaveSnapshot(metadata, snapshot));
    return sender.expectMsgClass(SaveSnapshotSuccess.class).metadata();
  }

  private void tell(Object message) {
    snapshotStore().tell(message, sender.getRef());
  }

  private static SnapshotSelectionCriteria upTo(long number, long timestamp) {
    return SnapshotSelectionCriteria.create(number, timestamp);
  }

  private scala.Option<SelectedSnapshot> load(
      String from, SnapshotSelectionCriteria criteria, long toNumber) {
    tell(new SnapshotProtocol.LoadSnapshot(from, criteria, toNumber));
    var result = sender.expectMsgClass(SnapshotProtocol.LoadSnapshotResult.class);
    assertEquals(toNumber, result.toSequenceNr());
    return result.snapshot();
  }

  private void expectNone(String from, SnapshotSelectionCriteria criteria, long toNumber) {
    assertTrue(load(from, criteria, toNumber).isEmpty());
  }

  private void expect(int which, SnapshotSelectionCriteria criteria, long toNumber) {
    SelectedSnapshot found = load(id, criteria, toNumber).get();
    assertEquals(saved.get(which - 1), found.metadata());
    assertEquals("s-" + which, found.snapshot());
  }

  @Test
  void loadsNothingForAnUnknownId() {
    expectNone("unknown-" + id, LATEST, ALL);
  }

  @Test
  void loadsNothingForAnEarlierTime() {
    expectNone(id, upTo(ALL, 100), ALL);
  }

  @Test
  void loadsNothingForALowerNumber() {
    expectNone(id, upTo(7, ALL), ALL);
    expectNone(id, LATEST, 7);
  }

  @Test
  void loadsNothingForNoCriteria() {
    expectNone(id, SnapshotSelectionCriteria.none(), ALL);
  }

  @Test
  void loadsTheLatest() {
    expect(5, LATEST, ALL);
  }

  @Test
  void loadsTheLatestUpToANumber() {
    expect(3, upTo(13, ALL), ALL);
    expect(3, LATEST, 13);
  }

  @Test
  void loadsTheLatestUpToANumberAndATime() {
    long time = saved.get(2).timestamp();
    expect(3, upTo(13, time), ALL);
    expect(3, upTo(ALL, time), 13);
  }

  @Test
  void loadsNothingBelowALowerBound() {
    expectNone(id, SnapshotSelectionCriteria.create(ALL, ALL, 16, 0), ALL);
    expect(5, SnapshotSelectionCriteria.create(ALL, ALL, 15, 0), ALL);
  }

  @Test
  void deletesOneByItsNumber() {
    SnapshotMetadata any = SnapshotMetadata.apply(id, saved.get(2).sequenceNr());
    var command = new SnapshotProtocol.DeleteSnapshot(any);
    TestKit subscriber = probe();
    system.eventStream().subscribe(subscriber.getRef(), SnapshotProtocol.DeleteSnapshot.class);
    tell(command);
    subscriber.expectMsg(command);
    sender.expectMsg(new DeleteSnapshotSuccess(any));
    expect(2, upTo(any.sequenceNr(), ALL), ALL);
    expect(5, LATEST, ALL);
  }

  @Test
  void deletesAllUpToANumberAndATime() {
    SnapshotMetadata third = saved.get(2);
    SnapshotMetadata fourth = saved.get(3);
    var criteria = upTo(third.sequenceNr(), third.timestamp());
    var command = new SnapshotProtocol.DeleteSnapshots(id, criteria);
    TestKit subscriber = probe();
    system.eventStream().subscribe(subscriber.getRef(), SnapshotProtocol.DeleteSnapshots.class);
    tell(command);
    subscriber.expectMsg(command);
    sender.expectMsg(new DeleteSnapshotsSuccess(criteria));
    expectNone(id, criteria, ALL);
    expect(4, upTo(fourth.sequenceNr(), fourth.timestamp()), ALL);
  }

  @Test
  void doesNotDeleteWhatIsLater() {
    SnapshotMetadata fourth = saved.get(3);
    var criteria = upTo(fourth.sequenceNr(), fourth.timestamp() - 1);
    tell(new SnapshotProtocol.DeleteSnapshots(id, criteria));
    sender.expectMsg(new DeleteSnapshotsSuccess(criteria));
    expect(4, upTo(fourth.sequenceNr(), fourth.timestamp()), ALL);
  }

  @Test
  void overwritesTheSameNumber() {
    SnapshotMetadata fifth = saved.get(4);
    assertEquals(fifth.sequenceNr(), save(fifth, "s-5-modified").sequenceNr());
    SelectedSnapshot found = load(id, upTo(fifth.sequenceNr(), ALL), ALL).get();
    assertEquals("s-5-modified", found.snapshot());
    assertEquals(fifth.sequenceNr(), found.metadata().sequenceNr());
  }

  @Test
  void savesLargeOnesAndOverwritesThemWithSmallOnes() {
    String large = "0123456789".repeat(100_000);
    save(SnapshotMetadata.apply(id, 100), large);
    assertEquals(large, load(id, LATEST, ALL).get().snapshot());
    save(SnapshotMetadata.apply(id, 100), "small");
    assertEquals("small", load(id, LATEST, ALL).get().snapshot());
  }

  @Test
  void serializesWithTransportInformation() {
    ActorHolder snapshot = new ActorHolder(sender.getRef());
    save(SnapshotMetadata.apply(id, 100), snapshot);
    SelectedSnapshot found = load(id, LATEST, ALL).get();
    assertEquals(100, found.metadata().sequenceNr());
    assertEquals(snapshot, found.snapshot());
  }

  @Test
  void keepsMetadata() {
    save(SnapshotMetadata.apply(id, 100).withMetadata("meta-data"), "snapshot");
    SelectedSnapshot found = load(id, LATEST, ALL).get();
    assertEquals("snapshot", found.snapshot());
    assertEquals("meta-data", found.metadata().metadata().get());
  }

  @Test
  void failsOnWhatCannotBeSerialized() {
    tell(new SnapshotProtocol.SaveSnapshot(SnapshotMetadata.apply(id, 100), new Object()));
    sender.expectMsgClass(SaveSnapshotFailure.class);
    expect(5, LATEST, ALL);
  }
}
