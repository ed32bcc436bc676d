package dev.mesh.persistence.replicated.journal;

import com.typesafe.config.Config;
import dev.mesh.persistence.replicated.ReplicatedSettings;
import dev.mesh.persistence.replicated.journal.JournalQuery.EventsPage;
import dev.mesh.protocols.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

/**
 * {@code mesh.persistence.replicated.journal}: a Pekko Persistence journal kept by a group of
 * peers. A write is acknowledged once it is on disk at a majority. A recovery fences every earlier
 * writer of its persistence id, whose writes fail from then on.
 *
 * <p>An event that cannot be serialized, or is larger than the log takes, rejects its atomic write
 * alone; whatever else goes wrong is a failure, which stops the persistent actor.
 */
public final class ReplicatedJournal extends AsyncWriteJournal {
  private final JournalClient client;
  private final Executor dispatcher;
  private final Serialization serialization;
  private final Rejections rejections;
  private final int pageBytes;

  /** Made by Pekko with the plugin's own configuration. */
  public ReplicatedJournal(Config config) {
    client = new JournalClient(context().system());
    dispatcher = context().dispatcher();
    serialization = SerializationExtension.get(context().system());
    ReplicatedSettings.JournalPlugin settings = ReplicatedSettings.JournalPlugin.of(config);
    rejections = new Rejections(settings.rejectionsKept());
    pageBytes = settings.pageBytes();
  }

  @Override
  public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(
      Iterable<AtomicWrite> messages) {
    List<Optional<Exception>> answers = new ArrayList<>();
    AppendPlan plan = null;
    for (AtomicWrite write : messages) {
      if (plan == null) {
        plan = newPlan(write);
      }
      answers.add(add(write, plan));
    }
    rejections.put(plan.persistenceId(), plan.trailingVoids());
    CompletionStage<?> written = CompletableFuture.completedStage(null);
    for (AppendPlan.Run run : plan.runs()) {
      written = written.thenCompose(before -> append(run));
    }
    return FutureConverters.asScala(written.thenApply(done -> answers));
  }

  private AppendPlan newPlan(AtomicWrite first) {
    String id = first.persistenceId();
    String writer = first.payload().head().writerUuid();
    long firstSeqNr =
        rejections
            .take(id)
            .filter(voids -> voids.writer().equals(writer))
            .filter(voids -> voids.lastSeqNr() + 1 == first.lowestSequenceNr())
            .map(Rejections.Voids::firstSeqNr)
            .orElse(first.lowestSequenceNr());
    AppendPlan plan = new AppendPlan(id, writer, firstSeqNr, client.maxCommandBytes());
    plan.addVoids(Math.toIntExact(first.lowestSequenceNr() - firstSeqNr));
    return plan;
  }

  /** Plans an atomic write; returns why it is rejected, if it is. */
  private Optional<Exception> add(AtomicWrite write, AppendPlan plan) {
    try {
      List<Bytes> rows = new ArrayList<>(write.size());
      for (PersistentRepr event : CollectionConverters.asJava(write.payload())) {
        rows.add(EventRow.of(serialized(event)));
      }
      plan.add(rows);
      return Optional.empty();
    } catch (Exception e) { // whatever a serializer of the application throws
      plan.addVoids(write.size());
      return Optional.of(e);
    }
  }

  private byte[] serialized(PersistentRepr event) {
    PersistentRepr stored =
        event.payload() instanceof Tagged tagged ? event.withPayload(tagged.payload()) : event;
    return serialization.serialize(stored).get();
  }

  private CompletionStage<JournalAnswer> append(AppendPlan.Run run) {
    return client.change(run.persistenceId(), run::toCommand);
  }

  @Override
  public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
    return FutureConverters.asScala(
        client
            .change(
                persistenceId,
                epoch -> new JournalCommand.DeleteTo(persistenceId, epoch, toSequenceNr))
            .thenApply(done -> null));
  }

  @Override
  public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
    rejections.take(persistenceId);
    return FutureConverters.asScala(
        client.claim(persistenceId).thenApply(JournalAnswer::highestSeqNr));
  }

  @Override
  public Future<Void> doAsyncReplayMessages(
      String persistenceId,
      long fromSequenceNr,
      long toSequenceNr,
      long max,
      Consumer<PersistentRepr> replayCallback) {
    Replay replay = new Replay(persistenceId, toSequenceNr, max, replayCallback);
    return FutureConverters.asScala(replay.from(Math.max(1, fromSequenceNr), true));
  }

  /** One replay: page after page, without a gap. */
  private final class Replay {
    private final String id;
    private final long toSeqNr;
    private final Consumer<PersistentRepr> callback;
    private long left;

    Replay(String id, long toSeqNr, long max, Consumer<PersistentRepr> callback) {
      this.id = id;
      this.toSeqNr = toSeqNr;
      this.left = max;
      this.callback = callback;
    }

    /** Only the first page may begin later than asked: behind what is deleted. */
    CompletionStage<Void> from(long seqNr, boolean first) {
      if (left == 0 || seqNr > toSeqNr) {
        return CompletableFuture.completedStage(null);
      }
      return client
          .query(id, new JournalQuery.Replay(id, seqNr, toSeqNr, pageBytes))
          .thenComposeAsync(page -> take(seqNr, first, EventsPage.decode(page)), dispatcher);
    }

    private CompletionStage<Void> take(long seqNr, boolean first, EventsPage page) {
      if (page.deletedTo() >= toSeqNr && first) {
        return CompletableFuture.completedStage(null);
      }
      if (page.rows().isEmpty() || (page.firstSeqNr() != seqNr && !first)) {
        throw new JournalRefusedException(
            "event %d of '%s' is gone (deleted up to %d of %d): it was deleted during the replay"
                .formatted(seqNr, id, page.deletedTo(), page.highestSeqNr()));
      }
      for (Bytes row : page.rows()) {
        if (left > 0 && !EventRow.isVoid(row)) {
          callback.accept(
              serialization.deserialize(EventRow.event(row), PersistentRepr.class).get());
          left--;
        }
      }
      return from(page.firstSeqNr() + page.rows().size(), false);
    }
  }
}
