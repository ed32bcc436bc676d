package dev.mesh.http;

import dev.mesh.memory.Change;
import dev.mesh.memory.Consistency;
import dev.mesh.memory.Entry;
import dev.mesh.memory.Listing;
import dev.mesh.memory.Memory;
import dev.mesh.memory.MemoryException;
import dev.mesh.memory.MismatchException;
import dev.mesh.memory.Usage;
import dev.mesh.memory.Write;
import dev.mesh.protocols.Bytes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * A namespace in a map, with a clock that stands still. A watch tells what is there, then waits.
 */
public final class FakeMemory implements Memory {
  private final String namespace;
  private final TreeMap<String, Entry> entries = new TreeMap<>();
  private long revision;
  private Optional<MemoryException> refusal = Optional.empty();

  FakeMemory(String namespace) {
    this.namespace = namespace;
  }

  /** Everything fails with this from now on. */
  public synchronized void refuse(MemoryException why) {
    refusal = Optional.of(why);
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public CompletionStage<Long> write(String key, byte[] value, Write how) {
    return done(
        () -> {
          check(key, how.expected().orElse(current(key)));
          revision++;
          Optional<Instant> expires = how.ttl().map(Instant.EPOCH::plus);
          entries.put(key, new Entry(Bytes.wrap(value), revision, expires));
          return revision;
        });
  }

  @Override
  public CompletionStage<Optional<Entry>> get(String key, Consistency consistency) {
    return done(() -> Optional.ofNullable(entries.get(key)));
  }

  @Override
  public CompletionStage<Boolean> delete(String key) {
    return done(() -> entries.remove(key) != null);
  }

  @Override
  public CompletionStage<Boolean> delete(String key, long expected) {
    return done(
        () -> {
          check(key, expected);
          return entries.remove(key) != null;
        });
  }

  private long current(String key) {
    return entries.containsKey(key) ? entries.get(key).version() : ABSENT;
  }

  private void check(String key, long expected) {
    if (current(key) != expected) {
      throw new MismatchException(key, expected, current(key));
    }
  }

  @Override
  public CompletionStage<Listing> list(Listing.Query query) {
    return done(
        () -> {
          List<Listing.Keyed> found =
              entries.tailMap(query.after(), false).entrySet().stream()
                  .filter(entry -> entry.getKey().startsWith(query.prefix()))
                  .map(entry -> new Listing.Keyed(entry.getKey(), entry.getValue()))
                  .toList();
          int size = Math.min(found.size(), query.limit());
          return new Listing(found.subList(0, size), size < found.size());
        });
  }

  @Override
  public CompletionStage<Usage> usage() {
    return done(() -> new Usage(3, entries.size(), 10, revision, 1000));
  }

  @Override
  public synchronized Source<Change, NotUsed> watch(String prefix, Optional<Long> since) {
    List<Change> told = new ArrayList<>();
    entries.forEach(
        (key, entry) -> {
          if (key.startsWith(prefix) && entry.version() > since.orElse(0L)) {
            told.add(
                new Change(
                    Change.Kind.PUT, key, since.map(x -> entry.version()), Optional.of(entry)));
          }
        });
    told.add(new Change(Change.Kind.READY, "", Optional.of(revision), Optional.empty()));
    return Source.from(told).concat(Source.maybe());
  }

  private synchronized <T> CompletionStage<T> done(Supplier<T> call) {
    try {
      refusal.ifPresent(
          why -> {
            throw why;
          });
      return CompletableFuture.completedStage(call.get());
    } catch (MemoryException e) {
      return CompletableFuture.failedStage(e);
    }
  }
}
