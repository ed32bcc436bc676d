package dev.mesh.protocols.gossip;

import dev.mesh.protocols.PeerId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What peers gossip. None is larger than {@link GossipSettings#maxMessageBytes}, about. */
public sealed interface GossipMessage {
  PeerId from();

  /**
   * How new what the sender holds is, for all peers whose ids are in a range; answered with what is
   * newer at the receiver ({@link Facts}) and a request for what is newer at the sender ({@link
   * Want}).
   *
   * @param after the range begins after this id; empty: at the first
   * @param upTo the range ends with this id; empty: with the last
   */
  record Digest(
      PeerId from, Optional<PeerId> after, Optional<PeerId> upTo, Map<PeerId, Version> versions)
      implements GossipMessage {
    public Digest {
      versions = Map.copyOf(versions);
    }

    boolean covers(PeerId peer) {
      return after.filter(first -> peer.compareTo(first) <= 0).isEmpty()
          && upTo.filter(last -> peer.compareTo(last) > 0).isEmpty();
    }
  }

  /** Answered with {@link Facts} of these peers. */
  record Want(PeerId from, List<PeerId> peers) implements GossipMessage {
    public Want {
      peers = List.copyOf(peers);
    }
  }

  /** News, asked for or not. */
  record Facts(PeerId from, List<PeerFacts> facts) implements GossipMessage {
    public Facts {
      facts = List.copyOf(facts);
    }
  }
}
