package dev.mesh.node;

import dev.mesh.Mesh;
import dev.mesh.http.MeshApi;
import dev.mesh.peer.PeerState;
import dev.mesh.protocols.GroupId;
import dev.mesh.protocols.PeerId;
import dev.mesh.replication.GroupStatus;
import dev.mesh.task.Tasks;
import java.util.List;
import java.util.Optional;

/** What the HTTP server asks, answered by the peer as it lives in the present actor system. */
final class NodeApi implements MeshApi {
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
        Optional.ofNullable(state.groups().get(GroupId.META))
            .flatMap(GroupStatus::leader)
            .map(PeerId::value);
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
  public List<Peer> peers() {
    return List.of();
  }

  @Override
  public Optional<Tasks> tasks() {
    return node.mesh().flatMap(mesh -> mesh.state().tasks());
  }
}
