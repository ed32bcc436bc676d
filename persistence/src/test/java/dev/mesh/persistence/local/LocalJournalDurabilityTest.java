package dev.mesh.persistence.local;

import static dev.mesh.persistence.local.StoreFixtures.settings;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/** Persistent actors on the local plugins, across kills and failures of the disk. */
class LocalJournalDurabilityTest {
  @TempDir Path temp;

  private sealed interface Command permits Add, Get {}

  private record Add(String word, ActorRef<String> replyTo) implements Command {}

  private record Get(ActorRef<String> replyTo) implements Command {}

  /** Keeps words; its state is the words with commas between them. */
  private static final class Words extends EventSourcedBehavior<Command, String, String> {
    Words() {
      super(PersistenceId.ofUniqueId("words"));
    }

    @Override
    public String emptyState() {
      return "";
    }

    @Override
    public CommandHandler<Command, String, String> commandHandler() {
      return newCommandHandlerBuilder()
          .forAnyState()
          .onCommand(
              Add.class,
              add -> Effect().persist(add.word).thenRun(state -> add.replyTo.tell(state)))
          .onCommand(Get.class, (state, get) -> Effect().reply(get.replyTo, state))
          .build();
    }

    @Override
    public EventHandler<String, String> eventHandler() {
      return (state, word) -> state.isEmpty() ? word : state + "," + word;
    }

    @Override
    public RetentionCriteria retentionCriteria() {
      return RetentionCriteria.snapshotEvery(5, 1).withDeleteEventsOnSnapshot();
    }

    @Override
    public String journalPluginId() {
      return "mesh.persistence.local.journal";
    }

    @Override
    public String snapshotPluginId() {
      return "mesh.persistence.local.snapshot-store";
    }
  }

  private ActorTestKit start(Store store) {
    Config config = ConfigFactory.parseString("pekko.loglevel = ERROR");
    ActorTestKit kit = ActorTestKit.create("words", config.withFallback(ConfigFactory.load()));
    StoreExtension.get(kit.system()).use(store);
    return kit;
  }

  @Test
  void everyAcknowledgedEventSurvivesAKill() {
    List<String> words = new ArrayList<>();
    Path folder = temp.resolve("life-0");
    for (int life = 0; life < 4; life++) {
      Path next = temp.resolve("life-" + (life + 1));
      try (Store store = Store.open(folder, settings())) {
        ActorTestKit kit = start(store);
        TestProbe<String> probe = kit.createTestProbe();
        ActorRef<Command> actor = kit.spawn(new Words());
        actor.tell(new Get(probe.ref()));
        assertEquals(String.join(",", words), probe.receiveMessage());
        for (int i = 0; i < 7; i++) {
          words.add("w" + life + i);
          actor.tell(new Add("w" + life + i, probe.ref()));
          assertEquals(String.join(",", words), probe.receiveMessage());
        }
        StoreFixtures.killedCopy(folder, next);
        kit.shutdownTestKit();
      }
      folder = next;
    }
  }

  @Test
  void anEventWhoseSyncFailedIsNeverAcknowledged() {
    AtomicBoolean broken = new AtomicBoolean();
    Store store =
        Store.open(
            temp.resolve("data"),
            settings(),
            real ->
                (batches, sync) -> {
                  real.write(batches, sync);
                  if (broken.get()) {
                    throw new RocksDBException("fdatasync: Input/output error");
                  }
                });
    try (store) {
      ActorTestKit kit = start(store);
      TestProbe<String> probe = kit.createTestProbe();
      ActorRef<Command> actor = kit.spawn(new Words());
      actor.tell(new Add("kept", probe.ref()));
      assertEquals("kept", probe.receiveMessage());
      broken.set(true);
      actor.tell(new Add("lost", probe.ref()));
      probe.expectTerminated(actor);
      await().until(() -> store.failure().isPresent());
      probe.expectNoMessage(Duration.ofMillis(100));
      kit.shutdownTestKit();
    }
    assertEquals(
        Optional.of(true),
        store.failure().map(failure -> failure.getMessage().contains("starts again")));
  }
}
