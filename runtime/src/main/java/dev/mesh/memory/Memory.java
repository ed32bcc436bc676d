package dev.mesh.memory;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * One namespace of the memory that all peers share. Writes, and reads unless they are asked to be
 * {@link Consistency#STALE}, are linearizable: each takes effect at one moment between call and
 * answer, for all peers alike. A write is answered once it is on disk at a majority.
 *
 * <p>Every write of a key gives it a greater version, over deletions too; compare-and-set goes by
 * it. A time to live counts from the clock of the peer that puts; the entry is removed by the peer
 * that leads the namespace's group, within about a second of its own clock, and is seen until then.
 *
 * <p>Keys are not empty; their length and that of values is bounded by {@code mesh.memory}, and so
 * is what the group that keeps a namespace may hold: a write that would add more fails with {@link
 * MemoryException.Code#FULL}, while one that adds nothing, and a deletion, is always taken.
 * Thread-safe; nothing here blocks. Every stage fails with {@link MemoryException}, which says why
 * and whether the outcome is known.
 */
public interface Memory {

  /** The most entries that {@link #list} gives at once. */
  int MAX_LIST = 1000;

  /** As the version that {@link #compareAndSet} expects: nothing is under the key. */
  long ABSENT = 0;

  String namespace();

  /** Puts a value, whatever was there; gives its version. */
  default CompletionStage<Long> put(String key, byte[] value) {
    return write(key, value, Write.ALWAYS);
  }

  /** As {@link #put(String, byte[])}, for {@code ttl}: more than nothing, at most 1000 years. */
  default CompletionStage<Long> put(String key, byte[] value, Duration ttl) {
    return write(key, value, Write.ALWAYS.expiringIn(ttl));
  }

  /**
   * Puts a value if the key has the version {@code expected}, or if nothing is there and that is
   * {@link #ABSENT}; gives the new version. Fails with {@link MismatchException} otherwise.
   */
  default CompletionStage<Long> compareAndSet(String key, long expected, byte[] value) {
    return write(key, value, Write.ifVersion(expected));
  }

  /** Puts a value under the conditions of {@code how}; gives its version. The array is copied. */
  CompletionStage<Long> write(String key, byte[] value, Write how);

  /** What is under the key. */
  default CompletionStage<Optional<Entry>> get(String key) {
    return get(key, Consistency.LINEARIZABLE);
  }

  CompletionStage<Optional<Entry>> get(String key, Consistency consistency);

  /** Deletes what is under the key; gives whether there was anything. */
  CompletionStage<Boolean> delete(String key);

  /**
   * Deletes what is under the key if it has the version {@code expected}. Fails with {@link
   * MismatchException} otherwise, and also where nothing is there.
   */
  CompletionStage<Boolean> delete(String key, long expected);

  /** Entries whose keys begin with a prefix, in the order of the bytes of their UTF-8. */
  CompletionStage<Listing> list(Listing.Query query);

  /** How full the group that keeps this namespace is, as the nearest replica has it. */
  CompletionStage<Usage> usage();

  /**
   * Changes of keys that begin with {@code prefix}, for as long as the source runs: first a {@link
   * Change.Kind#PUT} for each entry that is there, then {@link Change.Kind#READY}, then what
   * happens. Every key's latest state is told, in order; what was overtaken meanwhile may be left
   * out. A watcher that falls too far behind is told to begin again, see {@link
   * Change.Kind#RESTART}. Changes are seen once this peer's replica has them, and looked for every
   * {@code mesh.memory.watch-interval}. While no replica answers, the source waits.
   *
   * @param since the revision of a change that was told before, to go on behind it; empty to begin
   */
  Source<Change, NotUsed> watch(String prefix, Optional<Long> since);

  /** As {@link #watch(String, Optional)}, from the beginning. */
  default Source<Change, NotUsed> watch(String prefix) {
    return watch(prefix, Optional.empty());
  }
}
