package dev.mesh.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DirectoryActorTest {
  private static final PeerId SELF = new PeerId("self");
  private static final PeerId OTHER = new PeerId("other");
  private static final Duration SELDOM = Duration.ofMinutes(1);
  private static final Duration OFTEN = Duration.ofMillis(20);

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<DirectoryActor.Command> other =
      kit.createTestProbe(DirectoryActor.Command.class);
  private final BlockingQueue<Long> versions = new LinkedBlockingQueue<>();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void takesWhatIsNewerAndNothingElse() throws InterruptedException {
    ActorRef<DirectoryActor.Command> keeper = keeper(version(3), false, SELDOM);
    keeper.tell(new DirectoryActor.Told(version(5).toBytes()));
    keeper.tell(new DirectoryActor.Applied(version(4)));
    keeper.tell(new DirectoryActor.Applied(version(6)));
    assertEquals(5, next());
    assertEquals(6, next());
    assertTrue(versions.isEmpty());
  }

  @Test
  void theLeaderTellsTheOthersOfAChange() {
    keeper(version(3), true, SELDOM).tell(new DirectoryActor.Applied(version(4)));
    DirectoryActor.Told told = other.expectMessageClass(DirectoryActor.Told.class);
    assertEquals(version(4), Directory.fromBytes(told.directory()));
  }

  @Test
  void whoHasAnOlderOneIsToldAndWhoHasANewerOneIsAsked() {
    ActorRef<DirectoryActor.Command> keeper = keeper(version(3), false, SELDOM);
    keeper.tell(new DirectoryActor.Compare(3, other.ref()));
    keeper.tell(new DirectoryActor.Compare(2, other.ref()));
    assertEquals(
        version(3).toBytes(), other.expectMessageClass(DirectoryActor.Told.class).directory());
    keeper.tell(new DirectoryActor.Compare(9, other.ref()));
    assertEquals(3, other.expectMessageClass(DirectoryActor.Compare.class).version());
  }

  @Test
  void comparesWithOthersAgainAndAgain() {
    keeper(version(3), false, OFTEN);
    assertEquals(3, other.expectMessageClass(DirectoryActor.Compare.class).version());
    assertEquals(3, other.expectMessageClass(DirectoryActor.Compare.class).version());
  }

  private ActorRef<DirectoryActor.Command> keeper(
      Directory known, boolean leads, Duration interval) {
    Map<PeerId, ActorRef<DirectoryActor.Command>> peers = Map.of(OTHER, other.ref());
    return kit.spawn(
        DirectoryActor.create(
            new DirectoryActor.Environment(
                SELF,
                known,
                () -> List.of(SELF, OTHER),
                peer -> Optional.ofNullable(peers.get(peer)),
                () -> leads,
                bound -> 0,
                interval,
                1 << 20,
                latest -> versions.add(latest.version()))));
  }

  private long next() throws InterruptedException {
    return versions.poll(10, TimeUnit.SECONDS);
  }

  private static Directory version(long version) {
    Directory founding = Founding.directory(List.of(SELF, OTHER), 2, 1);
    return new Directory(version, 2, 1, founding.peers(), founding.groups());
  }
}
