package dev.mesh.peer;

import dev.mesh.persistence.replicated.journal.ReplicaReader;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.Load;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.gossip.Version;
import dev.mesh.protocols.membership.Reputation;
import dev.mesh.protocols.membership.Witness;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.placement.Directory.GroupEntry;
import dev.mesh.protocols.placement.Replicas;
import dev.mesh.protocols.placement.Ring;
import dev.mesh.task.Handlers;
import dev.mesh.task.LedgerCommand;
import dev.mesh.task.LedgerKeeper;
import dev.mesh.task.LedgerPlaces;
import dev.mesh.task.LedgerReplica;
import dev.mesh.task.LedgerSettings;
import dev.mesh.task.LedgerTasks;
import dev.mesh.task.LedgerWiring;
import dev.mesh.task.TaskLedger;
import dev.mesh.task.Tasks;
import dev.mesh.task.WorkLoad;
import dev.mesh.task.WorkQueue;
import dev.mesh.task.WorkSettings;
import dev.mesh.task.WorkerRuns;
import dev.mesh.task.builtin.Builtins;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/**
 * All that takes, places and runs tasks at a peer: the region of the ledgers and their keeper, the
 * auction and the work queue, wired to one another.
 */
final class TaskService {
  private static final String AUCTION = "auction";
  private static final String WORK = "work";
  private static final String LEDGERS = "ledgers";
  private static final String UNKNOWN_ZONE = "";

  private final PeerContext peer;
  private final Supplier<WorkerRuns> runs;
  private final Witness witness;
  private final InstantSource clock = InstantSource.system();
  private final Handlers handlers = new Handlers();
  private final Resources resources = new Resources();
  private volatile Optional<WorkLoad> load = Optional.empty();
  private ActorRef<LedgerKeeper.Command> keeper; // null until started

  /**
   * @param runs which peers' workers there are; thread-safe
   * @param witness is told how tasks end at their peers; thread-safe
   */
  TaskService(PeerContext peer, Supplier<WorkerRuns> runs, Witness witness) {
    this.peer = peer;
    this.witness = witness;
    this.runs = runs;
  }

  /** Starts everything below {@code context}; this peer must be a member of the cluster. */
  Tasks start(ActorContext<?> context) {
    ActorSystem<?> system = context.getSystem();
    LedgerSettings ledgers = peer.settings().tasks();
    LedgerPlaces places =
        new LedgerPlaces(ledgers.ledgers(), peer.settings().replication().groups());
    WorkSettings work = peer.settings().work();
    Builtins.register(handlers, work);

    ActorRef<AuctionActor.Command> auction =
        context.spawn(PeerGuardian.restarting(auction()), AUCTION);
    ActorRef<LedgerCommand.Sent> region =
        TaskLedger.init(
            system,
            new LedgerWiring(
                ledgers,
                places,
                ledger -> home(places.groupOf(ledger)),
                id -> peer.refs().at(id, WORK),
                call -> auction.tell(new AuctionActor.Offer(call)),
                runs,
                witness,
                clock));
    // Restarted, it would have forgotten handlers that run: a peer without its queue has failed.
    context.watch(
        context.spawn(
            WorkQueue.create(
                work,
                new WorkQueue.WorkWiring(
                    peer.id(),
                    peer.incarnation(),
                    handlers,
                    region,
                    now -> load = Optional.of(now),
                    clock)),
            WORK));
    keeper = context.spawn(PeerGuardian.restarting(LedgerKeeper.create(region, ledgers)), LEDGERS);
    return new LedgerTasks(
        system, region, ledgers, handlers, peer.state()::refusal, replicas(system, places), clock);
  }

  /** The tasks of a peer that was confirmed failed are awarded anew. */
  void lost(PeerId failed, long incarnation) {
    keeper.tell(new LedgerKeeper.PeerLost(failed, incarnation));
  }

  /** What this peer says of itself; its version is gossip's to give. */
  PeerFacts facts() {
    Optional<WorkLoad> now = load;
    return new PeerFacts(
        peer.id(),
        new Version(peer.incarnation(), 0),
        peer.address(),
        Optional.empty(),
        peer.settings().zone(),
        peer.settings().capabilities(),
        handlers.kinds(),
        new Load(
            now.map(WorkLoad::running).orElse(0),
            now.map(WorkLoad::waiting).orElse(0),
            now.map(WorkLoad::slots).orElse(0),
            resources.cpu()),
        now.map(WorkLoad::succeeded).orElse(0L),
        now.map(WorkLoad::failed).orElse(0L),
        softwareVersion(),
        peer.state().neighbours(),
        peer.state().opinions());
  }

  /** From the jar's manifest; a build without one is a development build. */
  private static String softwareVersion() {
    return Optional.ofNullable(TaskService.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  private Behavior<AuctionActor.Command> auction() {
    return AuctionActor.create(
        peer.settings().auction(),
        new AuctionActor.AuctionWiring(
            peer.id(),
            peer.incarnation(),
            peer.settings().capabilities(),
            () -> runs.get().live().keySet(),
            id -> peer.refs().at(id, AUCTION),
            () -> load,
            resources::free,
            id -> peer.state().reputations().getOrDefault(id, Reputation.NEUTRAL),
            this::ring,
            clock));
  }

  /** The live peers on a ring, each in its zone as far as it is known. */
  private Ring ring() {
    Map<PeerId, String> zones = new HashMap<>();
    runs.get().live().keySet().forEach(id -> zones.put(id, UNKNOWN_ZONE));
    peer.state().facts().forEach(facts -> zones.replace(facts.peer(), facts.zone()));
    return Ring.of(zones);
  }

  /** Where the peer is that is to lead the group, once it holds it. */
  private Optional<String> home(GroupId group) {
    Directory directory = peer.state().directory();
    Optional<GroupEntry> entry = Optional.ofNullable(directory.groups().get(group));
    return Replicas.of(group, Ring.of(directory.activeZones())).stream()
        .findFirst()
        .filter(owner -> entry.filter(it -> it.members().isVoter(owner)).isPresent())
        .flatMap(peer.refs()::address);
  }

  /** What this peer's own replica of the journal holds: for reads without a majority. */
  private LedgerReplica.Source replicas(ActorSystem<?> system, LedgerPlaces places) {
    ReplicaReader reader = new ReplicaReader(Adapter.toClassic(system));
    return ledger ->
        peer.state()
            .group(places.groupOf(ledger))
            .map(held -> reader.read(places.persistenceId(ledger).id()))
            .map(
                read ->
                    read.thenApply(
                        stored -> LedgerReplica.replay(stored.snapshot(), stored.events())));
  }
}
