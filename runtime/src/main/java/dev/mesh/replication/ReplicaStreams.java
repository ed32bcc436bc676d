package dev.mesh.replication;

import dev.mesh.persistence.local.Store;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.raft.Message;
import dev.mesh.replication.link.EventLoop;
import dev.mesh.replication.link.Links;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * This peer's replicas and the streams that they speak over; the loop that runs both also writes
 * the store, once it has sent what it has to say. What comes for a group without a replica here is
 * dropped.
 */
final class ReplicaStreams implements AutoCloseable {
  private final Store store;
  private final Links links;

  /** Changed by replication, read by the loop. */
  private final Map<GroupId, ActorRef<GroupMessage>> replicas = new ConcurrentHashMap<>();

  private volatile ActorRef<LinkKeeper.Command> keeper;

  /** Opens the streams; waits for the socket. */
  ReplicaStreams(ActorContext<?> context, Replication.Environment environment) {
    ActorSystem<Void> system = context.getSystem();
    Links.Settings settings =
        environment
            .settings()
            .link()
            .settings(
                system,
                environment.mesh(),
                environment.self(),
                environment.settings().maxFrameBytes());
    store = environment.store();
    links = Links.open(settings, EventLoop.of(system).join(), host());
    keeper =
        context.spawn(
            LinkKeeper.create(environment.self(), environment.refs(), links),
            LinkKeeper.NAME,
            loop());
    store.writeOn(Optional.of(links.afterSending()));
  }

  /** What runs replicas: the one thread that their streams are on. */
  static DispatcherSelector loop() {
    return DispatcherSelector.fromConfig(EventLoop.DISPATCHER);
  }

  private Links.Host host() {
    return new Links.Host() {
      @Override
      public void received(PeerId from, GroupId group, Message message) {
        ActorRef<GroupMessage> replica = replicas.get(group);
        if (replica != null) {
          replica.tell(new RaftEnvelope(from, message));
        }
      }

      @Override
      public void seek(PeerId peer) {
        keeper.tell(new LinkKeeper.Seek(peer));
      }
    };
  }

  void add(GroupId group, ActorRef<GroupMessage> replica) {
    replicas.put(group, replica);
  }

  /** The group's replica here, if there is one now. */
  Optional<ActorRef<GroupMessage>> replica(GroupId group) {
    return Optional.ofNullable(replicas.get(group));
  }

  void remove(GroupId group) {
    replicas.remove(group);
  }

  /** On a replica's thread. */
  void send(PeerId to, GroupId group, Message message) {
    links.send(to, group, message);
  }

  @Override
  public void close() {
    store.writeOn(Optional.empty());
    links.close();
  }
}
