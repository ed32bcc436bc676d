package dev.mesh.memory;

import dev.mesh.memory.MemoryException.Code;
import dev.mesh.persistence.replicated.ReplicatedLog;
import dev.mesh.persistence.replicated.memory.MemoryAnswer;
import dev.mesh.persistence.replicated.memory.MemoryAnswer.Status;
import dev.mesh.persistence.replicated.memory.MemoryBound;
import dev.mesh.persistence.replicated.memory.MemoryCommand;
import dev.mesh.persistence.replicated.memory.MemoryQuery;
import dev.mesh.persistence.replicated.memory.MemoryTotals;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** A namespace, asked of the group that keeps it. */
final class ReplicatedMemory implements Memory {
  private final MemoryService service;
  private final String namespace;
  private final GroupId group;

  ReplicatedMemory(MemoryService service, String namespace, GroupId group) {
    this.service = service;
    this.namespace = namespace;
    this.group = group;
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public CompletionStage<Long> write(String key, byte[] value, Write how) {
    return checked(
        () -> {
          service.checkName("key", key);
          if (value.length > service.settings().maxValueBytes()) {
            throw new MemoryException(
                Code.TOO_LARGE,
                "the value of '%s' has %d bytes, more than mesh.memory.max-value-bytes = %d"
                    .formatted(key, value.length, service.settings().maxValueBytes()));
          }
          long expires = how.ttl().map(service::expiry).orElse(MemoryCommand.NEVER);
          long expected = how.expected().orElse(MemoryCommand.ANY);
          return propose(
                  new MemoryCommand.Put(
                      namespace,
                      key,
                      expected,
                      expires,
                      Bytes.wrap(value.clone()),
                      service.settings().bound()))
              .thenApply(answer -> written(key, expected, answer));
        });
  }

  @Override
  public CompletionStage<Boolean> delete(String key) {
    return delete(key, Optional.empty());
  }

  @Override
  public CompletionStage<Boolean> delete(String key, long expected) {
    return delete(key, Optional.of(expected));
  }

  private CompletionStage<Boolean> delete(String key, Optional<Long> expected) {
    return checked(
        () -> {
          service.checkName("key", key);
          if (expected.filter(version -> version < 1).isPresent()) {
            throw new MemoryException(
                Code.INVALID, "version " + expected.get() + " is less than 1; nothing has it");
          }
          long version = expected.orElse(MemoryCommand.ANY);
          return propose(new MemoryCommand.Delete(namespace, key, version))
              .thenApply(answer -> done(key, version, answer).status() == Status.DONE);
        });
  }

  @Override
  public CompletionStage<Optional<Entry>> get(String key, Consistency consistency) {
    return checked(
        () -> {
          service.checkName("key", key);
          return ask(new MemoryQuery.Get(namespace, key), consistency)
              .thenApply(answer -> MemoryQuery.Found.decode(answer).entry().map(Entry::of));
        });
  }

  @Override
  public CompletionStage<Listing> list(Listing.Query query) {
    return checked(
        () -> {
          service.checkEnds(query.prefix(), query.after());
          int bytes = service.settings().maxPageBytes();
          return ask(
                  new MemoryQuery.Entries(
                      namespace, query.prefix(), query.after(), query.limit(), bytes),
                  query.consistency())
              .thenApply(answer -> listing(MemoryQuery.Page.decode(answer)));
        });
  }

  private static Listing listing(MemoryQuery.Page page) {
    return new Listing(
        page.entries().stream()
            .map(found -> new Listing.Keyed(found.key(), Entry.of(found.entry())))
            .toList(),
        page.more());
  }

  @Override
  public CompletionStage<Usage> usage() {
    return checked(
        () ->
            ask(new MemoryQuery.Totals(), Consistency.STALE)
                .thenApply(answer -> usage(MemoryTotals.decode(answer))));
  }

  private Usage usage(MemoryTotals totals) {
    MemoryBound bound = service.settings().bound();
    return new Usage(
        group.value(), totals.keys(), bound.maxKeys(), totals.bytes(), bound.maxBytes());
  }

  @Override
  public Source<Change, NotUsed> watch(String prefix, Optional<Long> since) {
    service.checkEnds(prefix, "");
    return service.counted(
        new Watch(service, query -> ask(query, Consistency.STALE), namespace, prefix)
            .source(since));
  }

  private CompletionStage<MemoryAnswer> propose(MemoryCommand command) {
    return service
        .log()
        .propose(group, command.encode())
        .thenApply(applied -> MemoryAnswer.decode(applied.answer()));
  }

  private CompletionStage<Bytes> ask(MemoryQuery query, Consistency consistency) {
    ReplicatedLog log = service.log();
    CompletionStage<Long> atLeast =
        consistency == Consistency.STALE
            ? CompletableFuture.completedStage(0L)
            : log.readIndex(group).exceptionallyCompose(ReplicatedMemory::unlessStale);
    return atLeast.thenCompose(index -> log.query(group, index, query.encode()));
  }

  /** Who cannot have a majority's answer may be content with one replica's. */
  private static CompletionStage<Long> unlessStale(Throwable failure) {
    RuntimeException known = MemoryException.of(failure);
    return CompletableFuture.failedStage(
        known instanceof MemoryException away && away.code() == Code.UNAVAILABLE
            ? new MemoryException(
                Code.UNAVAILABLE,
                away.getMessage() + "; or ask for a stale read (?consistency=stale, --stale)")
            : known);
  }

  private long written(String key, long expected, MemoryAnswer answer) {
    MemoryBound bound = service.settings().bound();
    if (answer.status() == Status.TOO_MANY_KEYS) {
      throw full(key, answer.version() + " keys", "max-keys = " + bound.maxKeys());
    } else if (answer.status() == Status.TOO_MANY_BYTES) {
      throw full(key, answer.version() + " bytes", "max-bytes = " + bound.maxBytes());
    }
    return done(key, expected, answer).version();
  }

  private MemoryException full(String key, String held, String bound) {
    return new MemoryException(
        Code.FULL,
        ("'%s' does not fit: group %d, which keeps the namespace '%s', holds %s, and"
                + " mesh.memory.%s; delete what is not needed, give entries a time to live, or set it"
                + " higher at every peer")
            .formatted(key, group.value(), namespace, held, bound));
  }

  private static MemoryAnswer done(String key, long expected, MemoryAnswer answer) {
    if (answer.status() == Status.MISMATCH) {
      throw new MismatchException(key, expected, answer.version());
    }
    if (answer.status() == Status.DAMAGED) {
      throw new IllegalStateException("the write of '" + key + "' was damaged on its way");
    }
    return answer;
  }

  /** Whatever goes wrong is the stage's failure, in the terms of callers. */
  private static <T> CompletionStage<T> checked(Supplier<CompletionStage<T>> call) {
    CompletionStage<T> stage;
    try {
      stage = call.get();
    } catch (MemoryException refusal) {
      stage = CompletableFuture.failedStage(refusal);
    }
    return stage.exceptionallyCompose(
        failure -> CompletableFuture.failedStage(MemoryException.of(failure)));
  }
}
