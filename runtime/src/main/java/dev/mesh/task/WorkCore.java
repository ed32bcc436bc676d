package dev.mesh.task;

import dev.mesh.task.WorkCommand.Award;
import dev.mesh.task.WorkCommand.AwardKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The rules of a peer's work queue: what it takes, in which order it runs, what it tells the
 * ledgers. Each award is taken once; its end is kept, and told again, until the ledger confirms it.
 * Pure: times are milliseconds. Not thread-safe.
 *
 * <p>Bounds: at most {@code max-held} awards and {@code max-held-bytes}; more are refused, and the
 * ledger gives them to somebody else.
 */
final class WorkCore {
  /** So many confirmed awards are remembered, to know a late duplicate. */
  private static final int MAX_CONFIRMED = 10_000;

  private static final Comparator<Item> BY_ORDER =
      Comparator.comparingInt((Item item) -> -item.award.task().priority())
          .thenComparingLong(item -> item.order);

  private final WorkSettings settings;
  private final long incarnation;
  private final Map<String, Item> items = new HashMap<>();
  private final NavigableSet<Item> waiting = new TreeSet<>(BY_ORDER);
  private final Map<Integer, Notes> notes = new TreeMap<>();
  private final Map<AwardKey, Boolean> confirmed = new Lru();

  /** Handlers that have not returned, whether or not anybody waits for them still. */
  private int running;

  private long taken;
  private long bytes;
  private long succeeded;
  private long failed;

  WorkCore(WorkSettings settings, long incarnation) {
    this.settings = settings;
    this.incarnation = incarnation;
  }

  /** Takes awards; gives the runs that are superseded by them and are to be stopped. */
  List<AwardKey> assign(WorkCommand.Assign assign, Set<String> kinds, long now) {
    List<AwardKey> superseded = new ArrayList<>();
    for (Award award : assign.awards()) {
      Item known = items.get(award.task().id());
      if (known != null && known.award.token() >= award.token()) {
        if (known.award.token() == award.token()) {
          notes(assign.ledger()).about(known, now);
        }
        continue;
      }
      if (confirmed.containsKey(award.key())) {
        continue;
      }
      Optional<String> refusal = refusal(award, kinds);
      if (refusal.isPresent()) {
        notes(assign.ledger())
            .refused
            .add(new LedgerCommand.Refused(award.task().id(), award.token(), refusal.get()));
        continue;
      }
      if (known != null) {
        drop(known, superseded);
      }
      take(assign.ledger(), award, now);
    }
    return superseded;
  }

  private Optional<String> refusal(Award award, Set<String> kinds) {
    if (award.incarnation() != incarnation) {
      return Optional.of("the peer was started anew");
    }
    if (!kinds.contains(award.task().kind())) {
      return Optional.of("the peer has no handler for kind '" + award.task().kind() + "'");
    }
    boolean full =
        items.size() >= settings.maxHeld()
            || bytes + award.task().payload().length() > settings.maxHeldBytes();
    return full ? Optional.of("the peer's queue is full") : Optional.empty();
  }

  private void take(int ledger, Award award, long now) {
    Item item = new Item(ledger, award, taken++);
    items.put(award.task().id(), item);
    waiting.add(item);
    bytes += item.bytes();
    notes(ledger).about(item, now);
  }

  /** The tasks that may start now. */
  List<Award> start(long now) {
    List<Award> started = new ArrayList<>();
    while (running < settings.slots() && !waiting.isEmpty()) {
      Item item = waiting.pollFirst();
      item.startedAt = now;
      running++;
      notes(item.ledger).about(item, now);
      started.add(item.award);
    }
    return started;
  }

  /** A handler has come to its end. */
  void ended(AwardKey key, Outcome outcome, long now) {
    running--;
    if (outcome.result().isPresent()) {
      succeeded++;
    } else {
      failed++;
    }
    Item item = items.get(key.id());
    if (item != null && item.award.token() == key.token()) {
      bytes += outcome.bytes();
      item.outcome = Optional.of(outcome);
      notes(item.ledger).about(item, now);
    }
  }

  /** The handler says how far it is. */
  void progress(AwardKey key, String note, long now) {
    Item item = items.get(key.id());
    if (item != null && item.award.token() == key.token()) {
      item.progress = Optional.of(note);
      notes(item.ledger).about(item, now);
    }
  }

  /** The ledger asks after awards. */
  void check(WorkCommand.Check check, long now) {
    for (AwardKey key : check.keys()) {
      Item item = items.get(key.id());
      if (item != null && item.award.token() == key.token()) {
        notes(check.ledger()).about(item, now);
      } else {
        notes(check.ledger())
            .refused
            .add(new LedgerCommand.Refused(key.id(), key.token(), "the peer does not have it"));
      }
    }
  }

