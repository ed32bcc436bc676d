package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The peers that can be said hello to and what they said last. Holds at most {@value #MAX} peers; a
 * new one then takes the place of one that is silent and founds nothing, or is not taken.
 */
final class Contacts {
  static final int MAX = 1024;

  private record Heard(Hello hello, long at) {}

  private final Contact self;
  private final List<String> seeds;
  private final long timeoutMillis;
  private final Map<PeerId, Contact> known = new TreeMap<>();
  private final Map<PeerId, Heard> heard = new TreeMap<>();

  Contacts(Contact self, List<String> seeds, long timeoutMillis) {
    this.self = self;
    this.seeds = seeds.stream().filter(seed -> !seed.equals(self.address())).toList();
    this.timeoutMillis = timeoutMillis;
  }

  /**
   * Takes in where a peer is.
   *
   * @param keep peers that are never dropped for it
   * @return whether that is news
   */
  boolean learn(Contact told, Collection<PeerId> keep) {
    Contact before = known.get(told.peer());
    boolean stale = before != null && before.incarnation() >= told.incarnation();
    if (stale || told.peer().equals(self.peer()) || !hasRoom(told.peer(), keep)) {
      return false;
    }
    known
        .values()
        .removeIf(
            other ->
                other.address().equals(told.address())
                    && other.incarnation() < told.incarnation()
                    && !keep.contains(other.peer()));
    known.put(told.peer(), told);
    return true;
  }

  private boolean hasRoom(PeerId peer, Collection<PeerId> keep) {
    if (known.containsKey(peer) || known.size() < MAX) {
      return true;
    }
    Optional<PeerId> dropped =
        known.keySet().stream().filter(k -> !heard.containsKey(k) && !keep.contains(k)).findFirst();
    dropped.ifPresent(known::remove);
    return dropped.isPresent();
  }

  /** Takes in what a known peer said; what an earlier life of it said is dropped. */
  boolean hear(Hello hello, long now) {
    Contact sender = known.get(hello.peer());
    if (sender == null || hello.incarnation() < sender.incarnation()) {
      return false;
    }
    heard.put(hello.peer(), new Heard(hello, now));
    return true;
  }

  void forgetSilent(long now) {
    heard.values().removeIf(last -> now - last.at() > timeoutMillis);
  }

  /** The last words of all peers that were heard lately. */
  List<Hello> fresh() {
    return heard.values().stream().map(Heard::hello).toList();
  }

  boolean isFresh(PeerId peer) {
    return heard.containsKey(peer);
  }

  /** All addresses to say hello to: the seeds first, without this peer's own. */
  List<String> addresses() {
    Set<String> all = new LinkedHashSet<>(seeds);
    known.values().forEach(contact -> all.add(contact.address()));
    all.remove(self.address());
    return new ArrayList<>(all);
  }

  /** Whether somebody was heard from every address. */
  boolean allHeard() {
    List<String> silent = addresses();
    fresh().forEach(hello -> silent.remove(hello.address()));
    return silent.isEmpty();
  }

  /** Every known peer's contact. */
  List<Contact> known() {
    return List.copyOf(known.values());
  }

  Optional<PeerId> peerAt(String address) {
    return known.values().stream()
        .filter(contact -> contact.address().equals(address))
        .max((a, b) -> Long.compare(a.incarnation(), b.incarnation()))
        .map(Contact::peer);
  }
}
