package dev.mesh.node;

import dev.mesh.Mesh;
import dev.mesh.events.MeshEvents;
import dev.mesh.http.ConsensusApi;
import dev.mesh.http.MeshApi;
import dev.mesh.http.Metric;
import dev.mesh.memory.Memory;
import dev.mesh.peer.PeerState;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.PeerFacts;
import dev.mesh.protocols.membership.FailureDetector;
import dev.mesh.protocols.membership.PeerObservation;
import dev.mesh.protocols.placement.Directory;
import dev.mesh.replication.GroupStatus;
import dev.mesh.task.Tasks;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/** What the HTTP server asks, answered by the peer as it lives in the present actor system. */
final class NodeApi implements MeshApi {
  private static final Set<String> ACCUSED = Set.of("suspect", "failed");

  private final MeshNode node;

  NodeApi(MeshNode node) {
    this.node = node;
  }

  @Override
  public Health health() {
    Optional<Mesh> mesh = node.mesh();
    if (mesh.isEmpty()) {
      return new Health(
          State.STARTING, node.self().value(), Optional.empty(), Optional.of(node.waitsFor()));
    }
    PeerState state = mesh.get().state();
    PeerState.Condition condition = state.condition();
    Optional<String> leader =
        state.group(GroupId.META).flatMap(GroupStatus::leader).map(PeerId::value);
    Optional<String> detail =
        Optional.of(condition.detail()).filter(text -> condition.mode() != PeerState.Mode.NORMAL);
    return new Health(state(condition.mode()), state.self().value(), leader, detail);
  }

  private static State state(PeerState.Mode mode) {
    return switch (mode) {
      case STARTING -> State.STARTING;
      case NORMAL -> State.OK;
      case READ_ONLY -> State.READ_ONLY;
    };
  }

  @Override
  public MeshEvents events() {
    return node.events();
  }

  @Override
  public List<Metric> metrics() {
    return NodeMetrics.of(node.mesh(), node.spells());
  }

  @Override
  public List<Peer> peers() {
    return node.mesh().map(NodeApi::peers).orElse(List.of());
  }

  private static List<Peer> peers(Mesh mesh) {
    return mesh.state().facts().stream().map(facts -> peer(facts, mesh.state())).toList();
  }

  /**
   * Who is not in the registry is on its way in, or has left. A peer has no word on its own
   * heartbeat: it is there.
   */
  private static String status(PeerId peer, PeerState state) {
    Optional<FailureDetector.Health> health = Optional.ofNullable(state.health().get(peer));
    Directory directory = state.directory();
    boolean counted = !directory.isFounded() || directory.peers().containsKey(peer);
    if (peer.equals(state.self()) || (counted && health.isEmpty())) {
      return "up";
    }
    return counted || health.equals(Optional.of(FailureDetector.Health.UP))
        ? health.orElseThrow().name().toLowerCase(Locale.ROOT)
        : "left";
  }

  private static String why(PeerObservation seen) {
    String silent =
        seen.silent().map(time -> "; silent here for " + time.toSeconds() + " s").orElse("");
    return seen.by() + " says so" + silent;
  }

  private static Peer peer(PeerFacts facts, PeerState state) {
    Map<String, Double> load = new TreeMap<>();
    load.put("running", (double) facts.load().running());
    load.put("queued", (double) facts.load().queued());
    load.put("slots", (double) facts.load().slots());
    facts.load().cpu().ifPresent(cpu -> load.put("cpu", cpu));
    Optional<PeerObservation> seen = state.heartbeats().of(facts.peer());
    String status = status(facts.peer(), state);
    return new Peer(
        facts.peer().value(),
        facts.address(),
        facts.zone(),
        status,
        seen.filter(it -> ACCUSED.contains(status)).map(NodeApi::why),
        seen.flatMap(PeerObservation::latency),
        facts.capabilities().stream().sorted().toList(),
        load,
        Optional.ofNullable(state.reputations().get(facts.peer()))
            .map(OptionalDouble::of)
            .orElse(OptionalDouble.empty()),
        facts.neighbours().stream().map(PeerId::value).toList());
  }

  @Override
  public Optional<ConsensusApi> consensus() {
    return node.mesh().flatMap(mesh -> mesh.state().operations()).map(NodeConsensus::new);
  }

  @Override
  public Optional<Tasks> tasks() {
    return node.mesh().flatMap(mesh -> mesh.state().tasks());
  }

  @Override
  public Optional<Memory> memory(String namespace) {
    return node.mesh().map(mesh -> mesh.memory(namespace));
  }
}
