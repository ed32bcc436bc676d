package dev.mesh.persistence.replicated.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.replicated.journal.LocalLog.Fault;
import java.nio.file.Path;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.DeleteSnapshotSuccess;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pekko has a store delete what a failed save may have left, named by its number alone. */
class FailedSaveTest {
  private static final SnapshotMetadata AT_5 = SnapshotMetadata.apply("n", 5);

  @TempDir Path folder;

  private ActorSystem system;
  private LocalGroup group;
  private TestKit probe;
  private ActorRef snapshots;

  @BeforeEach
  void start() {
    system =
        ActorSystem.create(
            "failed-save",
            ConfigFactory.parseString("pekko.loglevel = ERROR").withFallback(ConfigFactory.load()));
    group = new LocalGroup(folder);
    group.serve(system);
    probe = new TestKit(system);
    snapshots =
        Persistence.get(system)
            .snapshotStoreFor("mesh.persistence.replicated.snapshot-store", ConfigFactory.empty());
  }

  @AfterEach
  void stop() {
    TestKit.shutdownActorSystem(system);
  }

  private void save(String state) {
    snapshots.tell(new SnapshotProtocol.SaveSnapshot(AT_5, state), probe.getRef());
  }

  private SnapshotProtocol.LoadSnapshotResult load() {
    snapshots.tell(
        new SnapshotProtocol.LoadSnapshot("n", SnapshotSelectionCriteria.latest(), Long.MAX_VALUE),
        probe.getRef());
    return probe.expectMsgClass(SnapshotProtocol.LoadSnapshotResult.class);
  }

  @Test
  void theGoodOneOfThatNumberStays() {
    save("good");
    probe.expectMsgClass(SaveSnapshotSuccess.class);
    group.log.next(Fault.UNAVAILABLE);
    save("lost");
    probe.expectMsgClass(SaveSnapshotFailure.class);
    assertEquals("good", load().snapshot().get().snapshot());
  }

  @Test
  void anActorsOwnWishToDeleteIsStillCarriedOut() {
    save("good");
    probe.expectMsgClass(SaveSnapshotSuccess.class);
    group.log.next(Fault.UNAVAILABLE);
    save("lost");
    probe.expectMsgClass(SaveSnapshotFailure.class);
    snapshots.tell(
        new SnapshotProtocol.DeleteSnapshot(SnapshotMetadata.apply("n", 5)), probe.getRef());
    probe.expectMsgClass(DeleteSnapshotSuccess.class);
    assertTrue(load().snapshot().isEmpty());
  }
}
