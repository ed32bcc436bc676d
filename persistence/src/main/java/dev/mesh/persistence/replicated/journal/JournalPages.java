package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.Slices;
import dev.mesh.persistence.replicated.journal.JournalQuery.CommittedEvent;
import dev.mesh.persistence.replicated.journal.JournalQuery.EventsPage;
import dev.mesh.persistence.replicated.journal.JournalQuery.IdsPage;
import dev.mesh.persistence.replicated.journal.JournalQuery.SlicesPage;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;

/**
 * The events of the replicated journal, page by page. Any replica answers: it has applied {@code
 * atLeast}, a group's {@link #readIndex} or 0, and may be behind another that was asked before.
 * Claims nothing and disturbs no writer. Thread-safe.
 */
public final class JournalPages {
  private final JournalClient client;
  private final Serialization serialization;
  private final Executor executor;
  private final int pageBytes;

  /**
   * @param pageBytes of events in a page; one that is larger is a page of its own
   */
  public JournalPages(ActorSystem system, int pageBytes) {
    this.client = new JournalClient(system);
    this.serialization = SerializationExtension.get(system);
    this.executor = system.dispatcher();
    this.pageBytes = pageBytes;
  }

  /**
   * An event and where it stands: its sequence number, or its number among all that its group has
   * committed.
   */
  public record Event(long position, PersistentRepr event) {}

  /**
   * Events in the order of their positions.
   *
   * @param through every event up to here that was asked for is in this page or before it
   * @param last the position of the last event that the replica has
   */
  public record Page(List<Event> events, long through, long last) {}

  /** An index that covers every event that was acknowledged before this call. */
  public CompletionStage<Long> readIndex(GroupId group) {
    return client.readIndex(group);
  }

  public GroupId groupOf(String persistenceId) {
    return Slices.groupOf(persistenceId, client.groups());
  }

  /** The groups that keep a range of slices. */
  public List<GroupId> groupsOf(int minSlice, int maxSlice) {
    return Slices.groupsOf(minSlice, maxSlice, client.groups());
  }

  /** Events of one persistent actor behind {@code after} and up to {@code to}. */
  public CompletionStage<Page> ofActor(String id, long after, long to, long atLeast) {
    JournalQuery query = new JournalQuery.Replay(id, after + 1, to, pageBytes);
    return client
        .query(groupOf(id), atLeast, query)
        .thenApplyAsync(bytes -> read(EventsPage.decode(bytes), after), executor);
  }

  private Page read(EventsPage page, long after) {
    List<Event> events = new ArrayList<>();
    long seqNr = page.firstSeqNr();
    for (Bytes row : page.rows()) {
      add(seqNr++, row, events);
    }
    long through = page.rows().isEmpty() ? Math.max(after, page.deletedTo()) : seqNr - 1;
    return new Page(events, through, page.highestSeqNr());
  }

  /** Which events a query by slices is about. */
  public record Selection(String entityType, int minSlice, int maxSlice) {}

  /** Events that a group has committed behind {@code after}. */
  public CompletionStage<Page> ofSlices(
      GroupId group, Selection selection, long after, long atLeast) {
    JournalQuery query =
        new JournalQuery.Slices(
            selection.entityType(), selection.minSlice(), selection.maxSlice(), after, pageBytes);
    return client
        .query(group, atLeast, query)
        .thenApplyAsync(bytes -> read(SlicesPage.decode(bytes)), executor);
  }

  private Page read(SlicesPage page) {
    List<Event> events = new ArrayList<>();
    for (CommittedEvent event : page.events()) {
      add(event.number(), event.row(), events);
    }
    return new Page(events, page.through(), page.last());
  }

  private void add(long position, Bytes row, List<Event> events) {
    if (!EventRow.isVoid(row)) {
      byte[] bytes = EventRow.event(row);
      events.add(new Event(position, serialization.deserialize(bytes, PersistentRepr.class).get()));
    }
  }

  /** Ids with an event ever, in order behind {@code after}; an empty list at the end. */
  public CompletionStage<List<String>> ids(GroupId group, String after, int limit, long atLeast) {
    return client
        .query(group, atLeast, new JournalQuery.PersistenceIds(after, limit))
        .thenApply(page -> IdsPage.decode(page).ids());
  }
}
