package dev.mesh.protocols.gossip;

import dev.mesh.protocols.Bytes;
import dev.mesh.protocols.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What applications have published. The last writer wins: a write is stamped with the writer's
 * clock, or later than what it saw under the key.
 *
 * <p><b>Deleted entries</b> stay dead, and are collected in two steps.
 *
 * <ol>
 *   <li>A tombstone spreads as any entry does, for {@link GossipSettings#tombstoneMillis} from its
 *       stamp. Then it is a grave: it leaves the hash tree, at all peers at about the same time,
 *       and is told to nobody, except to a peer that still speaks of the dead entry.
 *   <li>A grave is forgotten once all peers have been reachable for {@code tombstoneMillis} without
 *       a break: by then each of them has compared its state with others, and holds the entry no
 *       more. While any peer is out of reach, graves are kept; a peer that is struck off the
 *       registry comes back with nothing, and is not waited for.
 * </ol>
 *
 * <p>So {@code tombstoneMillis} is to be a multiple of the time in which news reaches everybody and
 * a dead peer is noticed, and clocks are to differ by less than that. Tombstones and graves count
 * towards {@link GossipSettings#maxEntries}.
 */
final class AppEntries {
  private final PeerId self;
  private final GossipSettings settings;
  private HashTree<AppEntry> tree;

  /** The keys of the tombstones in the tree. */
  private final Set<String> tombstones = new TreeSet<>();

  /** Tombstones that have left the tree. No key is in both. */
  private final Map<String, AppEntry> graves = new HashMap<>();

  AppEntries(PeerId self, GossipSettings settings, HashTree<AppEntry> tree) {
    this.self = self;
    this.settings = settings;
    this.tree = tree;
    tree.forEach(
        entry -> {
          if (entry.isTombstone()) {
            tombstones.add(entry.key());
          }
        });
  }

  HashTree<AppEntry> tree() {
    return tree;
  }

  /** What is known under the key, dead or alive. */
  Optional<AppEntry> held(String key) {
    return tree.get(key).or(() -> Optional.ofNullable(graves.get(key)));
  }

  /** Why this may not be written; empty: it may. */
  Optional<String> refusal(String key, Optional<Bytes> value) {
    return settings
        .tooLarge(key, value)
        .or(
            () ->
                hasRoomFor(key)
                    ? Optional.empty()
                    : Optional.of(
                        "there are "
                            + settings.maxEntries()
                            + " entries: delete some, or raise the bound"));
  }

  private boolean hasRoomFor(String key) {
    return held(key).isPresent() || tree.size() + graves.size() < settings.maxEntries();
  }

  /** What is written now under the key; it is to be {@link #learn}ed. */
  AppEntry next(String key, Optional<Bytes> value, long now) {
    long seen = held(key).map(held -> held.stamp().version().counter()).orElse(Long.MIN_VALUE);
    return new AppEntry(key, new Stamp(new Version(0, Math.max(now, seen + 1)), self), value);
  }

  /** Takes an entry if it is newer than what is held and there is room; gives whether it did. */
  boolean learn(AppEntry told, long now) {
    Optional<AppEntry> held = held(told.key());
    boolean newer = held.isEmpty() || told.stamp().isNewerThan(held.get().stamp());
    boolean tooOld = told.isTombstone() && told.age(now) > settings.tombstoneMillis();
    if (!newer || (tooOld && held.isEmpty()) || refusal(told.key(), told.value()).isPresent()) {
      return false;
    }
    graves.remove(told.key());
    tombstones.remove(told.key());
    if (tooOld) {
      bury(told);
    } else {
      tree = tree.with(told);
      if (told.isTombstone()) {
        tombstones.add(told.key());
      }
    }
    return true;
  }

  /** Tells whoever speaks of a dead entry that it is dead; empty if it is not. */
  Optional<AppEntry> graveOf(AppEntry told) {
    return Optional.ofNullable(graves.get(told.key()))
        .filter(grave -> grave.stamp().isNewerThan(told.stamp()));
  }

  /**
   * To be called in every round.
   *
   * @param reachableSince since when all peers have been reachable without a break; empty: now some
   *     are not
   */
  void collect(long now, Optional<Long> reachableSince) {
    long retention = settings.tombstoneMillis();
    List<AppEntry> old = new ArrayList<>();
    for (String key : tombstones) {
      tree.get(key).filter(tombstone -> tombstone.age(now) > retention).ifPresent(old::add);
    }
    old.forEach(this::bury);
    if (reachableSince.isPresent() && now - reachableSince.get() > retention) {
      graves.values().removeIf(grave -> grave.age(now) > 2 * retention);
    }
  }

  private void bury(AppEntry tombstone) {
    tombstones.remove(tombstone.key());
    tree = tree.without(tombstone.key());
    graves.put(tombstone.key(), tombstone);
  }
}
