package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How N peers that were told to expect N become the founders of one mesh, and everybody else a
 * member of it.
 *
 * <p>A peer promises itself, on disk, to one founding set and never to another; a mesh is founded
 * once all members of a set have promised themselves to it. Two founded sets can therefore share no
 * peer: four peers that expect three cannot make two quorums.
 *
 * <p>So that promises do not block each other, they are made in the order of the peers' ids, as
 * locks are taken in one order: the lowest member promises first, when all the others name the same
 * set; each next one follows when all lower ones have promised. The highest peer that has promised
 * anything then stands in a set whose missing members are all free, and that set can be completed.
 *
 * <p>Whoever is left over joins the mesh as a surplus peer. So does a peer whose own promised set
 * shares a member with the founded one: that member's promise makes its set impossible for ever.
 *
 * <p>Used by one thread at a time. Holds what at most {@value #MAX_HEARD} peers said.
 */
public final class Bootstrap {
  /** Peers beyond this many are not listened to until others fall silent. */
  public static final int MAX_HEARD = 256;

  /** What a bootstrap learns. Times are milliseconds of one clock that does not go back. */
  public sealed interface Input {
    record AnnouncementReceived(long now, Announcement announcement) implements Input {}

    /** Answers {@link Effect.StorePromise}: the promise is on disk. */
    record PromiseStored(FoundingSet promise) implements Input {}

    /** Answers {@link Effect.StoreMesh}: the mesh is on disk. */
    record MeshStored(FoundedMesh mesh) implements Input {}

    record Tick(long now) implements Input {}
  }

  /** What a bootstrap asks for. */
  public sealed interface Effect {
    /** Put the promise on disk and answer with {@link Input.PromiseStored}. */
    record StorePromise(FoundingSet promise) implements Effect {}

    /** Put the mesh on disk and answer with {@link Input.MeshStored}. */
    record StoreMesh(FoundedMesh mesh) implements Effect {}

    /** This peer belongs to the mesh. The last effect of all. */
    record Founded(FoundedMesh mesh, boolean founder) implements Effect {}

    /** What this peer says of itself has changed: say it to all contacts now. */
    record Announce(Announcement announcement) implements Effect {}

    /** Something is odd and a person may want to know; given once for each text. */
    record Warn(String message) implements Effect {}

    /** This peer can get no further without a person; given once for each text. */
    record Stuck(String message) implements Effect {}
  }

  private record Heard(Announcement announcement, long at) {}

  private final PeerId self;
  private final int expect;
  private final long freshMillis;
  private final Map<PeerId, Heard> heard = new TreeMap<>();
  private final Once once = new Once();
  private final List<Effect> effects = new ArrayList<>();

  /** Never changes once present. On disk if {@link #promiseStored}. */
  private Optional<FoundingSet> promise;

  private boolean promiseStored;

  /** Never changes once present. On disk if {@link #meshStored}. */
  private Optional<FoundedMesh> mesh;

  private boolean meshStored;
  private Optional<FoundingSet> candidate = Optional.empty();
  private Announcement announced;
  private long now;

  /**
   * @param expect how many founders to wait for; 0: found nothing and join what is there
   * @param freshMillis after so long a silence a peer is not counted on any more
   * @param promise what is on disk
   * @param mesh what is on disk
   */
  public Bootstrap(
      PeerId self,
      int expect,
      long freshMillis,
      Optional<FoundingSet> promise,
      Optional<FoundedMesh> mesh) {
    if (expect < 0 || freshMillis < 1) {
      throw new IllegalArgumentException(
          "expect " + expect + " and fresh for " + freshMillis + " ms: both must be positive");
    }
    this.self = self;
    this.expect = expect;
    this.freshMillis = freshMillis;
    this.promise = promise;
    this.promiseStored = promise.isPresent();
    this.mesh = mesh;
    this.meshStored = mesh.isPresent();
    this.announced = announcement();
  }

  /** Begins; given once, before any input. */
  public List<Effect> start(long time) {
    effects.clear();
    now = time;
    effects.add(new Effect.Announce(announced));
    if (mesh.isPresent()) {
      effects.add(new Effect.Founded(mesh.get(), isFounder()));
    } else {
      step();
    }
    return List.copyOf(effects);
  }

  public List<Effect> handle(Input input) {
    effects.clear();
    if (input instanceof Input.AnnouncementReceived received) {
      now = Math.max(now, received.now());
      hear(received.announcement());
    } else if (input instanceof Input.Tick tick) {
      now = Math.max(now, tick.now());
    } else if (input instanceof Input.PromiseStored stored) {
      promiseStored |= promise.filter(stored.promise()::equals).isPresent();
    } else if (input instanceof Input.MeshStored stored) {
      meshIsStored(stored.mesh());
    } else {
      throw new IllegalArgumentException("unknown input " + input);
    }
    step();
    return List.copyOf(effects);
  }

  /** What this peer says of itself now. */
  public Announcement announcement() {
    return new Announcement(
        self,
        expect,
        candidate,
        promiseStored ? promise : Optional.empty(),
        meshStored ? mesh : Optional.empty());
  }

  /** What the bootstrap is waiting for, for people. */
  public String status() {
    if (meshStored) {
      return "belongs to mesh " + mesh.orElseThrow().id();
    }
    if (promise.isPresent()) {
      FoundingSet set = promise.get();
      return "has promised itself to the founders " + set + " and waits for " + without(set);
    }
    if (expect == 0) {
      return "waits for a contact that belongs to a mesh";
    }
    return "waits for "
        + expect
        + " founders; heard of "
        + (1 + freeToFound().size())
        + " with itself";
  }

  private void hear(Announcement said) {
    boolean room = heard.size() < MAX_HEARD || heard.containsKey(said.peer());
    if (mesh.isPresent() || said.peer().equals(self) || !room) {
      return;
    }
    Heard before = heard.get(said.peer());
    boolean late =
        before != null
            && before.announcement().promise().isPresent()
            && said.promise().isEmpty()
            && said.mesh().isEmpty();
    if (!late) { // a promise is never taken back: what says less was overtaken on its way
      heard.put(said.peer(), new Heard(said, now));
    }
    if (said.mesh().isEmpty() && said.expect() != expect && said.expect() > 0 && expect > 0) {
      warn(
          "peer "
              + said.peer()
              + " expects "
              + said.expect()
              + " founders and this peer "
              + expect
              + ": they cannot found a mesh together; start all founders with the same --expect");
    }
  }

  /** Goes as far as what is known allows. */
  private void step() {
    if (mesh.isEmpty()) {
      heard.values().removeIf(said -> now - said.at() > freshMillis);
      joinWhatIsFounded();
    }
    if (mesh.isEmpty() && promise.isPresent()) {
      found();
    } else if (mesh.isEmpty()) {
      candidate = candidate();
      candidate.filter(this::mayPromise).ifPresent(this::promise);
    }
    Announcement saying = announcement();
    if (!saying.equals(announced)) {
      announced = saying;
      effects.add(new Effect.Announce(saying));
    }
  }

  private void joinWhatIsFounded() {
    for (Heard said : heard.values()) {
      if (mesh.isEmpty() && said.announcement().mesh().isPresent()) {
        join(said.announcement().mesh().get());
      }
    }
  }

  private void join(FoundedMesh other) {
    FoundingSet founders = other.founders();
    if (founders.contains(self)) {
      if (promise.isEmpty() || !promise.get().equals(founders)) {
        stuck(
            "the founders "
                + founders
                + " of mesh "
                + other.id()
                + " include this peer, but its data folder does not know it: it was lost or"
                + " restored from an old copy; give this peer a new, empty data folder");
      } else if (promiseStored) {
        belongTo(other);
      }
    } else if (promise.isEmpty() || promise.get().overlaps(founders)) {
      belongTo(other);
    } else {
      stuck(
          "this peer has promised to found a mesh with "
              + promise.get()
              + " and now hears of mesh "
              + other.id()
              + ", founded by "
              + founders
              + ": correct its seeds, or give it a new, empty data folder to join that mesh");
    }
  }

  private void belongTo(FoundedMesh joined) {
    mesh = Optional.of(joined);
    effects.add(new Effect.StoreMesh(joined));
  }

  private void meshIsStored(FoundedMesh stored) {
    if (!meshStored && mesh.filter(stored::equals).isPresent()) {
      meshStored = true;
      heard.clear();
      effects.add(new Effect.Founded(stored, isFounder()));
    }
  }

  private void found() {
    FoundingSet set = promise.get();
    if (promiseStored && set.members().stream().allMatch(m -> m.equals(self) || stands(m, set))) {
      belongTo(FoundedMesh.by(set));
    }
  }

  private void promise(FoundingSet set) {
    promise = Optional.of(set);
    effects.add(new Effect.StorePromise(set));
  }

  /**
   * The set to found with: the lowest one that others have begun to promise, or else the lowest
   * peers that are free. While others found a set without this peer, none.
   */
  private Optional<FoundingSet> candidate() {
    if (expect == 0) {
      return Optional.empty();
    }
    List<FoundingSet> begun =
        heard.values().stream()
            .flatMap(said -> said.announcement().promise().stream())
            .filter(set -> set.size() == expect && canBeCompleted(set))
            .sorted()
            .toList();
    if (!begun.isEmpty()) {
      return begun.stream().filter(set -> set.contains(self)).findFirst();
    }
    TreeSet<PeerId> free = new TreeSet<>(freeToFound());
    free.add(self);
    return free.size() < expect
        ? Optional.empty()
        : Optional.of(FoundingSet.of(free.stream().limit(expect).toList()));
  }

  /** Whether every member is there and none has promised itself to another set. */
  private boolean canBeCompleted(FoundingSet set) {
    return set.members().stream()
        .allMatch(
            member ->
                member.equals(self)
                    || (heard.containsKey(member)
                        && heard.get(member).announcement().promise().stream()
                            .allMatch(set::equals)));
  }

  private boolean mayPromise(FoundingSet set) {
    if (!set.contains(self)) {
      return false;
    }
    boolean first = set.members().get(0).equals(self);
    for (PeerId member : set.members()) {
      boolean agrees =
          member.equals(self)
              || stands(member, set)
              || (first && announcementOf(member).candidate().filter(set::equals).isPresent());
      if (!agrees && (first || member.compareTo(self) < 0)) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@code member} is known to have promised itself to {@code set}. */
  private boolean stands(PeerId member, FoundingSet set) {
    return announcementOf(member).promise().filter(set::equals).isPresent();
  }

  private Announcement announcementOf(PeerId peer) {
    Heard said = heard.get(peer);
    return said != null
        ? said.announcement()
        : new Announcement(peer, 0, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private Collection<PeerId> freeToFound() {
    return heard.values().stream()
        .map(Heard::announcement)
        .filter(said -> said.expect() == expect)
        .filter(said -> said.promise().isEmpty() && said.mesh().isEmpty())
        .map(Announcement::peer)
        .toList();
  }

  private List<PeerId> without(FoundingSet set) {
    return set.members().stream().filter(m -> !m.equals(self) && !stands(m, set)).toList();
  }

  private boolean isFounder() {
    return mesh.orElseThrow().founders().contains(self);
  }

  private void warn(String message) {
    if (once.isNew(message)) {
      effects.add(new Effect.Warn(message));
    }
  }

  private void stuck(String message) {
    if (once.isNew(message)) {
      effects.add(new Effect.Stuck(message));
    }
  }
}
