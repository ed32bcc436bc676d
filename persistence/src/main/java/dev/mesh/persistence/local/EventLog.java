package dev.mesh.persistence.local;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The events of persistent actors, numbered from 1 for each, and each actor's highest number, which
 * outlives its events. An append whose numbers do not follow the highest is refused, so a second
 * writer of the same id can neither overwrite an event nor leave a gap. Thread-safe.
 */
final class EventLog {
  private static final byte EVENT = 'E';
  private static final byte HIGHEST = 'H';
  private static final int VERSION = 1;

  /** Actors whose numbers are kept in memory; those of others are read when needed. */
  private static final int KNOWN_ACTORS = 10_000;

  /**
   * Events that are stored together or not at all.
   *
   * @param first number of the first
   * @param last number of the last
   * @param records the sealed events, or none if they were rejected: then their numbers are used up
   *     without an event
   */
  record Run(long first, long last, List<byte[]> records) {}

  /** Sees what a replay finds. */
  @FunctionalInterface
  interface Replay {
    void event(long number, byte[] key, byte[] record);
  }

  private static final class Numbers {
    long highest; // of the last event that is stored or on its way
    long used; // as highest, but with rejected ones
    int writing;
  }

  private final Store store;
  private final Map<String, Numbers> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Numbers> eldest) {
          return size() > KNOWN_ACTORS && eldest.getValue().writing == 0;
        }
      };

  EventLog(Store store) {
    this.store = store;
  }

  /** Stores all runs, in order, together; the completion runs on the store's writer thread. */
  void append(String id, List<Run> runs, Completion completion) {
    Numbers numbers = numbers(id);
    StoreException refusal = null;
    synchronized (known) {
      long highest = numbers.highest;
      long used = numbers.used;
      Batch batch = new Batch();
      for (Run run : runs) {
        if (run.first <= highest || run.first > used + 1) {
          refusal = misnumbered(id, run, highest);
          break;
        }
        used = Math.max(used, run.last);
        for (int i = 0; i < run.records.size(); i++) {
          highest = run.first + i;
          batch.put(Space.EVENTS, Keys.of(EVENT, id, highest), run.records.get(i));
        }
      }
      if (refusal == null && !batch.isEmpty()) {
        batch.put(Space.EVENTS, Keys.of(HIGHEST, id), sealed(highest));
        numbers.writing++;
        Completion settled =
            failure -> {
              settle(numbers);
              completion.done(failure);
            };
        if (store.write(batch, Durability.SYNCED, settled)) {
          numbers.highest = highest;
          numbers.used = used;
        }
        return;
      }
      if (refusal == null) {
        numbers.used = used;
      }
    }
    completion.done(refusal);
  }

  private void settle(Numbers numbers) {
    synchronized (known) {
      numbers.writing--;
    }
  }

  private StoreException misnumbered(String id, Run run, long highest) {
    return new StoreException(
        "event %d of '%s' does not follow its last one, %d, in %s: another writer has this id; the actor must recover before it persists again"
            .formatted(run.first, id, highest, store.folder()));
  }

  /**
   * The highest number of an actor, 0 for none, once what is being written for it has ended: an
   * actor that starts anew must not use the numbers of writes that its predecessor left under way.
   */
  CompletionStage<Long> highest(String id) {
    synchronized (known) {
      Numbers numbers = known.get(id);
      if (numbers == null || numbers.writing == 0) {
        return CompletableFuture.completedStage(readHighest(id));
      }
    }
    return store.write(new Batch(), Durability.ORDERED).thenApply(done -> readHighest(id));
  }

  /** Shows the events of {@code [from, to]}, in order, {@code max} at most. */
  void replay(String id, long from, long to, long max, Replay replay) {
    if (max < 1 || from > to) {
      return;
    }
    long[] left = {max};
    store.scan(
        Space.EVENTS,
        Keys.of(EVENT, id, from),
        Keys.of(EVENT, id, to + 1),
        (key, record) -> {
          replay.event(Keys.number(key), key, record);
          return --left[0] > 0;
        });
  }

  /** Deletes all events up to a number, which stays used. */
  CompletionStage<Void> deleteTo(String id, long number) {
    Batch batch =
        new Batch()
            .deleteRange(
                Space.EVENTS, Keys.of(EVENT, id, 0), Keys.of(EVENT, id, Math.max(0, number) + 1));
    return store.write(batch, Durability.SYNCED);
  }

  private Numbers numbers(String id) {
    synchronized (known) {
      Numbers numbers = known.get(id);
      if (numbers != null) {
        return numbers;
      }
    }
    Numbers read = new Numbers(); // outside of the lock, which the writer thread takes
    read.highest = readHighest(id);
    read.used = read.highest;
    synchronized (known) {
      Numbers earlier = known.putIfAbsent(id, read);
      return earlier == null ? read : earlier;
    }
  }

  private long readHighest(String id) {
    byte[] key = Keys.of(HIGHEST, id);
    byte[] record = store.get(Space.EVENTS, key);
    return record == null ? 0 : Records.open(record, VERSION, store, Space.EVENTS, key).getLong();
  }

  private static byte[] sealed(long highest) {
    ByteBuffer record = Records.begin(Long.BYTES).putLong(highest);
    return Records.seal(VERSION, record);
  }
}
