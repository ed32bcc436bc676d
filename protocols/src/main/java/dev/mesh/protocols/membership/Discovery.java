package dev.mesh.protocols.membership;

import dev.mesh.protocols.Draws;
import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a peer finds the others: it says hello to its contacts again and again, learns of more
 * contacts from theirs, refuses peers that are not of its mesh, and finds out how to enter the
 * cluster ({@link ClusterEntry}).
 *
 * <p>A peer that is not settled (no mesh yet, or no cluster with a majority of the founders) says
 * hello to all contacts and asks for answers; a settled one to a few, drawn anew at each tick.
 * Seeds are contacts and nothing more.
 *
 * <p>Used by one thread at a time. Bounds: {@link Contacts#MAX} contacts, {@value #MAX_HELLOS}
 * hellos at a tick, {@value #MAX_TOLD} contacts in a hello.
 */
public final class Discovery {
  /** More contacts than this are drawn from. */
  public static final int MAX_HELLOS = 64;

  /** The most contacts that one hello passes on. */
  public static final int MAX_TOLD = 32;

  /** What discovery learns. Times are milliseconds of one clock that does not go back. */
  public sealed interface Input {
    record Tick(long now) implements Input {}

    record HelloReceived(long now, Hello hello) implements Input {}

    /** This peer's founding went on ({@link Bootstrap.Effect.Announce}). */
    record Announced(long now, Announcement announcement) implements Input {}

    /** This peer's place in the cluster has changed. */
    record ClusterChanged(long now, ClusterView view) implements Input {}

    /** Whom the mesh counts now; nobody until it has said so: then the founders. */
    record Registered(Set<PeerId> peers) implements Input {}

    /** The system at {@code address} no longer talks to this one. */
    record QuarantinedBy(long now, String address) implements Input {}
  }

  /** What discovery asks for. */
  public sealed interface Effect {
    record SendHello(String address, Hello hello) implements Effect {}

    /** Hand the founding's part of a hello from a peer of this mesh to {@link Bootstrap}. */
    record Deliver(Announcement announcement) implements Effect {}

    /** A peer is at a new address or in a new life: remember it over restarts. */
    record Learned(Contact contact) implements Effect {}

    /** Begin a cluster of which this peer is the first member. */
    record FormCluster() implements Effect {}

    /** Join the cluster through any of these addresses. */
    record JoinCluster(List<String> addresses) implements Effect {
      public JoinCluster {
        addresses = List.copyOf(addresses);
      }
    }

    /** End this actor system and start another: this one cannot come into the right cluster. */
    record RestartSystem(String why) implements Effect {}

    /** A peer was refused; given once for each text. */
    record Refused(PeerId peer, String message) implements Effect {}
  }

  private final Contact self;
  private final DiscoverySettings settings;
  private final Draws draws;
  private final Contacts contacts;
  private final ClusterEntry entry;
  private final Once once = new Once();
  private final List<Effect> effects = new ArrayList<>();
  private Announcement announcement;
  private Set<PeerId> registry = Set.of();
  private ClusterView cluster = ClusterView.OUTSIDE;

  /**
   * @param self this peer, its incarnation drawn at the start of the process
   * @param announcement what the bootstrap says first
   * @param remembered contacts that an earlier life has learned
   */
  public Discovery(
      Contact self,
      DiscoverySettings settings,
      Draws draws,
      Announcement announcement,
      List<Contact> remembered) {
    this.self = self;
    this.settings = settings;
    this.draws = draws;
    this.announcement = announcement;
    this.contacts = new Contacts(self, settings.seeds(), settings.contactTimeoutMillis());
    this.entry = new ClusterEntry(self.peer(), settings, contacts);
    remembered.forEach(contact -> contacts.learn(contact, counted()));
  }

  public List<Effect> handle(Input input) {
    effects.clear();
    if (input instanceof Input.Tick tick) {
      tick(tick.now());
    } else if (input instanceof Input.HelloReceived received) {
      hear(received.now(), received.hello());
    } else if (input instanceof Input.Announced announced) {
      announcement = announced.announcement();
      sendToAll(contacts.addresses());
      enter(announced.now());
    } else if (input instanceof Input.ClusterChanged changed) {
      cluster = changed.view();
      enter(changed.now());
    } else if (input instanceof Input.Registered registered) {
      registry = Set.copyOf(registered.peers());
      entry.count(registry);
    } else if (input instanceof Input.QuarantinedBy quarantined) {
      effects.addAll(entry.quarantined(announcement.mesh(), cluster, quarantined.address()));
    } else {
      throw new IllegalArgumentException("unknown input " + input);
    }
    return List.copyOf(effects);
  }

  /** What keeps this peer from the cluster, or that nothing does, for people. */
  public String status() {
    return entry.status();
  }

  /**
   * The peers outside that are on their way into this peer's cluster, and into no other; no two
   * clusters that cannot hear one another are told of the same one at a time.
   */
  public Set<PeerId> arriving() {
    return entry.arriving(announcement.mesh(), cluster);
  }

  /** Every peer known by address, for people and for those who keep addresses. */
  public List<Contact> contacts() {
    return contacts.known();
  }

  private void tick(long now) {
    contacts.forgetSilent(now);
    List<String> addresses = contacts.addresses();
    if (entry.isSettled(announcement.mesh(), cluster)) {
      draws.sample(addresses, settings.fanout()).forEach(to -> send(to, false));
    } else {
      sendToAll(addresses);
    }
    enter(now);
  }

  private void enter(long now) {
    effects.addAll(entry.decide(announcement.mesh(), cluster, now));
  }

  private void sendToAll(List<String> addresses) {
    draws.sample(addresses, MAX_HELLOS).forEach(to -> send(to, true));
  }

  private void send(String address, boolean wantsAnswer) {
    Optional<PeerId> receiver = contacts.peerAt(address);
    ClusterReport report = entry.report(announcement.mesh(), cluster, receiver);
    effects.add(
        new Effect.SendHello(
            address,
            new Hello(
                settings.meshName(),
                settings.protocolVersion(),
                self.peer(),
                self.incarnation(),
                self.address(),
                wantsAnswer,
                announcement,
                report,
                draws.sample(contacts.known(), MAX_TOLD))));
  }

  private void hear(long now, Hello hello) {
    if (isOwn(hello)) {
      return;
    }
    Optional<String> refusal = refusal(hello);
    if (refusal.isPresent()) {
      if (once.isNew(refusal.get())) {
        effects.add(new Effect.Refused(hello.peer(), refusal.get()));
      }
    } else {
      learn(hello.sender());
      hello.contacts().stream().limit(MAX_TOLD).forEach(this::learn);
      if (contacts.hear(hello, now)) {
        effects.add(new Effect.Deliver(hello.announcement()));
        enter(now);
      }
    }
    if (hello.wantsAnswer()) { // a refused peer, too: it then learns why from our hello
      send(hello.address(), false);
    }
  }

  /** A seed may name this peer in another way, and an earlier life may have left words behind. */
  private boolean isOwn(Hello hello) {
    return hello.peer().equals(self.peer())
        && hello.address().equals(self.address())
        && hello.incarnation() <= self.incarnation();
  }

  private void learn(Contact contact) {
    if (contacts.learn(contact, counted())) {
      effects.add(new Effect.Learned(contact));
    }
  }

  /** Peers whose contacts are never dropped for others. */
  private Collection<PeerId> counted() {
    return registry.isEmpty()
        ? announcement.mesh().map(mesh -> mesh.founders().members()).orElse(List.of())
        : registry;
  }

  private Optional<String> refusal(Hello hello) {
    String who = "peer " + hello.peer() + " at " + hello.address() + " is refused: ";
    if (!hello.meshName().equals(settings.meshName())) {
      return Optional.of(
          who
              + "it belongs to the mesh named '"
              + hello.meshName()
              + "' and this peer to '"
              + settings.meshName()
              + "'; correct the seeds or mesh.name");
    }
    if (hello.protocolVersion() != settings.protocolVersion()) {
      return Optional.of(
          who
              + "it speaks protocol version "
              + hello.protocolVersion()
              + " and this peer version "
              + settings.protocolVersion()
              + "; run the same release on both");
    }
    if (hello.peer().equals(self.peer())) {
      return Optional.of(
          who
              + "it has this peer's id; a data folder was copied: give one of the two a new, empty"
              + " one");
    }
    return otherMesh(hello).map(why -> who + why);
  }

  private Optional<String> otherMesh(Hello hello) {
    return announcement
        .mesh()
        .flatMap(own -> hello.announcement().mesh().filter(other -> !other.equals(own)))
        .map(
            other ->
                "it belongs to mesh "
                    + other.id()
                    + " founded by "
                    + other.founders()
                    + " and this peer to mesh "
                    + announcement.mesh().get().id()
                    + " founded by "
                    + announcement.mesh().get().founders()
                    + "; correct its seeds, or give it a new, empty data folder to join this one");
  }
}
