package dev.mesh.persistence.local;

import com.typesafe.config.Config;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.snapshot.japi.SnapshotStore;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;

/**
 * {@code mesh.persistence.local.snapshot-store}: a Pekko Persistence snapshot store in the peer's
 * {@link Store}. Saves and deletes are synced before they are acknowledged. All work is done on the
 * dispatcher for reading, since it blocks.
 */
public final class LocalSnapshotStore extends SnapshotStore {
  private final StoreExtension extension;
  private final Serialization serialization;
  private final Executor reading;

  /** Made by Pekko with the plugin's own configuration. */
  public LocalSnapshotStore(Config config) {
    extension = StoreExtension.get(context().system());
    serialization = SerializationExtension.get(context().system());
    reading = context().system().dispatchers().lookup(config.getString("replay-dispatcher"));
  }

  @Override
  public Future<Optional<SelectedSnapshot>> doLoadAsync(
      String persistenceId, SnapshotSelectionCriteria criteria) {
    return blocking(() -> CompletableFuture.completedStage(load(persistenceId, criteria)));
  }

  private Optional<SelectedSnapshot> load(String id, SnapshotSelectionCriteria criteria) {
    SnapshotFiles files = files();
    try (StoreView view = extension.store().view()) {
      return files.heads(view, id, criteria.minSequenceNr(), criteria.maxSequenceNr()).stream()
          .map(head -> metadata(id, head))
          .filter(criteria::matches)
          .reduce((older, newer) -> newer)
          .map(
              found -> {
                ByteBuffer body = ByteBuffer.wrap(files.body(view, id, found.sequenceNr()));
                return SelectedSnapshot.create(found, Payload.read(serialization, body));
              });
    }
  }

  @Override
  public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
    return blocking(
        () -> {
          Payload payload = Payload.of(serialization, snapshot);
          ByteBuffer body = ByteBuffer.allocate(payload.size());
          payload.writeTo(body);
          return files()
              .save(metadata.persistenceId(), metadata.sequenceNr(), head(metadata), body.array());
        });
  }

  @Override
  public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
    String id = metadata.persistenceId();
    long number = metadata.sequenceNr();
    long timestamp = metadata.timestamp(); // 0: whichever it is
    return blocking(
        () ->
            files()
                .delete(
                    id,
                    number,
                    number,
                    head -> timestamp == 0 || metadata(id, head).timestamp() == timestamp));
  }

  @Override
  public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
    return blocking(
        () ->
            files()
                .delete(
                    persistenceId,
                    criteria.minSequenceNr(),
                    criteria.maxSequenceNr(),
                    head -> criteria.matches(metadata(persistenceId, head))));
  }

  private ByteBuffer head(SnapshotMetadata metadata) {
    if (metadata.metadata().isEmpty()) {
      return ByteBuffer.allocate(Long.BYTES + 1).putLong(metadata.timestamp()).put((byte) 0).flip();
    }
    Payload more = Payload.of(serialization, metadata.metadata().get());
    ByteBuffer head = ByteBuffer.allocate(Long.BYTES + 1 + more.size());
    head.putLong(metadata.timestamp()).put((byte) 1);
    more.writeTo(head);
    return head.flip();
  }

  private SnapshotMetadata metadata(String id, SnapshotFiles.Head head) {
    ByteBuffer content = head.content().duplicate();
    SnapshotMetadata metadata = new SnapshotMetadata(id, head.number(), content.getLong());
    return content.get() == 0
        ? metadata
        : metadata.withMetadata(Payload.read(serialization, content));
  }

  private SnapshotFiles files() {
    return new SnapshotFiles(extension.store());
  }

  private <T> Future<T> blocking(Supplier<CompletionStage<T>> work) {
    return FutureConverters.asScala(
        CompletableFuture.supplyAsync(work, reading).thenCompose(stage -> stage));
  }
}