  /** Nobody waits for these; gives the runs that are to be stopped. */
  List<AwardKey> revoke(List<AwardKey> keys) {
    List<AwardKey> stop = new ArrayList<>();
    for (AwardKey key : keys) {
      Item item = items.get(key.id());
      if (item != null && item.award.token() == key.token()) {
        drop(item, stop);
      }
    }
    return stop;
  }

  /** The ends of these are decided and need not be told again. */
  void confirm(List<AwardKey> keys) {
    for (AwardKey key : keys) {
      Item item = items.get(key.id());
      if (item != null && item.award.token() == key.token() && item.outcome.isPresent()) {
        drop(item, new ArrayList<>());
        confirmed.put(key, true);
      }
    }
  }

  private void drop(Item item, List<AwardKey> stop) {
    items.remove(item.award.task().id());
    bytes -= item.bytes();
    waiting.remove(item);
    Notes about = notes.get(item.ledger);
    if (about != null) {
      about.items.remove(item.award.task().id());
    }
    if (item.startedAt > 0 && item.outcome.isEmpty()) {
      stop.add(item.award.key());
    }
  }

  /** Has the ends that were not confirmed in time told again. */
  void tick(long now) {
    for (Item item : items.values()) {
      if (item.outcome.isPresent() && item.toldAt + settings.reportAgain().toMillis() <= now) {
        notes(item.ledger).about(item, now);
      }
    }
  }

  /** Whether there is something to tell. */
  boolean hasNotes() {
    return !notes.isEmpty();
  }

  /** Takes out what is to be told, by ledger, in pieces that fit in one message. */
  Map<Integer, List<Told>> takeNotes() {
    Map<Integer, List<Told>> told = new LinkedHashMap<>();
    notes.forEach((ledger, about) -> told.put(ledger, about.cut()));
    notes.clear();
    return told;
  }

  WorkLoad load(Set<String> kinds) {
    int room = Math.max(0, settings.slots() + settings.queue() - running - waiting.size());
    int left = Math.max(0, settings.maxHeld() - items.size());
    return new WorkLoad(
        kinds, settings.slots(), running, waiting.size(), Math.min(room, left), succeeded, failed);
  }

  private Notes notes(int ledger) {
    return notes.computeIfAbsent(ledger, any -> new Notes());
  }

  /** The parts of one report. */
  record Told(
      List<LedgerCommand.Held> held,
      List<LedgerCommand.Ended> ended,
      List<LedgerCommand.Refused> refused) {}

  private static final class Item {
    private final int ledger;
    private final Award award;
    private final long order;
    private long startedAt;
    private long toldAt;
    private Optional<String> progress = Optional.empty();
    private Optional<Outcome> outcome = Optional.empty();

    Item(int ledger, Award award, long order) {
      this.ledger = ledger;
      this.award = award;
      this.order = order;
    }

    long bytes() {
      return award.task().payload().length() + outcome.map(Outcome::bytes).orElse(0L);
    }
  }

  /** What one ledger is to be told: as the items stand when it is told. */
  private static final class Notes {
    private final Map<String, Item> items = new LinkedHashMap<>();
    private final List<LedgerCommand.Refused> refused = new ArrayList<>();

    void about(Item item, long now) {
      item.toldAt = now;
      items.put(item.award.task().id(), item);
    }

    List<Told> cut() {
      List<Told> parts = new ArrayList<>();
      for (List<Item> part : Batches.cut(List.copyOf(items.values()), Notes::weight)) {
        Told told = new Told(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        part.forEach(item -> add(told, item));
        parts.add(told);
      }
      for (List<LedgerCommand.Refused> part :
          Batches.cut(refused, any -> LedgerCommand.HELD_BYTES)) {
        parts.add(new Told(List.of(), List.of(), part));
      }
      return parts;
    }

    private static long weight(Item item) {
      return LedgerCommand.EVENT_BYTES + item.outcome.map(Outcome::bytes).orElse(0L);
    }

    private static void add(Told told, Item item) {
      String id = item.award.task().id();
      long token = item.award.token();
      if (item.outcome.isPresent()) {
        told.ended.add(new LedgerCommand.Ended(id, token, item.outcome.get(), item.startedAt));
      } else {
        told.held.add(new LedgerCommand.Held(id, token, item.startedAt, item.progress));
      }
    }
  }

  private static final class Lru extends LinkedHashMap<AwardKey, Boolean> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<AwardKey, Boolean> eldest) {
      return size() > MAX_CONFIRMED;
    }
  }
}
