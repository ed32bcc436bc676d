package dev.mesh.persistence.replicated.journal;

import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.persistence.replicated.ReplicatedSettings;
import dev.mesh.persistence.replicated.Slices;
import dev.mesh.persistence.replicated.journal.JournalQuery.EventsPage;
import dev.mesh.persistence.replicated.journal.JournalQuery.SnapshotInfo;
import dev.mesh.persistence.replicated.journal.JournalQuery.SnapshotsPage;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;

/**
 * What the nearest replica holds of a persistent actor, read without asking a majority: it may be
 * behind. It claims nothing and disturbs no writer. Thread-safe.
 */
public final class ReplicaReader {
  private static final int PAGE_BYTES = 256 * 1024;

  private final ReplicatedLogs logs;
  private final int groups;
  private final Serialization serialization;
  private final SnapshotCodec codec;
  private final Executor executor;

  public ReplicaReader(ActorSystem system) {
    this.logs = ReplicatedLogs.get(system);
    this.groups = ReplicatedSettings.of(system.settings().config()).groups();
    this.serialization = SerializationExtension.get(system);
    this.codec = new SnapshotCodec(serialization);
    this.executor = system.dispatcher();
  }

  /**
   * A persistent actor as a replica has it.
   *
   * @param snapshot the latest one
   * @param events those that follow the snapshot, in order
   */
  public record Stored(Optional<Object> snapshot, List<Object> events) {}

  /** Reads the actor's latest snapshot and what follows it. */
  public CompletionStage<Stored> read(String persistenceId) {
    JournalQuery newest =
        new JournalQuery.Snapshots(persistenceId, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE, 1);
    return query(persistenceId, newest)
        .thenCompose(
            page -> {
              List<SnapshotInfo> found = SnapshotsPage.decode(page).snapshots();
              if (found.isEmpty()) {
                return events(persistenceId, 1, new ArrayList<>())
                    .thenApply(events -> new Stored(Optional.empty(), events));
              }
              SnapshotInfo info = found.get(0);
              return snapshot(persistenceId, info)
                  .thenCombine(
                      events(persistenceId, info.key().seqNr() + 1, new ArrayList<>()),
                      (snapshot, events) -> new Stored(Optional.of(snapshot), events));
            });
  }

  private CompletionStage<Object> snapshot(String id, SnapshotInfo info) {
    List<CompletableFuture<Bytes>> parts = new ArrayList<>();
    for (int part = 0; part < info.parts(); part++) {
      parts.add(
          query(id, new JournalQuery.SnapshotPart(id, info.key(), part)).toCompletableFuture());
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApplyAsync(
            done -> {
              ByteBuffer whole =
                  ByteBuffer.allocate(parts.stream().mapToInt(part -> part.join().length()).sum());
              parts.forEach(part -> part.join().copyTo(whole));
              SnapshotMetadata metadata =
                  new SnapshotMetadata(id, info.key().seqNr(), info.timestamp());
              return codec.decode(metadata, Bytes.wrap(whole.array())).snapshot();
            },
            executor);
  }

  private CompletionStage<List<Object>> events(String id, long from, List<Object> before) {
    return query(id, new JournalQuery.Replay(id, from, Long.MAX_VALUE, PAGE_BYTES))
        .thenComposeAsync(
            bytes -> {
              EventsPage page = EventsPage.decode(bytes);
              for (Bytes row : page.rows()) {
                if (!EventRow.isVoid(row)) {
                  before.add(
                      serialization
                          .deserialize(EventRow.event(row), PersistentRepr.class)
                          .get()
                          .payload());
                }
              }
              return page.rows().isEmpty()
                  ? CompletableFuture.completedStage(before)
                  : events(id, page.firstSeqNr() + page.rows().size(), before);
            },
            executor);
  }

  private CompletionStage<Bytes> query(String id, JournalQuery query) {
    GroupId group = Slices.groupOf(id, groups);
    return logs.log().query(group, 0, query.encode());
  }
}
