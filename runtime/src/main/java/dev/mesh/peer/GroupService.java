package dev.mesh.peer;

import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.persistence.replicated.meta.MetaAnswer;
import dev.mesh.persistence.replicated.meta.MetaClient;
import dev.mesh.persistence.replicated.meta.MetaCommand;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.ClusterView;
import dev.mesh.protocols.membership.Contact;
import dev.mesh.protocols.membership.FoundedMesh;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.replication.DirectoryActor;
import dev.mesh.replication.Founding;
import dev.mesh.replication.GroupAdmin;
import dev.mesh.replication.GroupOperations;
import dev.mesh.replication.LeaderCalls;
import dev.mesh.replication.PeerMachines;
import dev.mesh.replication.Replication;
import dev.mesh.replication.meta.ClusterMember;
import dev.mesh.replication.meta.Steward;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** The groups at a peer: the keeper of the directory and the manager that follows it. */
final class GroupService {
  private final PeerContext peer;
  private final Store store;
  private final Remembered remembered;
  private final FoundedMesh mesh;
  private final Members members;
  private final ActorSystem<?> system;
  private final Runnable directoryChanged;
  private final CompletableFuture<ActorRef<Replication.Command>> manager =
      new CompletableFuture<>();

  private GroupAdmin admin; // null until started

  /**
   * @param directoryChanged run, on any thread, when the peer knows a later directory
   */
  GroupService(
      PeerContext peer,
      Store store,
      Remembered remembered,
      FoundedMesh mesh,
      Members members,
      ActorSystem<?> system,
      Runnable directoryChanged) {
    this.peer = peer;
    this.store = store;
    this.remembered = remembered;
    this.mesh = mesh;
    this.members = members;
    this.system = system;
    this.directoryChanged = directoryChanged;
  }

  /**
   * Starts everything below {@code context}, which is told if one of the actors ends.
   *
   * @throws IllegalStateException if the mesh has other numbers of groups or ledgers than this peer
   */
  void start(ActorContext<?> context) {
    Directory known = remembered.directory().orElseGet(this::founding);
    checkNumbers(known);
    peer.state().directoryIs(known);
    ActorRef<DirectoryActor.Command> keeper =
        context.spawn(
            DirectoryActor.create(directoryEnvironment(known)),
            DirectoryActor.NAME,
            Replication.dispatcher());
    context.watch(keeper);
    ActorRef<Replication.Command> replication =
        context.spawn(
            Replication.create(
                new Replication.Environment(
                    mesh.id(),
                    peer.id(),
                    known,
                    store,
                    peer.refs(),
                    peer.settings().replication(),
                    new PeerMachines(
                        system,
                        store,
                        directory -> keeper.tell(new DirectoryActor.Applied(directory))),
                    peer.state()::refusal,
                    peer.state()::groupStands,
                    peer.state()::groupIsGone,
                    peer.state()::fail)),
            Replication.NAME,
            Replication.dispatcher());
    context.watch(replication);
    manager.complete(replication);
    admin =
        LeaderCalls.of(system, peer.settings().replication(), peer.state()::directory, peer.refs());
    peer.state()
        .operationsAre(
            new GroupOperations(
                system, peer.refs(), admin, peer.state()::directory, peer.settings().operations()));
    context.spawn(
        PeerGuardian.restarting(Steward.create(steward(), peer.settings().steward())),
        Steward.NAME);
  }

  private Steward.Environment steward() {
    return new Steward.Environment(
        peer.id(),
        this::leadsTheMesh,
        peer.state()::directory,
        this::clusterMembers,
        admin,
        this::propose,
        () -> System.nanoTime() / 1_000_000);
  }

  /** The members whose zone is known by what they have said of themselves. */
  private Map<PeerId, ClusterMember> clusterMembers() {
    Map<PeerId, String> zones = new HashMap<>();
    peer.state().facts().forEach(facts -> zones.put(facts.peer(), facts.zone()));
    ClusterView view = members.view();
    Map<PeerId, ClusterMember> seen = new HashMap<>();
    for (PeerId member : view.members()) {
      Optional<String> address = peer.refs().address(member);
      if (address.isPresent() && zones.containsKey(member)) {
        boolean reachable = view.reachable().contains(member);
        seen.put(member, new ClusterMember(address.get(), zones.get(member), reachable));
      }
    }
    return seen;
  }

  private CompletionStage<MetaAnswer> propose(MetaCommand command) {
    return new MetaClient(ReplicatedLogs.get(system)).propose(command);
  }

  /** Begins to take this peer out of the mesh; {@code outcome} says how that ends. */
  void leave(ActorContext<?> context, CompletableFuture<Optional<String>> outcome) {
    context.spawnAnonymous(
        Leaving.create(
            new Leaving.Environment(
                peer,
                peer.state()::directory,
                () -> members.view().reachable(),
                this::propose,
                outcome)));
  }

  private DirectoryActor.Environment directoryEnvironment(Directory known) {
    SplittableRandom random = new SplittableRandom();
    return new DirectoryActor.Environment(
        peer.id(),
        known,
        this::others,
        id -> peer.refs().at(id, DirectoryActor.NAME),
        this::leadsTheMesh,
        bound -> random.nextInt(bound),
        peer.settings().replication().directoryInterval(),
        peer.settings().replication().maxMessageBytes(),
        this::directoryIs);
  }

  /** What the mesh begins with, as all founders have it. */
  private Directory founding() {
    return Founding.directory(
        mesh.founders().members(),
        peer.settings().replication().groups(),
        peer.settings().tasks().ledgers());
  }

  /** Whom the directory can be compared with: the registered ones and whoever was heard of. */
  private Collection<PeerId> others() {
    Set<PeerId> others = new TreeSet<>(peer.state().registry());
    peer.refs().contacts().stream().map(Contact::peer).forEach(others::add);
    return others;
  }

  private boolean leadsTheMesh() {
    return peer.state().groupsLed().contains(GroupId.META);
  }

  /** On the keeper's thread, which may wait for the disk. */
  private void directoryIs(Directory latest) {
    checkNumbers(latest);
    remembered.remember(latest);
    peer.state().directoryIs(latest);
    directoryChanged.run();
    CompletionStage<ActorRef<Replication.Command>> follower = manager;
    follower.thenAccept(replication -> replication.tell(new Replication.DirectoryIs(latest)));
  }

  private void checkNumbers(Directory directory) {
    check(
        "mesh.replication.groups",
        peer.settings().replication().groups(),
        directory.slicedGroups());
    check("mesh.tasks.ledgers", peer.settings().tasks().ledgers(), directory.ledgers());
  }

  private static void check(String key, int here, int inTheMesh) {
    if (here != inTheMesh) {
      throw new IllegalStateException(
          "%s = %d at this peer, but the mesh was founded with %d; set it to %d"
              .formatted(key, here, inTheMesh, inTheMesh));
    }
  }
}
