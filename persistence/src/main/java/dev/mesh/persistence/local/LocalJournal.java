package dev.mesh.persistence.local;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

/**
 * {@code mesh.persistence.local.journal}: a Pekko Persistence journal in the peer's {@link Store}.
 * A write is acknowledged once it is synced. An event that cannot be serialized rejects its atomic
 * write alone; anything else that goes wrong is a failure, which stops the persistent actor.
 */
public final class LocalJournal extends AsyncWriteJournal {
  private final StoreExtension extension;
  private final EventCodec codec;
  private final Executor replaying;

  /** Made by Pekko with the plugin's own configuration. */
  public LocalJournal(Config config) {
    extension = StoreExtension.get(context().system());
    codec = new EventCodec(context().system());
    replaying = context().system().dispatchers().lookup(config.getString("replay-dispatcher"));
  }

  @Override
  public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(
      Iterable<AtomicWrite> messages) {
    List<EventLog.Run> runs = new ArrayList<>();
    List<Optional<Exception>> answers = new ArrayList<>();
    String id = null;
    for (AtomicWrite write : messages) {
      if (id != null && !id.equals(write.persistenceId())) {
        throw new IllegalArgumentException(
            "one write with events of '%s' and of '%s'".formatted(id, write.persistenceId()));
      }
      id = write.persistenceId();
      answers.add(encode(write, runs));
    }
    CompletableFuture<Iterable<Optional<Exception>>> written = new CompletableFuture<>();
    extension
        .store()
        .events()
        .append(
            id,
            runs,
            failure -> {
              if (failure == null) {
                written.complete(answers);
              } else {
                written.completeExceptionally(failure);
              }
            });
    return FutureConverters.asScala(written);
  }

  /** Adds what to store for an atomic write; returns why it is rejected, if it is. */
  private Optional<Exception> encode(AtomicWrite write, List<EventLog.Run> runs) {
    long first = write.lowestSequenceNr();
    long last = write.highestSequenceNr();
    try {
      List<byte[]> records = new ArrayList<>(write.size());
      for (PersistentRepr event : CollectionConverters.asJava(write.payload())) {
        records.add(codec.encode(event));
      }
      runs.add(new EventLog.Run(first, last, records));
      return Optional.empty();
    } catch (Exception e) { // whatever a serializer of the application throws
      runs.add(new EventLog.Run(first, last, List.of()));
      return Optional.of(e);
    }
  }

  @Override
  public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
    return FutureConverters.asScala(
        extension.store().events().deleteTo(persistenceId, toSequenceNr));
  }

  @Override
  public Future<Void> doAsyncReplayMessages(
      String persistenceId,
      long fromSequenceNr,
      long toSequenceNr,
      long max,
      Consumer<PersistentRepr> replayCallback) {
    Store store = extension.store();
    CompletionStage<Void> replayed =
        CompletableFuture.runAsync(
            () ->
                store
                    .events()
                    .replay(
                        persistenceId,
                        fromSequenceNr,
                        toSequenceNr,
                        max,
                        (number, key, record) ->
                            replayCallback.accept(
                                codec.decode(persistenceId, number, key, record, store))),
            replaying);
    return FutureConverters.asScala(replayed);
  }

  @Override
  public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
    return FutureConverters.asScala(extension.store().events().highest(persistenceId));
  }
}
