package dev.mesh.persistence.replicated.query;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.persistence.replicated.journal.LocalGroup;
import dev.mesh.persistence.replicated.journal.Notebook;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries of a journal that two groups keep. */
class ReplicatedReadJournalTest {
  private static final Config CONFIG =
      ConfigFactory.parseString(
          """
          pekko.loglevel = ERROR
          pekko.persistence.journal.plugin = "mesh.persistence.replicated.journal"
          pekko.persistence.snapshot-store.plugin = "mesh.persistence.replicated.snapshot-store"
          mesh.replication.groups = 2
          mesh.persistence.replicated.query { page = 1 KiB, ids = 2 }
          """);
  private static final List<String> IDS =
      IntStream.range(0, 6).mapToObj(i -> "Notebook|n-" + i).toList();

  @TempDir Path folder;

  private final ActorTestKit kit = ActorTestKit.create(CONFIG.withFallback(ConfigFactory.load()));
  private final TestProbe<List<String>> probe = kit.createTestProbe();
  private final ReplicatedReadJournal journal =
      PersistenceQuery.get(kit.system())
          .getReadJournalFor(ReplicatedReadJournal.class, ReplicatedReadJournal.IDENTIFIER);
  private Map<GroupId, LocalGroup> groups;

  @BeforeEach
  void start() {
    groups =
        Map.of(
            new GroupId(1), new LocalGroup(folder.resolve("1")),
            new GroupId(2), new LocalGroup(folder.resolve("2")));
    ReplicatedLogs.get(kit.system()).register(new Groups());
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
    groups.values().forEach(LocalGroup::close);
  }

  /** Both groups' logs. */
  private final class Groups implements ReplicatedLog {
    @Override
    public CompletionStage<Applied> propose(GroupId group, Bytes command) {
      return groups.get(group).log.propose(group, command);
    }

    @Override
    public CompletionStage<Long> readIndex(GroupId group) {
      return groups.get(group).log.readIndex(group);
    }

    @Override
    public CompletionStage<Bytes> query(GroupId group, long atLeast, Bytes query) {
      return groups.get(group).log.query(group, atLeast, query);
    }
  }

  private void write(ActorRef<Notebook.Command> to, String... lines) {
    to.tell(new Notebook.Write(List.of(lines), probe.getRef()));
    probe.receiveMessage();
  }

  /** Each notebook's first lines, written in turn. */
  private Map<String, ActorRef<Notebook.Command>> writeAll() {
    Map<String, ActorRef<Notebook.Command>> notebooks =
        IDS.stream().collect(Collectors.toMap(id -> id, id -> kit.spawn(Notebook.create(id))));
    IDS.forEach(id -> write(notebooks.get(id), id + " 1", id + " 2"));
    IDS.forEach(id -> write(notebooks.get(id), id + " 3"));
    return notebooks;
  }

  private <T> List<T> all(Source<T, ?> source) {
    return result(source.runWith(Sink.seq(), kit.system()));
  }

