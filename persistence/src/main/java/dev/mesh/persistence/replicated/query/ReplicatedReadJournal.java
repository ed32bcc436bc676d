package dev.mesh.persistence.replicated.query;

import com.typesafe.config.Config;
import dev.mesh.persistence.replicated.ReplicatedSettings;
import dev.mesh.persistence.replicated.Slices;
import dev.mesh.persistence.replicated.journal.JournalPages;
import dev.mesh.persistence.replicated.journal.JournalPages.Event;
import dev.mesh.persistence.replicated.journal.JournalPages.Selection;
import dev.mesh.protocols.GroupId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.query.EventEnvelope;
import org.apache.pekko.persistence.query.Offset;
import org.apache.pekko.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.javadsl.CurrentPersistenceIdsQuery;
import org.apache.pekko.persistence.query.javadsl.EventsByPersistenceIdQuery;
import org.apache.pekko.persistence.query.typed.javadsl.CurrentEventsBySliceQuery;
import org.apache.pekko.persistence.query.typed.javadsl.EventsBySliceQuery;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.stream.javadsl.Source;
import scala.Option;

/**
 * Queries of the replicated journal. They need no leader: any replica answers, this peer's own
 * where it holds one. Thread-safe.
 *
 * <ul>
 *   <li><b>Current</b> queries show everything that was acknowledged before the stream was run, and
 *       then end. They ask the group's leader once, for how far that is.
 *   <li><b>Live</b> queries go on: they look for more every {@code refresh-min} to {@code
 *       refresh-max}.
 * </ul>
 *
 * Deleted events are not shown. A stream fails with {@link
 * dev.mesh.persistence.replicated.ReplicatedLogException} when no replica answers: run it again
 * from the last offset, as projections do.
 */
