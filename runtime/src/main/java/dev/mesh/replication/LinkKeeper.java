package dev.mesh.replication;

import dev.mesh.peer.PeerRefs;
import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.PeerId;
import dev.mesh.replication.link.Links;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Asks other peers where their streams are, and tells where this peer's is. Runs on the loop of the
 * {@link Links}.
 */
final class LinkKeeper extends AbstractBehavior<LinkKeeper.Command> {
  /** The actor's name below replication. */
  static final String NAME = "links";

  /** A peer that has not answered is not asked again sooner. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  sealed interface Command {}

  /** There is something to send to {@code peer}, but no connection. */
  record Seek(PeerId peer) implements Command {}

  /** Asks for this peer's stream. */
  record Where(ActorRef<Here> replyTo) implements Command, WireMessage {}

  /** Where the stream of {@code peer} is. */
  record Here(PeerId peer, String host, int port) implements Command, WireMessage {}

  private final PeerId self;
  private final PeerRefs refs;
  private final Links links;
  private final String host;
  private final Map<PeerId, Long> askedAt = new HashMap<>();

  static Behavior<Command> create(PeerId self, PeerRefs refs, Links links) {
    return Behaviors.setup(context -> new LinkKeeper(context, self, refs, links));
  }

  private LinkKeeper(ActorContext<Command> context, PeerId self, PeerRefs refs, Links links) {
    super(context);
    this.self = self;
    this.refs = refs;
    this.links = links;
    this.host = context.getSystem().address().getHost().get();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Seek.class, this::onSeek)
        .onMessage(Where.class, this::onWhere)
        .onMessage(Here.class, this::onHere)
        .build();
  }

  private Behavior<Command> onSeek(Seek seek) {
    long now = System.nanoTime();
    Long before = askedAt.get(seek.peer());
    if (before == null || now - before >= PATIENCE.toNanos()) {
      askedAt.put(seek.peer(), now);
      refs.<Command>at(seek.peer(), Replication.NAME + "/" + NAME)
          .ifPresent(keeper -> keeper.tell(new Where(getContext().getSelf().narrow())));
    }
    return this;
  }

  private Behavior<Command> onWhere(Where where) {
    where.replyTo().tell(new Here(self, host, links.port()));
    return this;
  }

  private Behavior<Command> onHere(Here here) {
    links.found(here.peer(), here.host(), here.port());
    return this;
  }
}
