package dev.mesh.peer;

import dev.mesh.protocols.PeerId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;

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

  private final ActorRefResolver resolver;
  private final String systemName;
  private final Map<PeerId, String> addresses = new ConcurrentHashMap<>();
  private final Map<String, ActorRef<?>> resolved = new ConcurrentHashMap<>();

  public PeerRefs(ActorSystem<?> system) {
    this.resolver = ActorRefResolver.get(system);
    this.systemName = system.name();
  }

  /** Remembers where {@code peer} is now; a later address replaces an earlier one. */
  public void learn(PeerId peer, String address) {
    String before = addresses.put(peer, address);
    if (before != null && !before.equals(address)) {
      resolved.keySet().removeIf(path -> path.contains("@" + before + "/"));
    }
  }

  public Optional<String> address(PeerId peer) {
    return Optional.ofNullable(addresses.get(peer));
  }

  /** The peer that was last heard of at {@code address}. */
  public Optional<PeerId> peerAt(String address) {
    return addresses.entrySet().stream()
        .filter(known -> known.getValue().equals(address))
        .map(Map.Entry::getKey)
        .findFirst();
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
    return (ActorRef<T>) resolved.computeIfAbsent(path, resolver::resolveActorRef);
  }
}