  private static <T> T result(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static String text(EventEnvelope envelope) {
    return ((Notebook.Line) envelope.event()).text();
  }

  private static List<String> texts(List<EventEnvelope> envelopes) {
    return envelopes.stream().map(ReplicatedReadJournalTest::text).toList();
  }

  @Test
  void theEventsOfAnActorComeInOrderAndEnd() {
    writeAll();
    String id = IDS.get(3);
    List<EventEnvelope> events = all(journal.currentEventsByPersistenceId(id, 0, Long.MAX_VALUE));
    assertEquals(List.of(id + " 1", id + " 2", id + " 3"), texts(events));
    assertEquals(Offset.sequence(3), events.get(2).offset());
    assertEquals(List.of(id + " 2"), texts(all(journal.currentEventsByPersistenceId(id, 2, 2))));
    assertEquals(List.of(), all(journal.currentEventsByPersistenceId("nobody", 0, Long.MAX_VALUE)));
  }

  @Test
  void aLiveQueryOfAnActorGoesOnToItsEnd() {
    Map<String, ActorRef<Notebook.Command>> notebooks = writeAll();
    String id = IDS.get(0);
    CompletionStage<List<EventEnvelope>> live =
        journal.eventsByPersistenceId(id, 2, 5).runWith(Sink.seq(), kit.system());
    write(notebooks.get(id), "later", "last", "too late");
    assertEquals(List.of(id + " 2", id + " 3", "later", "last"), texts(result(live)));
  }

  @Test
  void theIdsOfAllGroupsAreListed() {
    writeAll();
    kit.spawn(Notebook.create("Notebook|empty"));
    assertEquals(Set.copyOf(IDS), Set.copyOf(all(journal.currentPersistenceIds())));
  }

  @Test
  void eventsBySlicesCanBeResumedAtEachOffset() {
    writeAll();
    List<org.apache.pekko.persistence.query.typed.EventEnvelope<Notebook.Line>> events =
        all(journal.currentEventsBySlices("Notebook", 0, 1023, Offset.noOffset()));
    assertEquals(3 * IDS.size(), events.size());
    for (String id : IDS) {
      assertEquals(
          List.of(id + " 1", id + " 2", id + " 3"),
          events.stream()
              .filter(event -> event.persistenceId().equals(id))
              .map(event -> event.event().text())
              .toList());
    }
    for (int i = 0; i < events.size(); i++) {
      Offset offset = SliceOffset.parse(events.get(i).offset().toString());
      List<org.apache.pekko.persistence.query.typed.EventEnvelope<Notebook.Line>> rest =
          all(journal.currentEventsBySlices("Notebook", 0, 1023, offset));
      assertEquals(ids(events.subList(i + 1, events.size())), ids(rest));
    }
    assertEquals(
        List.of(), all(journal.currentEventsBySlices("Other", 0, 1023, Offset.noOffset())));
  }

  /** Which events; two groups' may come in another order. */
  private static Set<String> ids(
      List<org.apache.pekko.persistence.query.typed.EventEnvelope<Notebook.Line>> events) {
    return events.stream()
        .map(event -> event.persistenceId() + "/" + event.sequenceNr())
        .collect(Collectors.toSet());
  }

  @Test
  void rangesOfSlicesShareOutTheEvents() {
    writeAll();
    List<String> found = new ArrayList<>();
    journal
        .sliceRanges(4)
        .forEach(
            range -> {
              int min = range.first();
              int max = range.second();
              all(journal.<Notebook.Line>currentEventsBySlices(
                      "Notebook", min, max, Offset.noOffset()))
                  .forEach(
                      event -> {
                        assertEquals(
                            event.slice(), journal.sliceForPersistenceId(event.persistenceId()));
                        found.add(event.event().text());
                      });
            });
    assertEquals(3 * IDS.size(), found.size());
    assertEquals(3 * IDS.size(), Set.copyOf(found).size());
  }

  @Test
  void aLiveQueryBySlicesGoesOn() {
    Map<String, ActorRef<Notebook.Command>> notebooks = writeAll();
    CompletionStage<List<String>> live =
        journal
            .<Notebook.Line>eventsBySlices("Notebook", 0, 1023, Offset.noOffset())
            .map(event -> event.event().text())
            .take(3L * IDS.size() + 2)
            .runWith(Sink.seq(), kit.system());
    write(notebooks.get(IDS.get(0)), "later");
    write(notebooks.get(IDS.get(1)), "last");
    List<String> texts = result(live);
    assertEquals(Set.of("later", "last"), Set.copyOf(texts.subList(3 * IDS.size(), texts.size())));
  }

  @Test
  void deletedEventsAreNotShown() {
    ActorRef<Notebook.Command> notebook = kit.spawn(Notebook.create(IDS.get(0)));
    int written = 3 * Notebook.SNAPSHOT_EVERY;
    for (int i = 1; i <= written; i++) {
      write(notebook, "line " + i);
    }
    await()
        .untilAsserted(
            () -> {
              List<String> left =
                  texts(all(journal.currentEventsByPersistenceId(IDS.get(0), 0, Long.MAX_VALUE)));
              assertEquals(written - 2 * Notebook.SNAPSHOT_EVERY, left.size());
              assertEquals(
                  left,
                  all(
                      journal
                          .<Notebook.Line>currentEventsBySlices(
                              "Notebook", 0, 1023, Offset.noOffset())
                          .map(event -> event.event().text())));
            });
  }

  @Test
  void offsetsAreSerializedAndThoseOfOthersRefused() {
    Serialization serialization = SerializationExtension.get(kit.system());
    SliceOffset offset = SliceOffset.parse("1:1207,2:88");
    assertEquals(
        offset,
        serialization
            .deserialize(
                serialization.serialize(offset).get(),
                serialization.findSerializerFor(offset).identifier(),
                "1")
            .get());
    assertEquals(SliceOffset.START, SliceOffset.parse(""));
    assertThrows(IllegalArgumentException.class, () -> SliceOffset.parse("12"));
    assertThrows(
        IllegalArgumentException.class,
        () -> journal.eventsBySlices("Notebook", 0, 1023, Offset.sequence(1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> journal.eventsBySlices("Notebook", 5, 4, Offset.noOffset()));
    assertThrows(IllegalArgumentException.class, () -> journal.sliceRanges(3));
  }

  @Test
  void scalaCallersHaveTheSameQueries() {
    writeAll();
    ScalaReadJournal scala =
        PersistenceQuery.get(kit.system()).readJournalFor(ReplicatedReadJournal.IDENTIFIER);
    assertEquals(Set.copyOf(IDS), Set.copyOf(all(scala.currentPersistenceIds().asJava())));
    assertEquals(8, scala.sliceRanges(8).size());
    assertEquals(1023, scala.sliceRanges(8).last().end());
  }
}
