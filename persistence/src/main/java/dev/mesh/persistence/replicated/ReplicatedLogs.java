package dev.mesh.persistence.replicated;

import dev.mesh.persistence.replicated.ReplicatedLogException.Reason;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.GroupId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * The {@link ReplicatedLog} of an actor system. Until the runtime has registered one, which it does
 * when the logs of this peer's groups have recovered, every call fails at once with {@code
 * UNAVAILABLE}: entities that waited would hold the recovery permits that those logs need. They
 * come back with back-off. A Pekko extension; thread-safe.
 */
public final class ReplicatedLogs implements Extension {
  private static final Id ID = new Id();

  private final CompletableFuture<Void> available = new CompletableFuture<>();
  private volatile ReplicatedLog log = new NotYet();

  private ReplicatedLogs() {}

  public static ReplicatedLogs get(ClassicActorSystemProvider system) {
    return ID.get(system);
  }

  /** Takes the place of the one before, if there is one. */
  public void register(ReplicatedLog registered) {
    log = registered;
    available.complete(null);
  }

  /** Completes when a log has been registered. */
  public CompletionStage<Void> available() {
    return available.minimalCompletionStage();
  }

  /** The log to use for the next call; not to be kept. */
  public ReplicatedLog log() {
    return log;
  }

  private static final class NotYet implements ReplicatedLog {
    @Override
    public CompletionStage<Applied> propose(GroupId group, Bytes command) {
      return notYet();
    }

    @Override
    public CompletionStage<Long> readIndex(GroupId group) {
      return notYet();
    }

    @Override
    public CompletionStage<Bytes> query(GroupId group, long atLeast, Bytes query) {
      return notYet();
    }

    private static <T> CompletionStage<T> notYet() {
      return CompletableFuture.failedStage(
          new ReplicatedLogException(
              Reason.UNAVAILABLE,
              "this peer's replication groups have not recovered yet; try again later"));
    }
  }

  private static final class Id extends AbstractExtensionId<ReplicatedLogs> {
    @Override
    public ReplicatedLogs createExtension(ExtendedActorSystem system) {
      return new ReplicatedLogs();
    }
  }
}
