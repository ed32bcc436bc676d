package dev.mesh.persistence.replicated.journal;

import com.typesafe.config.Config;
import dev.mesh.persistence.replicated.ReplicatedSettings;
import dev.mesh.persistence.replicated.journal.JournalQuery.SnapshotInfo;
import dev.mesh.persistence.replicated.journal.JournalQuery.SnapshotsPage;
import dev.mesh.protocols.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.japi.pf.ReceiveBuilder;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.apache.pekko.serialization.SerializationExtension;
import scala.PartialFunction;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;
import scala.runtime.BoxedUnit;

/**
 * {@code mesh.persistence.replicated.snapshot-store}: a Pekko Persistence snapshot store kept by
 * the group that keeps the id's events. Loading is the first step of a recovery, so it fences every
 * earlier writer before it looks; its saves and deletes fail from then on. A snapshot travels in
 * parts and is there when the last one is.
 */
public final class ReplicatedSnapshotStore extends SnapshotStore {
  private static final int DELETED_AT_ONCE = 1000;

  private final JournalClient client;
  private final Executor dispatcher;
  private final SnapshotCodec codec;
  private final int partBytes;
  private final long maxSnapshotBytes;
  private SnapshotMetadata failed; // of the failed save that is being reported, else null

  /** Made by Pekko with the plugin's own configuration. */
  public ReplicatedSnapshotStore(Config config) {
    client = new JournalClient(context().system());
    dispatcher = context().dispatcher();
    codec = new SnapshotCodec(SerializationExtension.get(context().system()));
    ReplicatedSettings.SnapshotStorePlugin settings =
        ReplicatedSettings.SnapshotStorePlugin.of(config);
    partBytes = settings.partBytes();
    maxSnapshotBytes = settings.maxSnapshotBytes();
  }

  @Override
  public Future<Optional<SelectedSnapshot>> doLoadAsync(
      String persistenceId, SnapshotSelectionCriteria criteria) {
    return FutureConverters.asScala(
        client
            .claim(persistenceId)
            .thenCompose(claimed -> list(persistenceId, criteria, 1))
            .thenCompose(
                found ->
                    found.isEmpty()
                        ? CompletableFuture.completedStage(Optional.empty())
                        : load(persistenceId, found.get(0)).thenApply(Optional::of)));
  }

  private CompletionStage<SelectedSnapshot> load(String id, SnapshotInfo info) {
    CompletionStage<List<Bytes>> parts = CompletableFuture.completedStage(new ArrayList<>());
    for (int i = 0; i < info.parts(); i++) {
      int part = i;
      parts =
          parts.thenCompose(
              before ->
                  client
                      .query(id, new JournalQuery.SnapshotPart(id, info.key(), part))
                      .thenApply(bytes -> with(before, bytes)));
    }
    return parts.thenApplyAsync(
        all ->
            codec.decode(new SnapshotMetadata(id, info.key().seqNr(), info.timestamp()), join(all)),
        dispatcher);
  }

  private static List<Bytes> with(List<Bytes> parts, Bytes part) {
    if (part.isEmpty()) {
      throw new JournalRefusedException(
          "part " + parts.size() + " of a snapshot is gone: it was deleted while it was loaded");
    }
    parts.add(part);
    return parts;
  }

  private static Bytes join(List<Bytes> parts) {
    int size = parts.stream().mapToInt(Bytes::length).sum();
    byte[] whole = new byte[size];
    ByteBuffer out = ByteBuffer.wrap(whole);
    parts.forEach(part -> part.copyTo(out));
    return Bytes.wrap(whole);
  }

  @Override
  public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
    String id = metadata.persistenceId();
    Bytes bytes = codec.encode(metadata, snapshot);
    if (bytes.length() > maxSnapshotBytes) {
      throw new IllegalArgumentException(
          "the snapshot of '%s' takes %d bytes, more than max-snapshot = %d of its plugin"
              .formatted(id, bytes.length(), maxSnapshotBytes));
    }
    SnapshotKey key = new SnapshotKey(metadata.sequenceNr(), UUID.randomUUID());
    int parts = (bytes.length() + partBytes - 1) / partBytes;
    CompletionStage<?> saved = CompletableFuture.completedStage(null);
    for (int i = 0; i < parts; i++) {
      int part = i;
      Bytes slice = bytes.slice(i * partBytes, Math.min(partBytes, bytes.length() - i * partBytes));
      int checksum = JournalCommand.SaveSnapshotPart.checksumOf(slice);
      saved =
          saved.thenCompose(
              before ->
                  client.change(
                      id,
                      epoch ->
                          new JournalCommand.SaveSnapshotPart(
                              id, epoch, key, metadata.timestamp(), part, parts, checksum, slice)));
    }
    return FutureConverters.asScala(saved.thenApply(done -> null));
  }

  /** Pekko deletes what a failed save may have left, by its sequence number, right after this. */
  @Override
  public PartialFunction<Object, BoxedUnit> receivePluginInternal() {
    AbstractActor.Receive receive =
        ReceiveBuilder.create()
            .match(SaveSnapshotFailure.class, failure -> failed = failure.metadata())
            .build();
    return receive.onMessage();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // an equal one is what an actor asks to be deleted
  public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
    if (metadata == failed) {
      // A failed save leaves nothing to see, but there may be a good one of the same number.
      failed = null;
      return Future.successful(null);
    }
    long any = metadata.timestamp() == 0 ? Long.MAX_VALUE : metadata.timestamp();
    return doDeleteAsync(
        metadata.persistenceId(),
        SnapshotSelectionCriteria.create(
            metadata.sequenceNr(), any, metadata.sequenceNr(), metadata.timestamp()));
  }

  @Override
  public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
    return FutureConverters.asScala(delete(persistenceId, criteria));
  }

  private CompletionStage<Void> delete(String id, SnapshotSelectionCriteria criteria) {
    return list(id, criteria, DELETED_AT_ONCE)
        .thenCompose(
            found -> {
              if (found.isEmpty()) {
                return CompletableFuture.completedStage(null);
              }
              List<SnapshotKey> keys = found.stream().map(SnapshotInfo::key).toList();
              return client
                  .change(id, epoch -> new JournalCommand.DeleteSnapshots(id, epoch, keys))
                  .thenCompose(
                      done ->
                          keys.size() < DELETED_AT_ONCE
                              ? CompletableFuture.completedStage(null)
                              : delete(id, criteria));
            });
  }

  private CompletionStage<List<SnapshotInfo>> list(
      String id, SnapshotSelectionCriteria criteria, int limit) {
    return client
        .query(
            id,
            new JournalQuery.Snapshots(
                id,
                criteria.minSequenceNr(),
                criteria.maxSequenceNr(),
                criteria.minTimestamp(),
                criteria.maxTimestamp(),
                limit))
        .thenApply(page -> SnapshotsPage.decode(page).snapshots());
  }
}
