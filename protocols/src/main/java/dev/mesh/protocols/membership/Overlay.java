package dev.mesh.protocols.membership;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Asked.Purpose;
import dev.mesh.protocols.membership.Neighbours.Neighbour;
import dev.mesh.protocols.membership.OverlayMessage.Exchange;
import dev.mesh.protocols.membership.OverlayMessage.Link;
import dev.mesh.protocols.membership.OverlayMessage.Sighting;
import dev.mesh.protocols.membership.OverlayMessage.Unlink;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which peers a peer keeps connections to: a few, so that a mesh of any size costs a peer the same,
 * and such ones that the whole stays connected.
 *
 * <ul>
 *   <li>Two are its neighbours on a ring of hashed ids, found as in T-Man (Jelasity and Babaoglu
 *       2005). The ring is a Hamiltonian cycle: two disjoint paths between any two peers.
 *   <li>The others are drawn from a view of candidates that is mixed in each round, as in HyParView
 *       (Leitao et al. 2007): short ways, and a graph that holds together when many fail at once.
 *   <li>Not more than half of them and one are of the peer's own zone, and not all, as far as other
 *       zones are known.
 * </ul>
 *
 * <p>Connections are symmetric: each side says {@link Link} in each round, which also shows that it
 * lives, and repairs what a lost message has left one-sided. Nothing is repeated but that: a round
 * costs a bounded number of messages, whatever was lost.
 *
 * <p>Used by one thread at a time. Holds the neighbours, {@link OverlaySettings#candidates} others
 * and as many that are doubted.
 */
public final class Overlay {
  /** Peers asked for a place on one side of the ring at a time: the nearest may be dead. */
  private static final int MAX_ASKED_AHEAD = 3;

  /** Who has declined is left alone for so many rounds, and up to twice as many. */
  private static final int REST_ROUNDS = 3;

  /** What the overlay learns. */
  public sealed interface Input {
    /** Comes at a steady interval, the same at all peers. */
    record Round() implements Input {}

    record Received(OverlayMessage message) implements Input {}

    /** Peers that may be there: seeds, or what discovery has learned. */
    record PeersKnown(Collection<Candidate> peers) implements Input {}

    /** The peer has failed in this life, or left. */
    record PeerGone(PeerId peer, long incarnation) implements Input {}

    /** From now on nobody but these is avoided where there is a choice. */
    record Distrusted(Set<PeerId> peers) implements Input {
      public Distrusted {
        peers = Set.copyOf(peers);
      }
    }
  }

  /** What the overlay asks for. */
  public sealed interface Effect {
    record Send(Candidate to, OverlayMessage message) implements Effect {}

    record Connected(PeerId neighbour) implements Effect {}

    record Disconnected(PeerId neighbour) implements Effect {}

    /** {@code from} has sent what no peer of this release sends, which is not heard. */
    record MessageRefused(PeerId from, String why) implements Effect {}
  }

  private final Candidate self;
  private final long position;
  private final OverlaySettings settings;
  private final Draws draws;
  private final Neighbours neighbours;
  private final CandidateView candidates;

  /** Peers that have not answered yet whether they will be neighbours. */
  private final Map<PeerId, Asked> asked = new LinkedHashMap<>();

  private final List<Effect> effects = new ArrayList<>();
  private Set<PeerId> distrusted = Set.of();
  private long round;

  public Overlay(Candidate self, OverlaySettings settings, Draws draws) {
    this.self = self;
    this.position = RingPosition.of(self.peer());
    this.settings = settings;
    this.draws = draws;
    this.neighbours = new Neighbours(self);
    this.candidates = new CandidateView(self, settings, draws);
  }

  public List<Effect> handle(Input input) {
    effects.clear();
    if (input instanceof Input.Round) {
      round();
    } else if (input instanceof Input.Received received) {
      receive(received.message());
    } else if (input instanceof Input.PeersKnown known) {
      known.peers().stream().filter(it -> !isKnown(it.peer())).forEach(candidates::guess);
    } else if (input instanceof Input.PeerGone gone) {
      give(gone.peer(), gone.incarnation());
    } else if (input instanceof Input.Distrusted peers) {
      distrusted = peers.peers();
    } else {
      throw new IllegalArgumentException("unknown input " + input);
    }
    return List.copyOf(effects);
  }

  /** In the order in which they became neighbours. */
  public List<PeerId> neighbours() {
    return List.copyOf(neighbours.peers());
  }

  /** Whom this peer could ask when a neighbour goes. */
  public List<PeerId> candidates() {
    return List.copyOf(candidates.peers());
  }

  /** Throws if what must always hold does not. */
  public void checkInvariants() {
    require(neighbours.size() <= settings.maxNeighbours(), "too many neighbours");
    require(candidates.size() <= settings.candidates(), "too many candidates");
    require(asked.size() <= 2 * MAX_ASKED_AHEAD + settings.maxNeighbours(), "too many asked");
    require(!neighbours.contains(self.peer()), "a peer is its own neighbour");
    require(
        asked.keySet().stream().noneMatch(neighbours::contains), "a neighbour is asked to be one");
    require(
        candidates.peers().stream().noneMatch(neighbours::contains), "a neighbour is a candidate");
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(self.peer() + ": " + otherwise);
    }
  }

  private void round() {
    round++;
    candidates.nextRound();
    giveUpSilent();
    askAlongRing();
    askForMore();
    Link link = new Link(self, neighbours.size());
    neighbours.all().forEach(it -> send(it.candidate, link));
    asked.values().forEach(it -> send(it.candidate, link));
    exchange();
  }

  private void giveUpSilent() {
    for (Neighbour it : List.copyOf(neighbours.all())) {
      it.silent++;
      if (it.silent > settings.silentRounds()) {
        give(it.candidate.peer(), it.candidate.incarnation());
      }
    }
    for (Asked it : List.copyOf(asked.values())) {
      it.rounds++;
      if (it.rounds > settings.answerRounds()) {
        give(it.candidate.peer(), it.candidate.incarnation());
      }
    }
  }

  /** The peer is given up in this life. */
  private void give(PeerId peer, long incarnation) {
    Neighbour neighbour = neighbours.get(peer);
    if (neighbour != null && neighbour.candidate.incarnation() > incarnation) {
      return;
    }
    asked.values().removeIf(it -> isLife(it.candidate, peer, incarnation));
    candidates.doubt(peer, incarnation);
    if (neighbours.remove(peer)) {
      effects.add(new Effect.Disconnected(peer));
    }
  }

  private static boolean isLife(Candidate candidate, PeerId peer, long incarnation) {
    return candidate.peer().equals(peer) && candidate.incarnation() <= incarnation;
  }

  /** Asks the nearest candidate on each side, if it is nearer than the neighbours there. */
  private void askAlongRing() {
    candidates
        .nearest(
            it -> RingPosition.ahead(position, it),
            it -> isFree(it.candidate) && neighbours.isNextAhead(it.position))
        .filter(it -> askedOnRing(true) < MAX_ASKED_AHEAD)
        .ifPresent(it -> ask(it, Purpose.RING));
    candidates
        .nearest(
            it -> RingPosition.behind(position, it),
            it -> isFree(it.candidate) && neighbours.isNextBehind(it.position))
        .filter(it -> askedOnRing(false) < MAX_ASKED_AHEAD)
        .ifPresent(it -> ask(it, Purpose.RING));
  }

  private long askedOnRing(boolean ahead) {
    return asked.values().stream()
        .filter(it -> it.purpose == Purpose.RING)
        .map(it -> RingPosition.of(it.candidate.peer()))
        .filter(it -> ahead ? neighbours.isNextAhead(it) : neighbours.isNextBehind(it))
        .count();
  }

  private void askForMore() {
    long missing = settings.wantedNeighbours() - neighbours.size() - count(Purpose.MORE);
    for (long i = 0; i < missing; i++) {
      candidates
          .any(it -> isWelcome(it) && isOfWantedZone(it))
          .or(() -> candidates.any(this::isWelcome))
          .or(() -> candidates.any(this::isFree))
          .ifPresent(it -> ask(it, Purpose.MORE));
    }
    if (neighbours.wantOtherZones() && count(Purpose.OTHER_ZONE) == 0) {
      candidates
          .any(it -> isFree(it) && !neighbours.isOfOwnZone(it))
          .ifPresent(it -> ask(it, Purpose.OTHER_ZONE));
    }
  }

  private long count(Purpose purpose) {
    return asked.values().stream().filter(it -> it.purpose == purpose).count();
  }

  private boolean isFree(Candidate candidate) {
    return !asked.containsKey(candidate.peer());
  }

  private boolean isWelcome(Candidate candidate) {
    return isFree(candidate) && !distrusted.contains(candidate.peer());
  }

  private boolean isOfWantedZone(Candidate candidate) {
    return !neighbours.isOfOwnZone(candidate) || 2 * neighbours.ofOwnZone() < neighbours.size();
  }

  private void ask(Candidate candidate, Purpose purpose) {
    asked.put(candidate.peer(), new Asked(candidate, purpose));
  }

  /** In turn with somebody far, which mixes, and with a neighbour, which finds the ring. */
  private void exchange() {
    Optional<Candidate> far = candidates.any(it -> true);
    List<Candidate> near =
        neighbours.all().stream()
            .filter(it -> neighbours.isNextTo(it.position))
            .map(it -> it.candidate)
            .toList();
    List<Candidate> partner =
        near.isEmpty() || (round % 2 == 0 && far.isPresent())
            ? far.stream().toList()
            : draws.sample(near, 1);
    partner.forEach(to -> send(to, new Exchange(self, true, sightingsFor(to))));
  }

  private void receive(OverlayMessage message) {
    Candidate from = message.from();
    Optional<String> fault = message.fault();
    fault.ifPresent(why -> effects.add(new Effect.MessageRefused(from.peer(), why)));
    if (from.peer().equals(self.peer()) || fault.isPresent()) {
      return;
    }
    Neighbour neighbour = neighbours.get(from.peer());
    if (neighbour != null && neighbour.candidate.incarnation() > from.incarnation()) {
      return; // words of a life that is over
    }
    candidates.trust(from.peer());
    if (neighbour != null) {
      neighbour.candidate = from;
      neighbour.silent = 0;
    } else {
      candidates.learn(from, 0);
    }
    if (message instanceof Link link) {
      onLink(link);
    } else if (message instanceof Unlink unlink) {
      onUnlink(unlink);
    } else if (message instanceof Exchange exchange) {
      onExchange(exchange);
    } else {
      throw new IllegalArgumentException("unknown message " + message);
    }
  }

  private void onLink(Link link) {
    Candidate from = link.from();
    Neighbour neighbour = neighbours.get(from.peer());
    if (neighbour != null) {
      neighbour.degree = link.degree();
      return;
    }
    Asked own = asked.remove(from.peer());
    if (makeRoom(link, Optional.ofNullable(own).map(it -> it.purpose))) {
      candidates.remove(from.peer());
      neighbours.add(from, link.degree());
      effects.add(new Effect.Connected(from.peer()));
      if (own == null) {
        send(from, new Link(self, neighbours.size()));
      }
    } else {
      decline(from);
    }
  }

  /** Whether the peer can be taken in, once another has gone for it if need be. */
  private boolean makeRoom(Link link, Optional<Purpose> askedFor) {
    Candidate from = link.from();
    boolean onRing = neighbours.isNextTo(RingPosition.of(from.peer()));
    boolean lonely = link.degree() < settings.minNeighbours();
    if (neighbours.size() < settings.maxNeighbours()) {
      return onRing || lonely || askedFor.isPresent() || !isOneTooManyOfOwnZone(from);
    }
    List<Candidate> spared = List.of();
    if (onRing) {
      spared = neighbours.spare(it -> true, distrusted, draws);
    } else if (askedFor.equals(Optional.of(Purpose.OTHER_ZONE)) && neighbours.wantOtherZones()) {
      spared = neighbours.spare(it -> neighbours.isOfOwnZone(it.candidate), distrusted, draws);
    } else if (lonely) {
      spared = neighbours.spare(it -> it.degree > settings.minNeighbours(), distrusted, draws);
    }
    spared.forEach(this::part);
    return !spared.isEmpty();
  }

  private boolean isOneTooManyOfOwnZone(Candidate from) {
    int size = neighbours.size() + 1;
    return neighbours.isOfOwnZone(from)
        && neighbours.ofOwnZone() + 1 > size / 2 + 1
        && candidates.any(it -> !neighbours.isOfOwnZone(it)).isPresent();
  }

  private void part(Candidate neighbour) {
    neighbours.remove(neighbour.peer());
    effects.add(new Effect.Disconnected(neighbour.peer()));
    candidates.learn(neighbour, 0);
    decline(neighbour);
  }

  private void decline(Candidate peer) {
    candidates.rest(peer.peer(), REST_ROUNDS);
    send(peer, new Unlink(self, sightingsFor(peer)));
  }

  private void onUnlink(Unlink unlink) {
    Candidate from = unlink.from();
    asked.remove(from.peer());
    if (neighbours.remove(from.peer())) {
      effects.add(new Effect.Disconnected(from.peer()));
      candidates.learn(from, 0);
    }
    learn(unlink.instead());
    candidates.rest(from.peer(), REST_ROUNDS + draws.below(REST_ROUNDS + 1));
  }

  private void onExchange(Exchange exchange) {
    if (exchange.wantsAnswer()) {
      send(exchange.from(), new Exchange(self, false, sightingsFor(exchange.from())));
    }
    learn(exchange.sightings());
  }

  private void learn(List<Sighting> told) {
    told.stream()
        .limit(settings.exchanged())
        .filter(it -> !isKnown(it.candidate().peer()))
        .forEach(it -> candidates.learn(it.candidate(), it.age() + 1));
  }

  private boolean isKnown(PeerId peer) {
    return peer.equals(self.peer()) || neighbours.contains(peer);
  }

  private List<Sighting> sightingsFor(Candidate other) {
    List<Sighting> all = new ArrayList<>(candidates.sightings());
    all.addAll(neighbours.sightings());
    return Sightings.select(all, other.peer(), settings.exchanged(), draws);
  }

  private void send(Candidate to, OverlayMessage message) {
    effects.add(new Effect.Send(to, message));
  }
}
