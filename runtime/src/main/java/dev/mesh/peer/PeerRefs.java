package dev.mesh.peer;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.Contact;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.ActorPath;
import org.apache.pekko.actor.ActorRefProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/**
 * Where the actors of other peers are. A peer's protocol actors live at fixed paths below its
 * guardian, so that knowing its address is knowing them all; nobody has to be asked, and Pekko's
 * membership need not have converged. Thread-safe. Holds one entry for each peer ever heard of.
 *
 * <p>Addresses are {@code host:port} of the peer's remoting.
 */
public final class PeerRefs {
  /** The name of the guardian below {@code /system}. */
  public static final String GUARDIAN = "mesh";

  private final ActorRefProvider provider;
  private final String systemName;
  private final Map<PeerId, Contact> contacts = new ConcurrentHashMap<>();
  private final Map<String, ActorRef<?>> resolved = new ConcurrentHashMap<>();

  public PeerRefs(ActorSystem<?> system) {
    this.provider = ((ExtendedActorSystem) Adapter.toClassic(system)).provider();
    this.systemName = system.name();
  }

  /** Remembers where a peer is now; a later life replaces an earlier one. */
  public void learn(Contact contact) {
    Contact before = contacts.put(contact.peer(), contact);
    if (before != null && !before.address().equals(contact.address())) {
      resolved.keySet().removeIf(path -> path.contains("@" + before.address() + "/"));
    }
  }

  public Optional<String> address(PeerId peer) {
    return Optional.ofNullable(contacts.get(peer)).map(Contact::address);
  }

  /** The life of {@code peer} that was last heard of; empty while it is unheard of. */
  public OptionalLong incarnation(PeerId peer) {
    Contact known = contacts.get(peer);
    return known == null ? OptionalLong.empty() : OptionalLong.of(known.incarnation());
  }

  /** Every peer ever heard of, this one included. */
  public Collection<Contact> contacts() {
    return List.copyOf(contacts.values());
  }

  /** The peer that was last heard of at {@code address}. */
  public Optional<PeerId> peerAt(String address) {
    return contacts.values().stream()
        .filter(known -> known.address().equals(address))
        .max(Comparator.comparingLong(Contact::incarnation))
        .map(Contact::peer);
  }

  /**
   * The actor at {@code child} below the guardian of {@code peer}; empty while it is unheard of.
   */
  public <T> Optional<ActorRef<T>> at(PeerId peer, String child) {
    return address(peer).map(address -> atAddress(address, child));
  }

  /** The actor at {@code child} below the guardian of whichever peer is at {@code address}. */
  @SuppressWarnings("unchecked") // the path decides the actor, and with it what it understands
  public <T> ActorRef<T> atAddress(String address, String child) {
    String path = "pekko://" + systemName + "@" + address + "/system/" + GUARDIAN + "/" + child;
    ActorRef<?> known = resolved.get(path);
    if (known == null) {
      // Not by its text: Pekko would remember that, too, and not see that an actor of this system
      // was made anew.
      known = Adapter.toTyped(provider.resolveActorRef(ActorPath.fromString(path)));
      if (known.path().address().hasGlobalScope()) {
        resolved.put(path, known);
      }
    }
    return (ActorRef<T>) known;
  }
}