public final class ReplicatedReadJournal
    implements EventsByPersistenceIdQuery,
        CurrentEventsByPersistenceIdQuery,
        CurrentPersistenceIdsQuery,
        EventsBySliceQuery,
        CurrentEventsBySliceQuery {
  /** The plugin's id. */
  public static final String IDENTIFIER = "mesh.persistence.replicated.query";

  private final JournalPages pages;
  private final Paging paging;
  private final int idsAtOnce;

  ReplicatedReadJournal(ActorSystem system, Config config) {
    ReplicatedSettings.QueryPlugin settings = ReplicatedSettings.QueryPlugin.of(config);
    this.pages = new JournalPages(system, settings.pageBytes());
    this.paging = new Paging(system, settings.refreshMin(), settings.refreshMax());
    this.idsAtOnce = settings.idsAtOnce();
  }

  /**
   * Events of one persistent actor, now and in future; ends at {@code toSequenceNr}. Offsets are
   * sequence numbers.
   */
  @Override
  public Source<EventEnvelope, NotUsed> eventsByPersistenceId(
      String persistenceId, long fromSequenceNr, long toSequenceNr) {
    return paging
        .live(
            before(fromSequenceNr),
            toSequenceNr,
            after -> pages.ofActor(persistenceId, after, toSequenceNr, 0))
        .map(ReplicatedReadJournal::envelope);
  }

  @Override
  public Source<EventEnvelope, NotUsed> currentEventsByPersistenceId(
      String persistenceId, long fromSequenceNr, long toSequenceNr) {
    GroupId group = pages.groupOf(persistenceId);
    return current(
            group,
            index ->
                paging.current(
                    before(fromSequenceNr),
                    toSequenceNr,
                    after -> pages.ofActor(persistenceId, after, toSequenceNr, index)))
        .map(ReplicatedReadJournal::envelope);
  }

  private static long before(long fromSequenceNr) {
    return Math.max(fromSequenceNr, 1) - 1;
  }

  private static EventEnvelope envelope(Event found) {
    PersistentRepr event = found.event();
    return new EventEnvelope(
        Offset.sequence(event.sequenceNr()),
        event.persistenceId(),
        event.sequenceNr(),
        event.payload(),
        event.timestamp(),
        event.metadata());
  }

  /** Ids of which an event was ever written, in no order. */
  @Override
  public Source<String, NotUsed> currentPersistenceIds() {
    return Source.from(pages.groupsOf(0, Slices.COUNT - 1))
        .flatMapConcat(group -> current(group, index -> ids(group, index)));
  }

  private Source<String, NotUsed> ids(GroupId group, long index) {
    return Source.unfoldAsync(
            "",
            after ->
                pages
                    .ids(group, after, idsAtOnce, index)
                    .thenApply(
                        ids ->
                            ids.isEmpty()
                                ? Optional.<Pair<String, List<String>>>empty()
                                : Optional.of(Pair.create(ids.get(ids.size() - 1), ids))))
        .mapConcat(ids -> ids);
  }

  /**
   * Events of an entity type and a range of slices, now and in future. What one group keeps comes
   * in the order in which it was committed, so each actor's events come in order; offsets are
   * {@link SliceOffset}s.
   *
   * @throws IllegalArgumentException if the offset is of another journal, or the slices are not
   */
  @Override
  public <E>
      Source<org.apache.pekko.persistence.query.typed.EventEnvelope<E>, NotUsed> eventsBySlices(
          String entityType, int minSlice, int maxSlice, Offset offset) {
    SliceOffset start = SliceOffset.of(offset);
    Selection selection = selection(entityType, minSlice, maxSlice);
    return merged(
        start,
        selection,
        group ->
            paging.live(
                start.of(group),
                Long.MAX_VALUE,
                after -> pages.ofSlices(group, selection, after, 0)));
  }

  @Override
  public <E>
      Source<org.apache.pekko.persistence.query.typed.EventEnvelope<E>, NotUsed>
          currentEventsBySlices(String entityType, int minSlice, int maxSlice, Offset offset) {
    SliceOffset start = SliceOffset.of(offset);
    Selection selection = selection(entityType, minSlice, maxSlice);
    return merged(
        start,
        selection,
        group ->
            current(
                group,
                index ->
                    paging.current(
                        start.of(group),
                        Long.MAX_VALUE,
                        after -> pages.ofSlices(group, selection, after, index))));
  }

  private static Selection selection(String entityType, int minSlice, int maxSlice) {
    if (minSlice < 0 || minSlice > maxSlice || maxSlice >= Slices.COUNT) {
      throw new IllegalArgumentException(
          "slices %d to %d are no range within 0 to %d"
              .formatted(minSlice, maxSlice, Slices.COUNT - 1));
    }
    return new Selection(entityType, minSlice, maxSlice);
  }

  private record OfGroup(GroupId group, Event event) {}

  private <E> Source<org.apache.pekko.persistence.query.typed.EventEnvelope<E>, NotUsed> merged(
      SliceOffset start,
      Selection selection,
      java.util.function.Function<GroupId, Source<Event, NotUsed>> eventsOf) {
    Source<OfGroup, NotUsed> all = Source.empty();
    for (GroupId group : pages.groupsOf(selection.minSlice(), selection.maxSlice())) {
      all = all.merge(eventsOf.apply(group).map(event -> new OfGroup(group, event)));
    }
    return all.statefulMap(
        () -> start,
        (at, next) -> {
          SliceOffset offset = at.with(next.group(), next.event().position());
          return Pair.create(offset, envelope(offset, next.event().event()));
        },
        last -> Optional.empty());
  }

  @SuppressWarnings("unchecked") // the caller says what the events of the entity type are
  private static <E> org.apache.pekko.persistence.query.typed.EventEnvelope<E> envelope(
      SliceOffset offset, PersistentRepr event) {
    return new org.apache.pekko.persistence.query.typed.EventEnvelope<>(
        offset,
        event.persistenceId(),
        event.sequenceNr(),
        Option.apply((E) event.payload()),
        event.timestamp(),
        event.metadata(),
        PersistenceId.extractEntityType(event.persistenceId()),
        Slices.sliceOf(event.persistenceId()));
  }

  /** A stream of what the group has acknowledged when it is run. */
  private <T> Source<T, NotUsed> current(
      GroupId group, java.util.function.LongFunction<Source<T, NotUsed>> upTo) {
    Supplier<CompletionStage<Source<T, NotUsed>>> begin =
        () -> pages.readIndex(group).thenApply(upTo::apply);
    return Source.lazyCompletionStageSource(begin::get)
        .mapMaterializedValue(value -> NotUsed.notUsed());
  }

  @Override
  public int sliceForPersistenceId(String persistenceId) {
    return Slices.sliceOf(persistenceId);
  }

  /**
   * Equal ranges of slices. Ranges that lie within one group, which they do where there are as many
   * as groups or more, are read from that group alone.
   *
   * @param numberOfRanges a divisor of 1024
   */
  @Override
  public List<Pair<Integer, Integer>> sliceRanges(int numberOfRanges) {
    if (numberOfRanges < 1 || Slices.COUNT % numberOfRanges != 0) {
      throw new IllegalArgumentException(
          numberOfRanges + " ranges do not divide the " + Slices.COUNT + " slices evenly");
    }
    int size = Slices.COUNT / numberOfRanges;
    List<Pair<Integer, Integer>> ranges = new ArrayList<>();
    for (int min = 0; min < Slices.COUNT; min += size) {
      ranges.add(Pair.create(min, min + size - 1));
    }
    return ranges;
  }
}
