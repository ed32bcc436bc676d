package dev.mesh.peer;

import dev.mesh.events.MeshEvent;
import dev.mesh.events.MeshEvents;
import dev.mesh.gossip.MeshGossip;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.Aggregate;
import dev.mesh.protocols.gossip.Gossip;
import dev.mesh.protocols.gossip.HashTree;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.membership.Discovery;
import dev.mesh.protocols.membership.FailureDetector;
import dev.mesh.protocols.membership.Incarnation;
import dev.mesh.protocols.membership.PeerObservation;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.protocols.raft.Role;
import dev.mesh.replication.GroupOperations;
import dev.mesh.replication.GroupStatus;
import dev.mesh.task.Tasks;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * What a peer knows of itself, for whoever asks without wanting to wait: its actors write, the
 * edges read. Thread-safe. It lives as long as the actor system.
 */
public final class PeerState {

  /** What the peer can do now. */
  public enum Mode {
    /** Not yet a member that can work. */
    STARTING("starting"),
    /** A majority is in reach: reads and writes. */
    NORMAL("ok"),
    /** No majority is in reach: stale reads alone. */
    READ_ONLY("read-only");

    private final String text;

    Mode(String text) {
      this.text = text;
    }

    /** The mode as it is written outside. */
    public String text() {
      return text;
    }
  }

  /**
   * How the peer is.
   *
   * @param detail what the peer waits for, or why it is read-only; empty when it works
   */
  public record Condition(Mode mode, String detail) {}

  /** Facts in the order of ids, and what they were sorted from: only for those who ask. */
  private record Known(HashTree<PeerFacts> tree, List<PeerFacts> sorted) {}

  /**
   * What the failure detector knows.
   *
   * @param observations of each peer that is watched from here or was accused
   * @param silent the peers that this one has itself not heard for the time-out
   * @param inTouch whether others answer this peer since it last stood still
   * @param localHealth how far this peer distrusts its own detector; 0 if it is well
   */
  public record Heartbeats(
      Map<PeerId, FailureDetector.Health> health,
      List<PeerObservation> observations,
      Set<PeerId> silent,
      boolean inTouch,
      int localHealth) {
    static final Heartbeats NONE = new Heartbeats(Map.of(), List.of(), Set.of(), true, 0);

    public Heartbeats {
      health = Map.copyOf(health);
      observations = List.copyOf(observations);
      silent = Set.copyOf(silent);
    }

    /** What is known of one peer; empty if it is not watched from here and was not accused. */
    public Optional<PeerObservation> of(PeerId peer) {
      return observations.stream().filter(seen -> seen.peer().equals(peer)).findFirst();
    }

    /** The peers that a quorum has confirmed failed, each with the life in which it has. */
    Map<PeerId, Long> failedLives() {
      return observations.stream()
          .filter(seen -> seen.health() == FailureDetector.Health.FAILED)
          .collect(Collectors.toMap(PeerObservation::peer, seen -> seen.incarnation().life()));
    }
  }

  /**
   * This peer was declared failed, in a life that goes on.
   *
   * @param accused the state of it that was declared failed
   * @param by who declared it
   * @param heardAt when this peer heard of it
   */
  public record Condemnation(Incarnation accused, PeerId by, Instant heardAt) {}

  private final PeerId self;
  private final long incarnation;
  private final MeshEvents events;
  private final GossipHub gossip = new GossipHub();
  private final Map<GroupId, GroupStatus> groups = new ConcurrentHashMap<>();
  private final CompletableFuture<String> mustBeReplaced = new CompletableFuture<>();
  private final CompletableFuture<Throwable> failed = new CompletableFuture<>();
  private volatile Heartbeats heartbeats = Heartbeats.NONE;
  private volatile Condemnation condemnation; // null until then
  private volatile Directory directory = Directory.EMPTY;
  private volatile Set<PeerId> arriving = Set.of();
  private volatile HashTree<PeerFacts> peers = HashTree.empty();
  private volatile Known known = new Known(HashTree.empty(), List.of());
  private volatile List<PeerId> neighbours = List.of();
  private volatile Map<PeerId, Double> reputations = Map.of();
  private volatile Map<PeerId, Double> opinions = Map.of();
  private volatile GroupOperations operations; // null until then
  private volatile Condition condition = new Condition(Mode.STARTING, "the peer has just begun");
  private final CompletableFuture<Tasks> tasks = new CompletableFuture<>();

  /**
   * @param events outlive this state where the process replaces its actor system
   */
  public PeerState(PeerId self, long incarnation, MeshEvents events) {
    this.self = self;
    this.incarnation = incarnation;
    this.events = events;
  }

  public PeerId self() {
    return self;
  }

  /** Greater than that of every earlier run on the same folder. */
  public long incarnation() {
    return incarnation;
  }

  public Condition condition() {
    return condition;
  }

  synchronized void become(Mode mode, String detail) {
    boolean changed = condition.mode() != mode;
    condition = new Condition(mode, detail);
    if (changed) {
      happened(new MeshEvent.ModeChanged(mode.text(), detail));
    }
  }

  /** What this peer has noticed. */
  public MeshEvents events() {
    return events;
  }

  void happened(MeshEvent.What what) {
    events.record(self, what);
  }

  /** Why this peer takes no writes now, if so. */
  public Optional<String> refusal() {
    Condition now = condition;
    return now.mode() == Mode.READ_ONLY
        ? Optional.of("this peer is read-only: " + now.detail())
        : Optional.empty();
  }

  /** While the peer starts, what it waits for is what discovery waits for. */
  synchronized void discoveryStands(String status) {
    if (condition.mode() == Mode.STARTING && !tasks.isDone()) {
      condition = new Condition(Mode.STARTING, status);
    }
  }

