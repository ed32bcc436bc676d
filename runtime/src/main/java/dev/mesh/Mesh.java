package dev.mesh;

import dev.mesh.events.EventsSetup;
import dev.mesh.events.MeshEvents;
import dev.mesh.gossip.MeshGossip;
import dev.mesh.memory.ExpiryKeeper;
import dev.mesh.memory.Memory;
import dev.mesh.memory.MemoryService;
import dev.mesh.peer.PeerGuardian;
import dev.mesh.peer.PeerState;
import dev.mesh.persistence.local.PeerIdentity;
import dev.mesh.persistence.local.Store;
import dev.mesh.persistence.local.StoreExtension;
import dev.mesh.persistence.replicated.ReplicatedLogs;
import dev.mesh.persistence.replicated.ReplicatedMachine;
import dev.mesh.persistence.replicated.SessionedLog;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.Aggregate;
import dev.mesh.replicated.Replicated;
import dev.mesh.replicated.ReplicatedGroups;
import dev.mesh.task.Tasks;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.actor.typed.Props;

/**
 * The mesh in an actor system: a Pekko extension, so that {@code Mesh.get(system)} makes the system
 * a peer. What can be set is in {@link MeshSettings}. Thread-safe; nothing here blocks, except that
 * the first call opens the peer's store.
 *
 * <p>The application owns the actor system and its place in Pekko's cluster, unless {@code
 * mesh.manage-cluster} is on.
 */
public final class Mesh implements Extension {
  private static final ExtensionId<Mesh> ID =
      new ExtensionId<>() {
        @Override
        public Mesh createExtension(ActorSystem<?> system) {
          return new Mesh(system);
        }
      };

  private static final String INCARNATION = "incarnation";

  private final ActorSystem<?> system;
  private final MeshSettings settings;
  private final PeerState state;
  private final MemoryService memory;
  private final ActorRef<PeerGuardian.Command> guardian;
  private final ReplicatedGroups replicatedGroups;

  private Mesh(ActorSystem<?> system) {
    this.system = system;
    this.settings = MeshSettings.of(system.settings().config());
    Transport.check(system.settings().config(), settings.replication());
    Store store = StoreExtension.get(system).store();
    this.state =
        new PeerState(
            selfIn(store, settings),
            nextIncarnation(new PeerIdentity(store)),
            eventsOf(system, settings));
    this.guardian =
        system.systemActorOf(
            PeerGuardian.create(settings, store, state), PeerGuardian.NAME, Props.empty());
    ReplicatedLogs logs = ReplicatedLogs.get(system);
    this.replicatedGroups = new ReplicatedGroups(system, settings.groupTimeout(), state::group);
    SessionedLog sessioned = new SessionedLog(logs::log);
    this.memory = new MemoryService(system, settings.memory(), sessioned, InstantSource.system());
    system.systemActorOf(
        ExpiryKeeper.create(settings.memory(), logs::log, state::groupsLed, InstantSource.system()),
        "mesh-memory",
        Props.empty());
  }

  /**
   * The mesh of this actor system, which becomes a peer with the first call.
   *
   * @throws com.typesafe.config.ConfigException if a setting is out of bounds
   * @throws dev.mesh.persistence.local.StoreException if the data folder cannot be used
   */
  public static Mesh get(ActorSystem<?> system) {
    return system.registerExtension(ID);
  }

  /** The id of the peer whose store this is; a new store is given one. Waits for the disk. */
  public static PeerId selfIn(Store store, MeshSettings settings) {
    return new PeerIdentity(store).peerId(() -> newPeerId(settings.peerName()));
  }

  /** What this peer is and how it stands. */
  public PeerState state() {
    return state;
  }

  public PeerId self() {
    return state.self();
  }

  public MeshSettings settings() {
    return settings;
  }

  public ActorSystem<?> system() {
    return system;
  }

