package dev.mesh.protocols.gossip;

import dev.mesh.protocols.Bytes;
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
import java.util.TreeSet;

/** Many peers that gossip in rounds, on one thread and one seed; messages may be lost. */
final class GossipNetwork {
  static final long ROUND_MILLIS = 1000;

  private record Sent(int to, GossipMessage message) {}

  private final Random random;
  private final List<Gossip> peers = new ArrayList<>();
  private final Map<PeerId, Integer> indexes = new HashMap<>();
  private final Deque<Sent> underWay = new ArrayDeque<>();
  private int lossPercent;
  private int cutAt;
  private int messages;
  private long now = 1_000_000;

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

  /** Facts that differ in more than measures for different {@code queued}. */
  static PeerFacts facts(int index, int queued) {
    return facts(index, queued, "1." + queued);
  }

  static PeerFacts facts(int index, int queued, String softwareVersion) {
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
        softwareVersion,
        List.of(),
        Map.of());
  }

  void publish(int index, int queued) {
    peers.get(index).handle(new Input.Publish(facts(index, queued)));
  }

  void write(int index, String key, String value) {
    write(index, key, Optional.of(Bytes.utf8(value)));
  }

  void delete(int index, String key) {
    write(index, key, Optional.empty());
  }

  /** Gives what was written; empty if there was nothing to delete. */
  Optional<AppEntry> write(int index, String key, Optional<Bytes> value) {
    List<Effect> effects = peers.get(index).handle(new Input.Write(now, key, value));
    carryOut(index, effects);
    return effects.stream()
        .filter(Effect.Changed.class::isInstance)
        .map(effect -> ((Effect.Changed) effect).entry())
        .findFirst();
  }

  /** What a peer sees under a key. */
  Optional<String> read(int index, String key) {
    return peers.get(index).entries().get(key).flatMap(AppEntry::value).map(Bytes::asUtf8);
  }

  void loss(int percent) {
    lossPercent = percent;
  }

  /**
   * No message passes between the peers below {@code index} and the others, and they know it; 0:
   * heals.
   */
  void cut(int index) {
    cutAt = index;
    for (int i = 0; i < peers.size(); i++) {
      Set<PeerId> far = new TreeSet<>();
      for (int j = 0; j < peers.size(); j++) {
        if ((i < cutAt) != (j < cutAt)) {
          far.add(id(j));
        }
      }
      peers.get(i).handle(new Input.Unreachable(far));
    }
  }

  void round() {
    now += ROUND_MILLIS;
    for (int i = 0; i < peers.size(); i++) {
      carryOut(i, peers.get(i).handle(new Input.Round(now)));
    }
    while (!underWay.isEmpty()) {
      Sent next = underWay.poll();
      carryOut(next.to(), peers.get(next.to()).handle(new Input.Received(now, next.message())));
    }
  }

  void rounds(int count) {
    for (int i = 0; i < count; i++) {
      round();
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

  /** Whether all hold the same, told by its hash, and know all peers. */
  boolean agree() {
    Gossip first = peers.get(0);
    return first.peers().size() == peers.size()
        && peers.stream()
            .allMatch(
                peer ->
                    peer.peers().hash() == first.peers().hash()
                        && peer.entries().hash() == first.entries().hash());
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
