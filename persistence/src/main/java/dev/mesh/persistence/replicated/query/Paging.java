package dev.mesh.persistence.replicated.query;

import dev.mesh.persistence.replicated.journal.JournalPages.Event;
import dev.mesh.persistence.replicated.journal.JournalPages.Page;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Turns pages into streams. A page is read when all of the one before it was taken. Live streams
 * ask again and again, ever more slowly while nothing comes.
 */
final class Paging {
  /** Reads the page behind a position. */
  @FunctionalInterface
  interface Reader {
    CompletionStage<Page> read(long after);
  }

  /** Where a stream stands, and how long it waits before it reads on. */
  private record Position(long after, long to, Duration pause) {}

  private final ActorSystem system;
  private final Duration firstPause;
  private final Duration longestPause;

  Paging(ActorSystem system, Duration firstPause, Duration longestPause) {
    this.system = system;
    this.firstPause = firstPause;
    this.longestPause = longestPause;
  }

  /** What is there now, up to {@code to}. */
  Source<Event, NotUsed> current(long after, long to, Reader reader) {
    return Source.unfoldAsync(
            new Position(after, to, Duration.ZERO), at -> step(at, reader, page -> endOf(at, page)))
        .mapConcat(events -> events);
  }

  private static Position endOf(Position at, Page page) {
    return new Position(page.through(), Math.min(at.to(), page.last()), Duration.ZERO);
  }

  /** What is there now and whatever comes, up to {@code to}. */
  Source<Event, NotUsed> live(long after, long to, Reader reader) {
    return Source.unfoldAsync(
            new Position(after, to, Duration.ZERO),
            at -> step(at, reader, page -> nextOf(at, page)))
        .mapConcat(events -> events);
  }

  /** A replica that is behind the one asked before leaves the stream where it is. */
  private Position nextOf(Position at, Page page) {
    long after = Math.max(at.after(), page.through());
    return new Position(after, at.to(), pause(at, page));
  }

  private Duration pause(Position at, Page page) {
    if (page.through() < page.last()) {
      return Duration.ZERO;
    }
    if (!page.events().isEmpty() || at.pause().isZero()) {
      return firstPause;
    }
    Duration doubled = at.pause().multipliedBy(2);
    return doubled.compareTo(longestPause) < 0 ? doubled : longestPause;
  }

  @FunctionalInterface
  private interface Next {
    Position after(Page page);
  }

  private CompletionStage<Optional<Pair<Position, List<Event>>>> step(
      Position at, Reader reader, Next next) {
    if (at.after() >= at.to()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    return afterPause(at, reader)
        .thenApply(
            page -> {
              Position then = next.after(page);
              List<Event> wanted =
                  page.events().stream().filter(event -> event.position() <= then.to()).toList();
              return Optional.of(Pair.create(then, wanted));
            });
  }

  private CompletionStage<Page> afterPause(Position at, Reader reader) {
    return at.pause().isZero()
        ? reader.read(at.after())
        : Patterns.after(
            at.pause(), system.scheduler(), system.dispatcher(), () -> reader.read(at.after()));
  }
}
