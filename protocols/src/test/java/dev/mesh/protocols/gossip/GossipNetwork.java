package dev.mesh.protocols.gossip;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.Gossip.Effect;
import dev.mesh.protocols.gossip.Gossip.Input;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;

/** Many peers that gossip in rounds, on one thread and one seed; messages may be lost. */
final class GossipNetwork {
  private record Sent(int to, GossipMessage message) {}

  private final Random random;
  private final List<Gossip> peers = new ArrayList<>();
  private final Map<PeerId, Integer> indexes = new HashMap<>();
  private final Deque<Sent> underWay = new ArrayDeque<>();
  private int lossPercent;
  private int cutAt;
  private int messages;

  /** Peers that know the first one and nothing else. */
  GossipNetwork(long seed, int count, GossipSettings settings) {
    random = new Random(seed);
    for (int i = 0; i < count; i++) {
      indexes.put(id(i), i);
      peers.add(new Gossip(id(i), 1, settings, random::nextInt));
      publish(i, 0);
      peers.get(i).handle(new Input.PeerKnown(id(0)));
    }
  }

  static PeerId id(int index) {
    return new PeerId("p%03d".formatted(index));
  }

  static PeerFacts facts(int index, int queued) {
    return new PeerFacts(
        id(index),
        new Version(0, 0),
        "host:" + (1000 + index),
        Optional.of("host:" + (2000 + index)),
        "zone",
        Set.of("a", "b"),
        Set.of("echo"),
        new Load(0, queued, 4, OptionalDouble.empty()),
        0,
        0,
        "1");
  }

  void publish(int index, int queued) {
    peers.get(index).handle(new Input.Publish(facts(index, queued)));
  }

  void loss(int percent) {
    lossPercent = percent;
  }

  /** No message passes between the peers below {@code index} and the others; 0: heals. */
  void cut(int index) {
    cutAt = index;
  }

  void round() {
    for (int i = 0; i < peers.size(); i++) {
      carryOut(i, peers.get(i).handle(new Input.Round()));
    }
    while (!underWay.isEmpty()) {
      Sent next = underWay.poll();
      carryOut(next.to(), peers.get(next.to()).handle(new Input.Received(next.message())));
    }
  }

  /** Rounds until all hold the same, at most {@code limit}. */
  int roundsToAgree(int limit) {
    for (int rounds = 0; rounds < limit; rounds++) {
      if (agree()) {
        return rounds;
      }
      round();
    }
    return limit;
  }

  boolean agree() {
    List<PeerFacts> first = peers.get(0).facts();
    return first.size() == peers.size()
        && peers.stream().allMatch(peer -> peer.facts().equals(first));
  }

  Gossip peer(int index) {
    return peers.get(index);
  }

  int messages() {
    return messages;
  }

  private void carryOut(int from, List<Effect> effects) {
    for (Effect effect : effects) {
      if (effect instanceof Effect.Send send) {
        messages++;
        int to = indexes.get(send.to());
        boolean passes = (from < cutAt) == (to < cutAt);
        if (passes && random.nextInt(100) >= lossPercent) {
          underWay.add(new Sent(to, send.message()));
        }
      }
    }
  }
}
