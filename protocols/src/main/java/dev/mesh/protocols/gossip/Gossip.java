package dev.mesh.protocols.gossip;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Spreads what peers say of themselves (Demers et al. 1987). In each round a peer draws a few
 * others and pushes news to them as rumours (§1.4), with a digest of all that it holds, so that
 * what a rumour missed is exchanged both ways (push-pull anti-entropy, §1.3). News is a rumour for
 * a number of rounds that grows with the logarithm of the number of peers.
 *
 * <p>The newest version of a peer's facts wins everywhere, so states merge in any order and a
 * partition heals to the union. Only the peer itself makes versions of its facts.
 *
 * <p>Used by one thread at a time. Holds the facts of at most {@value #MAX_PEERS} peers; those of
 * more are not taken.
 */
public final class Gossip {
  public static final int MAX_PEERS = 4096;

  private static final int BYTES_PER_DIGEST_ENTRY = 144;
  private static final int BYTES_PER_WANT = 104;

  /** What gossip learns. */
  public sealed interface Input {
    /** A round begins. */
    record Round() implements Input {}

    /** What this peer now says of itself; its version is given here, whatever it carries. */
    record Publish(PeerFacts facts) implements Input {}

    /** There is such a peer, of which nothing else may be known yet. */
    record PeerKnown(PeerId peer) implements Input {}

    /**
     * The peers that are believed to be gone. One of them is tried in each round, so that a healed
     * partition is noticed; the others are left alone.
     */
    record Unreachable(Set<PeerId> peers) implements Input {
      public Unreachable {
        peers = Set.copyOf(peers);
      }
    }

    record Received(GossipMessage message) implements Input {}
  }

  /** What gossip asks for. */
  public sealed interface Effect {
    record Send(PeerId to, GossipMessage message) implements Effect {}

    /** These facts are new here. */
    record Learned(PeerFacts facts) implements Effect {}
  }

  private final PeerId self;
  private final long incarnation;
  private final GossipSettings settings;
  private final Draws draws;
  private final NavigableMap<PeerId, PeerFacts> facts = new TreeMap<>();

  /** Whom to talk to: everybody that was ever heard of, without this peer. */
  private final Set<PeerId> partners = new TreeSet<>();

  private final Set<PeerId> unreachable = new TreeSet<>();

  /** News, and in how many more rounds it is pushed. */
  private final Map<PeerId, Integer> rumours = new HashMap<>();

  private final List<Effect> effects = new ArrayList<>();

  /** How often this peer has published. */
  private long counter;

  public Gossip(PeerId self, long incarnation, GossipSettings settings, Draws draws) {
    this.self = self;
    this.incarnation = incarnation;
    this.settings = settings;
    this.draws = draws;
  }

  public List<Effect> handle(Input input) {
    effects.clear();
    if (input instanceof Input.Round) {
      round();
    } else if (input instanceof Input.Publish publish) {
      publish(publish.facts());
    } else if (input instanceof Input.PeerKnown known) {
      meet(known.peer());
    } else if (input instanceof Input.Unreachable gone) {
      unreachable.clear();
      unreachable.addAll(gone.peers());
    } else if (input instanceof Input.Received received) {
      receive(received.message());
    } else {
      throw new IllegalArgumentException("unknown input " + input);
    }
    return List.copyOf(effects);
  }

  /** What is known of everybody, this peer included once it has published; in order of ids. */
  public List<PeerFacts> facts() {
    return List.copyOf(facts.values());
  }

  private void round() {
    List<PeerId> near = new ArrayList<>(partners);
    near.removeAll(unreachable);
    List<PeerId> far = new ArrayList<>(partners);
    far.retainAll(unreachable);
    List<PeerId> chosen = new ArrayList<>(draws.sample(near, settings.fanout()));
    chosen.addAll(draws.sample(far, 1));
    if (!chosen.isEmpty()) {
      List<PeerFacts> news = rumours.keySet().stream().sorted().map(facts::get).toList();
      List<GossipMessage.Digest> digests = digests();
      for (PeerId to : chosen) {
        sendFacts(to, news);
        digests.forEach(digest -> send(to, digest));
      }
      rumours.replaceAll((peer, rounds) -> rounds - 1);
      rumours.values().removeIf(rounds -> rounds <= 0);
    }
  }

  private void publish(PeerFacts own) {
    counter++;
    PeerFacts next = own.at(new Version(incarnation, counter));
    facts.put(self, next);
    spread(self);
  }

  private void receive(GossipMessage message) {
    if (message.from().equals(self)) {
      return;
    }
    meet(message.from());
    if (message instanceof GossipMessage.Digest digest) {
      compare(digest);
    } else if (message instanceof GossipMessage.Want want) {
      sendFacts(want.from(), known(want.peers()));
    } else if (message instanceof GossipMessage.Facts news) {
      news.facts().forEach(this::learn);
    } else {
      throw new IllegalArgumentException("unknown message " + message);
    }
  }

  private void compare(GossipMessage.Digest digest) {
    catchUpWith(digest.versions().get(self));
    List<PeerId> newerHere = new ArrayList<>();
    for (PeerFacts held : facts.values()) {
      Version there = digest.versions().get(held.peer());
      if (digest.covers(held.peer()) && (there == null || held.version().isNewerThan(there))) {
        newerHere.add(held.peer());
      }
    }
    List<PeerId> newerThere = new ArrayList<>();
    for (PeerId peer : new TreeSet<>(digest.versions().keySet())) {
      PeerFacts held = facts.get(peer);
      boolean newer = held == null || digest.versions().get(peer).isNewerThan(held.version());
      if (newer && !peer.equals(self)) {
        newerThere.add(peer);
      }
    }
    sendFacts(digest.from(), known(newerHere));
    for (List<PeerId> part : split(newerThere, settings.maxMessageBytes() / BYTES_PER_WANT)) {
      send(digest.from(), new GossipMessage.Want(self, part));
    }
  }

  /** A core that was begun anew in the same life goes on counting where others heard it last. */
  private void catchUpWith(Version own) {
    if (own != null && own.incarnation() == incarnation) {
      counter = Math.max(counter, own.counter());
    }
  }

  private void learn(PeerFacts told) {
    PeerId peer = told.peer();
    PeerFacts held = facts.get(peer);
    boolean room = held != null || facts.size() < MAX_PEERS;
    if (peer.equals(self) || !room) {
      return;
    }
    if (held == null || told.version().isNewerThan(held.version())) {
      facts.put(peer, told);
      meet(peer);
      spread(peer);
      effects.add(new Effect.Learned(told));
    }
  }

  private void spread(PeerId peer) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(partners.size() + 1);
    if (settings.rumourFactor() > 0) {
      rumours.put(peer, settings.rumourFactor() * bits);
    }
  }

  private void meet(PeerId peer) {
    if (!peer.equals(self) && partners.size() < MAX_PEERS) {
      partners.add(peer);
    }
  }

  /** The versions of all facts, in as many parts as the size of a message asks for. */
  private List<GossipMessage.Digest> digests() {
    List<GossipMessage.Digest> digests = new ArrayList<>();
    List<List<PeerId>> parts =
        split(List.copyOf(facts.keySet()), settings.maxMessageBytes() / BYTES_PER_DIGEST_ENTRY);
    Optional<PeerId> after = Optional.empty();
    Iterator<List<PeerId>> rest = parts.iterator();
    while (rest.hasNext()) {
      List<PeerId> part = rest.next();
      Optional<PeerId> upTo =
          rest.hasNext() ? Optional.of(part.get(part.size() - 1)) : Optional.empty();
      Map<PeerId, Version> versions = new HashMap<>();
      part.forEach(peer -> versions.put(peer, facts.get(peer).version()));
      digests.add(new GossipMessage.Digest(self, after, upTo, versions));
      after = upTo;
    }
    if (digests.isEmpty()) {
      digests.add(new GossipMessage.Digest(self, Optional.empty(), Optional.empty(), Map.of()));
    }
    return digests;
  }

  private List<PeerFacts> known(Collection<PeerId> peers) {
    return peers.stream().filter(facts::containsKey).map(facts::get).toList();
  }

  private void sendFacts(PeerId to, List<PeerFacts> news) {
    List<PeerFacts> part = new ArrayList<>();
    int bytes = 0;
    for (PeerFacts next : news) {
      if (!part.isEmpty() && bytes + next.weight() > settings.maxMessageBytes()) {
        send(to, new GossipMessage.Facts(self, part));
        part = new ArrayList<>();
        bytes = 0;
      }
      part.add(next);
      bytes += next.weight();
    }
    if (!part.isEmpty()) {
      send(to, new GossipMessage.Facts(self, part));
    }
  }

  private static <T> List<List<T>> split(List<T> whole, int size) {
    List<List<T>> parts = new ArrayList<>();
    for (int i = 0; i < whole.size(); i += size) {
      parts.add(whole.subList(i, Math.min(whole.size(), i + size)));
    }
    return parts;
  }

  private void send(PeerId to, GossipMessage message) {
    effects.add(new Effect.Send(to, message));
  }
}
