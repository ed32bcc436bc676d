package dev.mesh.replication;

import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.Directory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this peer's copy of the {@link Directory} the newest there is. Peers that hold group 0
 * learn it from their own replica. Its leader tells the others of every change; what is lost on the
 * way, and who is not registered yet, is served by comparing versions with a peer drawn at random,
 * again and again.
 */
public final class DirectoryActor extends AbstractBehavior<DirectoryActor.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryActor.class);

  /** The actor's name below the guardian. */
  public static final String NAME = "directory";

  /** What the keeper of the directory is told. */
  public sealed interface Command {}

  /** What this peer's replica of group 0 has applied. */
  public record Applied(Directory directory) implements Command {}

  /** Another peer's copy, in its canonical form. */
  record Told(Bytes directory) implements Command, WireMessage {}

  /** Another peer's version; it is told ours if that is newer, and asked for its own if older. */
  record Compare(long version, ActorRef<Command> replyTo) implements Command, WireMessage {}

  private enum Tick implements Command {
    INSTANCE
  }

  /**
   * What the keeper works with.
   *
   * @param known the latest that this peer has, from its disk
   * @param others peers that can be asked, registered or not
   * @param leads whether this peer leads group 0
   * @param changed told of each newer one; it may wait for the disk
   */
  public record Environment(
      PeerId self,
      Directory known,
      Supplier<Collection<PeerId>> others,
      Function<PeerId, Optional<ActorRef<Command>>> peerAt,
      BooleanSupplier leads,
      Draws draws,
      Duration interval,
      int maxBytes,
      Consumer<Directory> changed) {}

  private final Environment environment;
  private Directory directory;

  /** Waits for the disk: give it the dispatcher {@link Replication#dispatcher}. */
  public static Behavior<Command> create(Environment environment) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Tick.INSTANCE, environment.interval());
                  return new DirectoryActor(context, environment);
                }));
  }

  private DirectoryActor(ActorContext<Command> context, Environment environment) {
    super(context);
    this.environment = environment;
    this.directory = environment.known();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Applied.class, applied -> newest(applied.directory()))
        .onMessage(Told.class, told -> newest(Directory.fromBytes(told.directory())))
        .onMessage(Compare.class, this::onCompare)
        .onMessageEquals(Tick.INSTANCE, this::onTick)
        .build();
  }

  private Behavior<Command> newest(Directory other) {
    if (other.version() > directory.version()) {
      Set<PeerId> concerned = new TreeSet<>(directory.peers().keySet());
      concerned.addAll(other.peers().keySet());
      directory = other;
      environment.changed().accept(directory);
      if (environment.leads().getAsBoolean()) {
        concerned.remove(environment.self());
        concerned.forEach(peer -> environment.peerAt().apply(peer).ifPresent(this::tell));
      }
    }
    return this;
  }

  private Behavior<Command> onCompare(Compare other) {
    if (other.version() < directory.version()) {
      tell(other.replyTo());
    } else if (other.version() > directory.version()) {
      other.replyTo().tell(new Compare(directory.version(), getContext().getSelf()));
    }
    return this;
  }

  private Behavior<Command> onTick() {
    List<PeerId> others = new ArrayList<>(environment.others().get());
    others.remove(environment.self());
    environment.draws().sample(others, 1).stream()
        .flatMap(peer -> environment.peerAt().apply(peer).stream())
        .forEach(peer -> peer.tell(new Compare(directory.version(), getContext().getSelf())));
    return this;
  }

  private void tell(ActorRef<Command> peer) {
    Bytes bytes = directory.toBytes();
    if (bytes.length() <= environment.maxBytes()) {
      peer.tell(new Told(bytes));
    } else {
      LOG.error(
          "The directory has {} bytes, and mesh.replication.max-message-bytes allows {}: other"
              + " peers do not learn where groups are; raise it at all peers",
          bytes.length(),
          environment.maxBytes());
    }
  }
}