  /**
   * Gives work to the mesh and asks after it.
   *
   * @throws IllegalStateException until this peer is a member of its mesh: wait for {@link #ready}
   */
  public Tasks tasks() {
    return state
        .tasks()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "this peer is not a member of its mesh yet: " + state.condition().detail()));
  }

  /**
   * One namespace of the memory that all peers share; it need not be made first. Until this peer is
   * a member of its mesh, calls fail with {@code UNAVAILABLE}.
   *
   * @throws dev.mesh.memory.MemoryException if the name is empty or too long
   */
  public Memory memory(String namespace) {
    return memory.namespace(namespace);
  }

  /**
   * Small values that all peers come to hold, by gossip. Until this peer is a member of its mesh,
   * nothing is heard, and what is published is refused.
   */
  public MeshGossip gossip() {
    return state.gossip();
  }

  /**
   * Mean, sum, count, minimum and maximum of a value over the mesh, as this peer last heard them;
   * empty until it has. The mesh gives {@code load}: tasks that run or wait at a peer, as a
   * multiple of those that can run at once. Applications give others with {@link
   * MeshGossip#contribute}.
   */
  public Optional<Aggregate> aggregate(String name) {
    return state.aggregate(name);
  }

  /**
   * Takes part in a group that replicates an application's own state machine. The first peer that
   * says so makes the group; each peer at which the machine is to live says so, under the same
   * name, at each start. The mesh decides which peers hold replicas: say so at all of them, or at
   * the least at a majority. The stage completes once the group answers.
   *
   * @param name of the group, the same at all peers: 1 to 100 letters, digits, {@code . _ - /}
   * @param machine makes a new, empty machine for this peer's replica
   * @throws IllegalArgumentException if this peer has a machine under that name already
   */
  public CompletionStage<Replicated> replicate(
      String name, Supplier<? extends ReplicatedMachine> machine) {
    return replicatedGroups.join(name, machine, ready());
  }

  /** Completes when this peer is a member of its mesh, has recovered, and can be asked. */
  public CompletionStage<Mesh> ready() {
    return state
        .ready()
        .thenCompose(served -> ReplicatedLogs.get(system).available())
        .thenApply(available -> this);
  }

  /**
   * Takes this peer out of the mesh for good: what it holds is given to others, and it is struck
   * off the registry. Completes with nothing when that is done, which takes as long as copying
   * takes; or with the reason why it cannot be done. The peer is to be ended afterwards; started
   * again on its folder, it joins as a new member would.
   */
  public CompletionStage<Optional<String>> leave() {
    CompletableFuture<Optional<String>> outcome = new CompletableFuture<>();
    guardian.tell(new PeerGuardian.Leave(outcome));
    return outcome;
  }

  /**
   * What this peer has noticed of its mesh: who is suspected by whom, who failed, who leads, and
   * what this peer itself can do. The latest of it, and a way to hear of more.
   */
  public MeshEvents events() {
    return state.events();
  }

  /**
   * Completes, with the reason, when this actor system can never be a member again: end it, if it
   * has not ended, and start another one on the same folder. Where the mesh manages the cluster
   * that is once a majority is in reach again, and the system goes on, read-only, until then. Where
   * the application does, that is when the cluster removes it; with {@code
   * run-coordinated-shutdown-when-down}, Pekko's default, the system then ends by itself.
   */
  public CompletionStage<String> mustBeReplaced() {
    return state.mustBeReplaced();
  }

  /** Completes, with the cause, when this peer cannot go on, as when its storage has failed. */
  public CompletionStage<Throwable> failed() {
    return state.failed();
  }

  /** Those of the process, where it has some; else those of this actor system alone. */
  private static MeshEvents eventsOf(ActorSystem<?> system, MeshSettings settings) {
    return system
        .settings()
        .setup()
        .get(EventsSetup.class)
        .map(EventsSetup::events)
        .orElseGet(() -> new MeshEvents(settings.eventsKept(), InstantSource.system()));
  }

  /** Names carry randomness, so that two peers that people call the same are two peers. */
  private static PeerId newPeerId(String name) {
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    return new PeerId(name + "-" + HexFormat.of().formatHex(random));
  }

  /** Later than every earlier one of this folder, also when the clock went back. */
  private static long nextIncarnation(PeerIdentity identity) {
    long last =
        identity.meta(INCARNATION).map(bytes -> ByteBuffer.wrap(bytes).getLong()).orElse(0L);
    long next = Math.max(last + 1, System.currentTimeMillis());
    identity.putMeta(INCARNATION, ByteBuffer.allocate(Long.BYTES).putLong(next).array());
    return next;
  }
}
