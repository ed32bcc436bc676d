package dev.mesh.peer;

import dev.mesh.events.MeshEvent;
import dev.mesh.persistence.serialization.WireMessage;
import dev.mesh.protocols.membership.Bootstrap;
import dev.mesh.protocols.membership.ClusterView;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.membership.Discovery;
import dev.mesh.protocols.membership.DiscoverySettings;
import dev.mesh.protocols.membership.FoundedMesh;
import dev.mesh.protocols.membership.Hello;
import dev.mesh.protocols.membership.Outcome;
import dev.mesh.protocols.membership.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.cluster.typed.Subscribe;
import org.apache.pekko.remote.artery.ThisActorSystemQuarantinedEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts {@link Bootstrap} and {@link Discovery}: says hello, founds or joins the mesh, and enters
 * Pekko's cluster where the mesh manages it. What is to be remembered is on disk before it is said:
 * this actor waits for the disk, so give it a dispatcher that may block.
 */
final class DiscoveryActor extends AbstractBehavior<DiscoveryActor.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(DiscoveryActor.class);

  static final String NAME = "discovery";

  /** What peers say to one another in this version. */
  private static final int PROTOCOL_VERSION = 1;

  sealed interface Command {}

  /** From another peer. */
  record Greeting(Hello hello) implements Command, WireMessage {}

  private record Quarantined(String by) implements Command {}

  private enum Event implements Command {
    TICK,
    CLUSTER_CHANGED
  }

  /** What this actor works with. */
  record Environment(
      PeerContext peer,
      Remembered remembered,
      List<String> seeds,
      Consumer<FoundedMesh> founded,
      Witness witness) {}

  private final PeerContext peer;
  private final Remembered remembered;
  private final Consumer<FoundedMesh> founded;
  private final Witness witness;
  private final Cluster cluster;
  private final Members members;
  private final Bootstrap bootstrap;
  private final Discovery discovery;

  static Behavior<Command> create(Environment environment) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(
                      Event.TICK, environment.peer().settings().discoveryInterval());
                  return new DiscoveryActor(context, environment);
                }));
  }

  private DiscoveryActor(ActorContext<Command> context, Environment environment) {
    super(context);
    this.peer = environment.peer();
    this.remembered = environment.remembered();
    this.founded = environment.founded();
    this.witness = environment.witness();
    this.cluster = Cluster.get(context.getSystem());
    this.members = new Members(context.getSystem(), peer);
    Duration contactTimeout = peer.settings().contactTimeout();
    this.bootstrap =
        new Bootstrap(
            peer.id(),
            peer.settings().expect(),
            contactTimeout.toMillis(),
            remembered.promise(),
            remembered.mesh());
    SplittableRandom random = new SplittableRandom();
    this.discovery =
        new Discovery(
            new Contact(peer.id(), peer.incarnation(), peer.address()),
            settings(environment.seeds()),
            bound -> random.nextInt(bound),
            bootstrap.announcement(),
            remembered());
    subscribe();
    if (peer.settings().expect() == 0 && remembered.mesh().isEmpty()) {
      LOG.info("Waits for the mesh of its seeds {}", environment.seeds());
    }
    founding(bootstrap.start(now()));
  }

  private DiscoverySettings settings(List<String> seeds) {
    Duration timeout = peer.settings().contactTimeout();
    return new DiscoverySettings(
        peer.settings().name(),
        PROTOCOL_VERSION,
        seeds,
        timeout.toMillis(),
        peer.settings().discoveryFanout(),
        timeout.toMillis(),
        peer.settings().joinRetry().toMillis(),
        timeout.toMillis());
  }

  private List<Contact> remembered() {
    List<Contact> contacts = remembered.contacts();
    contacts.forEach(peer.refs()::learn);
    peer.refs().learn(new Contact(peer.id(), peer.incarnation(), peer.address()));
    return contacts;
  }

  private void subscribe() {
    ActorRef<ClusterEvent.ClusterDomainEvent> changes =
        getContext()
            .messageAdapter(ClusterEvent.ClusterDomainEvent.class, event -> Event.CLUSTER_CHANGED);
    cluster.subscriptions().tell(Subscribe.create(changes, ClusterEvent.ClusterDomainEvent.class));
    ActorRef<ThisActorSystemQuarantinedEvent> quarantined =
        getContext()
            .messageAdapter(
                ThisActorSystemQuarantinedEvent.class,
                event -> new Quarantined(Members.hostPort(event.remoteAddress().address())));
    getContext()
        .getSystem()
        .eventStream()
        .tell(new EventStream.Subscribe<>(ThisActorSystemQuarantinedEvent.class, quarantined));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(
            Greeting.class, it -> handle(new Discovery.Input.HelloReceived(now(), it.hello())))
        .onMessage(
            Quarantined.class, it -> handle(new Discovery.Input.QuarantinedBy(now(), it.by())))
        .onMessageEquals(Event.TICK, this::onTick)
        .onMessageEquals(Event.CLUSTER_CHANGED, this::onClusterChanged)
        .build();
  }

  private Behavior<Command> onTick() {
    founding(bootstrap.handle(new Bootstrap.Input.Tick(now())));
    handle(new Discovery.Input.Registered(peer.state().registry()));
    onClusterChanged();
    return handle(new Discovery.Input.Tick(now()));
  }

  private Behavior<Command> onClusterChanged() {
    ClusterView view = members.view();
    if (!peer.settings().manageCluster() && wasRemoved(view)) {
      mustBeReplaced("its cluster has removed this peer");
    }
    return handle(new Discovery.Input.ClusterChanged(now(), view));
  }

  /** Not if the application itself ends the system, and so leaves its cluster. */
  private boolean wasRemoved(ClusterView view) {
    return view.standing() == ClusterView.Standing.REMOVED
        && CoordinatedShutdown.get(getContext().getSystem())
            .getShutdownReason()
            .filter(reason -> !reason.equals(CoordinatedShutdown.clusterDowningReason()))
            .isEmpty();
  }

  private void mustBeReplaced(String why) {
    peer.state().mustBeReplaced().complete(why);
  }

  private Behavior<Command> handle(Discovery.Input input) {
    discovery.handle(input).forEach(this::execute);
    peer.state().arrivingAre(discovery.arriving());
    peer.state().discoveryStands(bootstrap.status() + "; " + discovery.status());
    return this;
  }

  private void execute(Discovery.Effect effect) {
    if (effect instanceof Discovery.Effect.SendHello it) {
      ActorRef<Command> contact = peer.refs().atAddress(it.address(), NAME);
      contact.tell(new Greeting(it.hello()));
    } else if (effect instanceof Discovery.Effect.Deliver it) {
      founding(
          bootstrap.handle(new Bootstrap.Input.AnnouncementReceived(now(), it.announcement())));
    } else if (effect instanceof Discovery.Effect.Learned it) {
      peer.refs().learn(it.contact());
      remembered.remember(discovery.contacts());
    } else if (effect instanceof Discovery.Effect.Refused it) {
      peer.state().happened(new MeshEvent.PeerRefused(it.message()));
      witness.saw(it.peer(), Outcome.REFUSED_MESSAGE, 1);
      LOG.warn("{}", it.message());
    } else if (effect instanceof Discovery.Effect.RestartSystem it) {
      mustBeReplaced(it.why());
    } else if (peer.settings().manageCluster()) {
      enter(effect);
    }
  }

  /** Where the application manages the cluster, these are its own affair. */
  private void enter(Discovery.Effect effect) {
    if (effect instanceof Discovery.Effect.FormCluster) {
      LOG.info("Forming the cluster");
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
    } else if (effect instanceof Discovery.Effect.JoinCluster it) {
      LOG.info("Joining the cluster through {}", it.addresses());
      cluster.manager().tell(new JoinSeedNodes(seedNodes(it.addresses())));
    } else {
      throw new IllegalStateException("no rule for " + effect);
    }
  }

  private List<Address> seedNodes(List<String> addresses) {
    return addresses.stream()
        .map(address -> Members.address(getContext().getSystem().name(), address))
        .toList();
  }

  private void founding(List<Bootstrap.Effect> effects) {
    List<Bootstrap.Effect> following = new ArrayList<>();
    for (Bootstrap.Effect effect : effects) {
      if (effect instanceof Bootstrap.Effect.StorePromise it) {
        remembered.remember(it.promise());
        following.addAll(bootstrap.handle(new Bootstrap.Input.PromiseStored(it.promise())));
      } else if (effect instanceof Bootstrap.Effect.StoreMesh it) {
        remembered.remember(it.mesh());
        following.addAll(bootstrap.handle(new Bootstrap.Input.MeshStored(it.mesh())));
      } else if (effect instanceof Bootstrap.Effect.Founded it) {
        LOG.info("This peer belongs to mesh {}", it.mesh().id());
        founded.accept(it.mesh());
      } else if (effect instanceof Bootstrap.Effect.Announce it) {
        handle(new Discovery.Input.Announced(now(), it.announcement()));
      } else if (effect instanceof Bootstrap.Effect.Warn it) {
        LOG.warn("{}", it.message());
      } else if (effect instanceof Bootstrap.Effect.Stuck it) {
        LOG.error("{}", it.message());
      } else {
        throw new IllegalStateException("no rule for " + effect);
      }
    }
    if (!following.isEmpty()) {
      founding(following);
    }
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }
}
