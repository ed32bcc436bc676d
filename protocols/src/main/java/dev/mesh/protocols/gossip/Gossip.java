package dev.mesh.protocols.gossip;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.gossip.GossipMessage.Bucket;
import dev.mesh.protocols.gossip.GossipMessage.Held;
import dev.mesh.protocols.gossip.Rumours.Topic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Spreads what peers say of themselves and what applications publish (Demers et al. 1987). In each
 * round a peer pushes news as rumours to a few others (§1.4), each rumour a number of times that
 * grows with the logarithm of the number of peers (SWIM, Das et al. 2002, §4.1); and it compares
 * its state with one other (anti-entropy, §1.3), by hash trees, so that what the rumours missed is
 * exchanged both ways and two equal states cost one small message. A message of rumours goes to a
 * partner in a round, never more; so the traffic of a round does not grow with the mesh.
 *
 * <p>The newest version of each name wins everywhere, so states merge in any order and a partition
 * heals to the union. Only the peer itself makes versions of its facts; application entries are
 * anybody's, and the last writer wins ({@link AppEntries}).
 *
 * <p>All times are milliseconds of a clock that goes on while the process is frozen. Used by one
 * thread at a time; {@link #peers} and {@link #entries} are immutable snapshots.
 */
public final class Gossip {
  /** What gossip learns. */
  public sealed interface Input {
    /** A round begins. */
    record Round(long now) implements Input {}

    /** What this peer now says of itself; its version is given here, whatever it carries. */
    record Publish(PeerFacts facts) implements Input {}

    /** An application's entry is written here; empty: it is deleted. */
    record Write(long now, String key, Optional<Bytes> value) implements Input {}

    /** There is such a peer, of which nothing else may be known yet. */
    record PeerKnown(PeerId peer) implements Input {}

    /**
     * The peers that the mesh counts. Others are told nothing unless they ask, and not waited for.
     * Empty: that is not known yet, and all count that are known.
     */
    record Registered(Set<PeerId> peers) implements Input {
      public Registered {
        peers = Set.copyOf(peers);
      }
    }

    /**
     * The peers that are believed to be gone. One of them is tried in each round, so that a healed
     * partition is noticed; the others are left alone.
     */
    record Unreachable(Set<PeerId> peers) implements Input {
      public Unreachable {
        peers = Set.copyOf(peers);
      }
    }

    /** The peers of bad reputation. They are told less often than others, and are answered. */
    record Distrusted(Set<PeerId> peers) implements Input {
      public Distrusted {
        peers = Set.copyOf(peers);
      }
    }

    record Received(long now, GossipMessage message) implements Input {}
  }

  /** What gossip asks for. */
  public sealed interface Effect {
    record Send(PeerId to, GossipMessage message) implements Effect {}

    /** These facts are new here. */
    record Learned(PeerFacts facts) implements Effect {}

    /** This application entry is new here, or deleted. */
    record Changed(AppEntry entry) implements Effect {}

    /** An application's entry was not written, and why. */
    record Refused(String why) implements Effect {}

    /** {@code from} has sent what no peer of this release sends, which is not heard. */
    record MessageRefused(PeerId from, String why) implements Effect {}
  }

  private final PeerId self;
  private final GossipSettings settings;
  private final Draws draws;
  private final Partners partners;
  private final AppEntries entries;
  private final OwnFacts own;
  private final Rumours rumours = new Rumours();
  private final List<Effect> effects = new ArrayList<>();
  private HashTree<PeerFacts> facts;

  private long round;
  private long now;
  private Optional<Long> reachableSince = Optional.empty();

  public Gossip(PeerId self, long incarnation, GossipSettings settings, Draws draws) {
    this(self, incarnation, settings, draws, HashTree.empty(), HashTree.empty());
  }

  /**
   * A core that knows something from the start, such as what one before it knew.
   *
   * @param facts as {@link #peers}
   * @param entries as {@link #entries}
   */
  public Gossip(
      PeerId self,
      long incarnation,
      GossipSettings settings,
      Draws draws,
      HashTree<PeerFacts> facts,
      HashTree<AppEntry> entries) {
    this.self = self;
    this.own = new OwnFacts(incarnation);
    this.settings = settings;
    this.draws = draws;
    this.facts = facts;
    this.partners = new Partners(self);
    this.entries = new AppEntries(self, settings, entries);
    facts.get(self.value()).ifPresent(said -> own.catchUpWith(said.version()));
  }

  public List<Effect> handle(Input input) {
    effects.clear();
    if (input instanceof Input.Round next) {
      round(next.now());
    } else if (input instanceof Input.Publish publish) {
      own.are(publish.facts());
      publishIfDue();
    } else if (input instanceof Input.Write write) {
      write(write);
    } else if (input instanceof Input.PeerKnown known) {
      partners.meet(known.peer(), facts, settings.maxPeers());
    } else if (input instanceof Input.Registered counted) {
      partners.registered(counted.peers());
    } else if (input instanceof Input.Unreachable gone) {
      partners.unreachable(gone.peers());
    } else if (input instanceof Input.Distrusted bad) {
      partners.distrusted(bad.peers());
    } else if (input instanceof Input.Received received) {
      now = Math.max(now, received.now());
      receive(received.message());
    } else {
      throw new IllegalArgumentException("unknown input " + input);
    }
    return List.copyOf(effects);
  }

  /** What is known of all peers, this one included once it has published. */
  public HashTree<PeerFacts> peers() {
    return facts;
  }

  /** As {@link #peers}, in the order of ids. Takes O(n log n). */
  public List<PeerFacts> facts() {
    return sorted(facts);
  }

  public static List<PeerFacts> sorted(HashTree<PeerFacts> facts) {
    List<PeerFacts> sorted = new ArrayList<>(facts.size());
    facts.forEach(sorted::add);
    sorted.sort(Comparator.comparing(PeerFacts::peer));
    return sorted;
  }

  /** How many peers there are besides this one, as far as is known. */
  public int others() {
    return partners.size(facts);
  }

  /** Some peers in reach, drawn at random. */
  public List<PeerId> draw(int count) {
    return partners.draw(facts, count, draws);
  }

  /** Whether no peer that is believed to be in reach has a lesser id. Takes O(n). */
  public boolean isFirst() {
    return partners.isFirst(facts);
  }

  /** What applications have published; with tombstones. */
  public HashTree<AppEntry> entries() {
    return entries.tree();
  }

  private void round(long time) {
    round++;
    now = Math.max(now, time);
    reachableSince =
        partners.allReachable() ? reachableSince.or(() -> Optional.of(now)) : Optional.empty();
    entries.collect(now, reachableSince);
    publishIfDue();
    List<PeerId> chosen = new ArrayList<>(partners.draw(facts, settings.fanout(), draws));
    boolean compares = round % settings.antiEntropyRounds() == 0;
    if (compares) {
      chosen.stream().limit(1).forEach(this::compareWith);
    }
    List<PeerId> far = partners.drawUnreachable(draws);
    far.forEach(this::compareWith);
    chosen.addAll(far);
    tellRumours(chosen);
  }

  private void compareWith(PeerId other) {
    send(other, new GossipMessage.Summary(self, facts.hash(), entries.tree().hash()));
  }

  /** To each the same one message, of the rumours that have been told least. */
  private void tellRumours(List<PeerId> chosen) {
    if (chosen.isEmpty()) {
      return;
    }
    List<Gossiped> told = new ArrayList<>();
    int bytes = 0;
    for (Topic topic : rumours.topics()) {
      Optional<? extends Gossiped> news = newest(topic.tree(), topic.name());
      int more = news.map(Gossiped::weight).orElse(0);
      if (!told.isEmpty() && bytes + more > settings.maxMessageBytes()) {
        break;
      }
      news.ifPresent(told::add);
      bytes += more;
      rumours.told(topic, chosen.size());
    }
    chosen.forEach(to -> sendNews(to, told, true));
  }

  private void publishIfDue() {
    own.due(facts.get(self.value()), round, partners.size(facts))
        .ifPresent(
            next -> {
              facts = facts.with(next);
              spread(Tree.PEERS, self.value());
            });
  }

  private void write(Input.Write write) {
    now = Math.max(now, write.now());
    Optional<String> refusal = entries.refusal(write.key(), write.value());
    if (refusal.isPresent()) {
      effects.add(new Effect.Refused(refusal.get()));
    } else if (write.value().isPresent() || entries.tree().get(write.key()).isPresent()) {
      learn(entries.next(write.key(), write.value(), now), self, true);
    }
  }

  private void receive(GossipMessage message) {
    PeerId from = message.from();
    Optional<String> fault = GossipRules.fault(message);
    fault.ifPresent(why -> effects.add(new Effect.MessageRefused(from, why)));
    if (from.equals(self) || fault.isPresent()) {
      return;
    }
    partners.meet(from, facts, settings.maxPeers());
    if (message instanceof GossipMessage.Summary it) {
      showWhereDiffering(from, Tree.PEERS, it.peers());
      showWhereDiffering(from, Tree.ENTRIES, it.entries());
    } else if (message instanceof GossipMessage.Branches it) {
      HashTree<?> ours = tree(it.tree());
      List<Prefix> differing = new ArrayList<>();
      it.branches().forEach(branch -> differing.addAll(Comparison.differing(ours, branch)));
      show(from, it.tree(), differing);
    } else if (message instanceof GossipMessage.Buckets it) {
      compare(from, it.tree(), it.buckets());
    } else if (message instanceof GossipMessage.Want it) {
      List<Gossiped> wanted = new ArrayList<>();
      it.names().forEach(name -> newest(it.tree(), name).ifPresent(wanted::add));
      sendNews(from, wanted, false);
    } else if (message instanceof GossipMessage.News it) {
      hear(it);
    } else {
      throw new IllegalArgumentException("unknown message " + message);
    }
  }

  /** Whoever told the rest is not to miss it for what is wrong; its sender is named once. */
  private void hear(GossipMessage.News news) {
    PeerId from = news.from();
    Optional<String> fault = Optional.empty();
    for (PeerFacts told : news.facts()) {
      Optional<String> wrong = GossipRules.fault(told);
      if (wrong.isEmpty()) {
        learn(told, news.rumour());
      }
      fault = fault.or(() -> wrong);
    }
    for (AppEntry told : news.entries()) {
      Optional<String> wrong = GossipRules.fault(told, from, settings, now);
      if (wrong.isEmpty() && !GossipRules.isOfTheFuture(told, settings, now)) {
        learn(told, from, news.rumour());
      }
      fault = fault.or(() -> wrong);
    }
    fault.ifPresent(why -> effects.add(new Effect.MessageRefused(from, why)));
  }

  private void showWhereDiffering(PeerId to, Tree tree, long theirs) {
    if (tree(tree).hash() != theirs) {
      show(to, tree, List.of(Prefix.ROOT));
    }
  }

  private void show(PeerId to, Tree tree, List<Prefix> differing) {
    Comparison.show(self, tree, tree(tree), differing, settings.maxMessageBytes())
        .forEach(message -> send(to, message));
  }

  private void compare(PeerId with, Tree tree, List<Bucket> buckets) {
    List<Gossiped> newerHere = new ArrayList<>();
    List<String> newerThere = new ArrayList<>();
    for (Bucket bucket : buckets) {
      Set<String> held = new HashSet<>();
      for (Held theirs : bucket.held()) {
        held.add(theirs.name());
        Optional<? extends Gossiped> ours = newest(tree, theirs.name());
        if (tree == Tree.PEERS && theirs.name().equals(self.value())) {
          catchUpWith(theirs.stamp().version());
        } else if (ours.isEmpty() || theirs.stamp().isNewerThan(ours.get().stamp())) {
          newerThere.add(theirs.name());
        }
        ours.filter(our -> our.stamp().isNewerThan(theirs.stamp())).ifPresent(newerHere::add);
      }
      for (Gossiped ours : tree(tree).entries(bucket.prefix())) {
        if (!held.contains(ours.name())) {
          newerHere.add(ours);
        }
      }
    }
    sendNews(with, newerHere, false);
    Comparison.split(newerThere, GossipMessage.Want::weight, settings.maxMessageBytes())
        .forEach(part -> send(with, new GossipMessage.Want(self, tree, part)));
  }

  /** Others have heard this of this peer. */
  private void catchUpWith(Version heard) {
    if (own.catchUpWith(heard)) {
      publishIfDue();
    }
  }

  private void learn(PeerFacts told, boolean rumour) {
    PeerId peer = told.peer();
    if (peer.equals(self)) {
      catchUpWith(told.version());
      return;
    }
    Optional<PeerFacts> held = facts.get(peer.value());
    if (held.isEmpty() && facts.size() >= settings.maxPeers()) {
      partners.forgettable(facts).ifPresent(gone -> facts = facts.without(gone.value()));
    }
    boolean room = held.isPresent() || facts.size() < settings.maxPeers();
    if (room && (held.isEmpty() || told.version().isNewerThan(held.get().version()))) {
      facts = facts.with(told);
      partners.factsKnown(peer);
      if (rumour) {
        spread(Tree.PEERS, peer.value());
      }
      effects.add(new Effect.Learned(told));
    }
  }

  private void learn(AppEntry told, PeerId from, boolean rumour) {
    if (entries.learn(told, now)) {
      effects.add(new Effect.Changed(told));
      if (rumour) {
        spread(Tree.ENTRIES, told.key());
      }
    } else {
      entries.graveOf(told).ifPresent(grave -> sendNews(from, List.of(grave), false));
    }
  }

  private void spread(Tree tree, String name) {
    int others = Math.max(1, partners.size(facts));
    int log = Integer.SIZE - Integer.numberOfLeadingZeros(others); // log2(others + 1), rounded up
    rumours.begin(new Topic(tree, name), settings.rumourFactor() * log);
  }

  private HashTree<? extends Gossiped> tree(Tree tree) {
    return tree == Tree.PEERS ? facts : entries.tree();
  }

  private Optional<? extends Gossiped> newest(Tree tree, String name) {
    return tree == Tree.PEERS ? facts.get(name) : entries.held(name);
  }

  private void sendNews(PeerId to, List<Gossiped> news, boolean rumour) {
    Comparison.split(news, Gossiped::weight, settings.maxMessageBytes())
        .forEach(part -> send(to, GossipMessage.News.of(self, rumour, part)));
  }

  private void send(PeerId to, GossipMessage message) {
    effects.add(new Effect.Send(to, message));
  }
}
