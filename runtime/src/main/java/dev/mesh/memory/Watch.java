package dev.mesh.memory;

import dev.mesh.memory.Change.Kind;
import dev.mesh.persistence.replicated.ReplicatedLogException;
import dev.mesh.persistence.replicated.memory.MemoryChange;
import dev.mesh.persistence.replicated.memory.MemoryQuery;
import dev.mesh.protocols.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;

/**
 * A watch of one prefix: lists what is there, then asks again and again for the changes since. The
 * listing's first page fixes the revision to go on from, so what changes during the listing is told
 * behind it. Immutable; where a watch stands is in its stream.
 */
final class Watch {
  private final MemoryService service;
  private final Function<MemoryQuery, CompletionStage<Bytes>> replica;
  private final String namespace;
  private final String prefix;

  /**
   * @param replica asked without a majority: changes that it has are committed
   */
  Watch(
      MemoryService service,
      Function<MemoryQuery, CompletionStage<Bytes>> replica,
      String namespace,
      String prefix) {
    this.service = service;
    this.replica = replica;
    this.namespace = namespace;
    this.prefix = prefix;
  }

  /** Where a watch stands. */
  private sealed interface Position {}

  /**
   * Within the listing.
   *
   * @param from the revision to go on from; empty before the first page
   */
  private record Listing(String after, Optional<Long> from) implements Position {}

  /**
   * Behind a change.
   *
   * @param idle whether nothing had happened when last asked
   */
  private record Following(long since, boolean idle) implements Position {}

  /** What is told, and where the watch stands after it. */
  private record Step(Position next, List<Change> told) {}

  Source<Change, NotUsed> source(Optional<Long> since) {
    Position start =
        since
            .<Position>map(revision -> new Following(revision, false))
            .orElse(new Listing("", Optional.empty()));
    return Source.unfoldAsync(
            start,
            position ->
                step(position)
                    .thenApply(step -> Optional.of(Pair.create(step.next(), step.told()))))
        .mapConcat(told -> told);
  }

  private CompletionStage<Step> step(Position position) {
    CompletionStage<Step> step =
        position instanceof Listing listing ? list(listing) : follow((Following) position);
    return step.exceptionallyCompose(failure -> whenAway(position, failure));
  }

  /** While no replica answers, the watch waits: what it has told stays told. */
  private CompletionStage<Step> whenAway(Position position, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof ReplicatedLogException
        ? service.later(
            service.settings().watchInterval(),
            () -> CompletableFuture.completedStage(new Step(position, List.of())))
        : CompletableFuture.failedStage(cause);
  }

  private CompletionStage<Step> list(Listing listing) {
    return replica
        .apply(
            new MemoryQuery.Entries(
                namespace,
                prefix,
                listing.after(),
                Memory.MAX_LIST,
                service.settings().maxPageBytes()))
        .thenApply(answer -> listed(listing, MemoryQuery.Page.decode(answer)));
  }

  private static Step listed(Listing listing, MemoryQuery.Page page) {
    long from = listing.from().orElse(page.revision());
    List<Change> told = new ArrayList<>();
    for (MemoryQuery.Keyed found : page.entries()) {
      told.add(
          new Change(
              Kind.PUT, found.key(), Optional.empty(), Optional.of(Entry.of(found.entry()))));
    }
    if (page.more()) {
      String last = page.entries().get(page.entries().size() - 1).key();
      return new Step(new Listing(last, Optional.of(from)), told);
    }
    told.add(new Change(Kind.READY, "", Optional.of(from), Optional.empty()));
    return new Step(new Following(from, false), told);
  }

  private CompletionStage<Step> follow(Following following) {
    MemoryQuery query =
        new MemoryQuery.Changes(
            namespace, prefix, following.since(), service.settings().maxPageBytes());
    CompletionStage<Bytes> answer =
        following.idle()
            ? service.later(service.settings().watchInterval(), () -> replica.apply(query))
            : replica.apply(query);
    return answer.thenApply(page -> followed(MemoryQuery.ChangesPage.decode(page)));
  }

  private static Step followed(MemoryQuery.ChangesPage page) {
    if (page.behind()) {
      Change restart = new Change(Kind.RESTART, "", Optional.empty(), Optional.empty());
      return new Step(new Listing("", Optional.empty()), List.of(restart));
    }
    return new Step(
        new Following(page.upTo(), !page.more()),
        page.changes().stream().map(Watch::told).toList());
  }

  private static Change told(MemoryChange change) {
    Kind kind =
        switch (change.kind()) {
          case PUT -> Kind.PUT;
          case DELETE -> Kind.DELETE;
          case EXPIRE -> Kind.EXPIRE;
        };
    return new Change(
        kind, change.key(), Optional.of(change.revision()), change.entry().map(Entry::of));
  }
}