  /** The latest directory that this peer knows of; of version 0 until the mesh has one. */
  public Directory directory() {
    return directory;
  }

  void directoryIs(Directory latest) {
    Set<PeerId> before = registry();
    boolean comparable = directory.isFounded();
    directory = latest;
    if (comparable) {
      Set<PeerId> now = registry();
      now.stream()
          .filter(peer -> !before.contains(peer))
          .forEach(peer -> happened(new MeshEvent.PeerRegistered(peer)));
      before.stream()
          .filter(peer -> !now.contains(peer))
          .forEach(peer -> happened(new MeshEvent.PeerLeft(peer)));
    }
  }

  /** The peers that the mesh counts; empty until this peer belongs to one. */
  Set<PeerId> registry() {
    return directory.peers().keySet();
  }

  /** The groups that this peer holds a replica of, as they stand. */
  public Map<GroupId, GroupStatus> groups() {
    return Map.copyOf(groups);
  }

  /** How this peer's replica of a group stands; empty if it holds none. */
  public Optional<GroupStatus> group(GroupId group) {
    return Optional.ofNullable(groups.get(group));
  }

  /** The groups that this peer believes to lead. */
  public List<GroupId> groupsLed() {
    return groups.values().stream()
        .filter(status -> status.role() == Role.LEADER)
        .map(GroupStatus::group)
        .toList();
  }

  void groupStands(GroupStatus status) {
    GroupStatus before = groups.put(status.group(), status);
    boolean known =
        before != null && before.term() == status.term() && before.leader().equals(status.leader());
    if (!known && status.leader().isPresent()) {
      PeerId leader = status.leader().orElseThrow();
      happened(new MeshEvent.LeaderChanged(status.group(), status.term(), leader));
    }
  }

  void groupIsGone(GroupId group) {
    groups.remove(group);
  }

  /** How the heartbeats of other peers stand. */
  public Map<PeerId, FailureDetector.Health> health() {
    return heartbeats.health();
  }

  /** Who is watched from here or was accused, by whom and why, and how well this peer is itself. */
  public Heartbeats heartbeats() {
    return heartbeats;
  }

  /** The peers that are confirmed failed, each with the life in which it is. */
  Map<PeerId, Long> failedLives() {
    return heartbeats.failedLives();
  }

  void heartbeatsAre(Heartbeats seen) {
    heartbeats = seen;
  }

  /** The last time that others took this peer for failed while it lived, as when it was frozen. */
  public Optional<Condemnation> condemnation() {
    return Optional.ofNullable(condemnation);
  }

  void condemned(Condemnation latest) {
    condemnation = latest;
  }

  /** The peers on their way into this peer's cluster ({@link Discovery#arriving}). */
  Set<PeerId> arriving() {
    return arriving;
  }

  void arrivingAre(Set<PeerId> peers) {
    arriving = Set.copyOf(peers);
  }

  /** What peers have said of themselves, this one included. */
  public List<PeerFacts> facts() {
    Known seen = known;
    HashTree<PeerFacts> latest = peers;
    if (seen.tree() != latest) {
      seen = new Known(latest, Gossip.sorted(latest));
      known = seen;
    }
    return seen.sorted();
  }

  HashTree<PeerFacts> peers() {
    return peers;
  }

  void factsAre(HashTree<PeerFacts> latest) {
    peers = latest;
  }

  /** Whom this peer keeps connections to. */
  List<PeerId> neighbours() {
    return neighbours;
  }

  void neighboursAre(List<PeerId> kept) {
    neighbours = List.copyOf(kept);
  }

  /** What is thought of other peers, and by others of this one, 0 to 1; the unknown are absent. */
  public Map<PeerId, Double> reputations() {
    return reputations;
  }

  /** What this peer has itself seen of others, to be passed on. */
  Map<PeerId, Double> opinions() {
    return opinions;
  }

  void reputationsAre(Map<PeerId, Double> scores, Map<PeerId, Double> own) {
    reputations = Map.copyOf(scores);
    opinions = Map.copyOf(own);
  }

  /** What the application tells the mesh by gossip, and hears. */
  public MeshGossip gossip() {
    return gossip;
  }

  GossipHub gossipHub() {
    return gossip;
  }

  /** What a value is over the mesh; empty until gossip has found it. */
  public Optional<Aggregate> aggregate(String name) {
    return gossip.aggregate(name);
  }

  /** What can be seen and done of the mesh's groups; empty until this peer belongs to a mesh. */
  public Optional<GroupOperations> operations() {
    return Optional.ofNullable(operations);
  }

  void operationsAre(GroupOperations available) {
    operations = available;
  }

  /** The tasks of the mesh; empty until this peer is a member. */
  public Optional<Tasks> tasks() {
    return tasks.isCompletedExceptionally()
        ? Optional.empty()
        : Optional.ofNullable(tasks.getNow(null));
  }

  /** Completes when the peer is a member of its mesh and serves tasks; fails if it never can. */
  public CompletableFuture<Tasks> ready() {
    return tasks;
  }

  /** Completes, with the reason, when this actor system has no future and another must follow. */
  public CompletableFuture<String> mustBeReplaced() {
    return mustBeReplaced;
  }

  /** What this peer cannot do without has ended; only a new process can put it right. */
  void fail(Throwable cause) {
    failed.complete(cause);
    tasks.completeExceptionally(cause);
  }

  /** Completes, with the cause, when this peer cannot go on, as when its storage has failed. */
  public CompletableFuture<Throwable> failed() {
    return failed;
  }
}
