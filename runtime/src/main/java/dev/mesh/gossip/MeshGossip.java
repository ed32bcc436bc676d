package dev.mesh.gossip;

import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;
import java.util.function.DoubleSupplier;

/**
 * Small values that all peers come to hold, without a majority and without waiting for one: each
 * peer reads what it has heard so far, writes at once, and goes on doing both when it is cut off.
 * News reaches all peers in a number of rounds ({@code mesh.gossip.interval}) that grows with the
 * logarithm of their number. Of writes to one key the latest by the writers' clocks wins at every
 * peer, whatever the others were; two that know of each other are never confused. What is to be
 * agreed on or kept belongs in {@link dev.mesh.memory.Memory}: entries live in the peers' heaps and
 * last as long as any of them that has heard of them.
 *
 * <p>Bounds are in {@code mesh.gossip}: number of entries, length of keys and values. Thread-safe;
 * nothing here blocks.
 */
public interface MeshGossip {

  /** Hears of changes. One call at a time; it may block, and then hears the latest of each key. */
  @FunctionalInterface
  interface Listener {
    /**
     * Something changed.
     *
     * @param value empty: the entry was deleted
     */
    void changed(String key, Optional<byte[]> value);
  }

  /** Ends with {@link #close}, after which at most one more call is made. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Puts a value under a key. Completes when this peer holds it; it spreads from then on. Fails
   * with {@link GossipException} if it is over the bounds, or if this peer does not gossip yet.
   */
  CompletionStage<Void> publish(String key, byte[] value);

  /** Deletes what is under a key, everywhere; completes and fails as {@link #publish}. */
  CompletionStage<Void> delete(String key);

  /** What this peer has heard under the key. */
  Optional<byte[]> get(String key);

  /** What this peer has heard, under keys that begin with {@code prefix}. Takes O(n). */
  SortedMap<String, byte[]> list(String prefix);

  /**
   * Has a listener told what this peer has heard under keys that begin with {@code prefix}, and
   * then each change. A listener that is slow is told only the latest of each key.
   *
   * @throws IllegalStateException if there are 1000 subscriptions already
   */
  Subscription subscribe(String prefix, Listener listener);

  /**
   * Has this peer take part in an aggregate, which {@code Mesh.aggregate(name)} tells at all peers.
   *
   * @param value asked in every round; thread-safe, quick. What is no finite number is left out
   * @throws IllegalArgumentException if the name is {@code load}, which the mesh gives, or not 1 to
   *     100 characters, or if there are 16 aggregates at this peer already
   */
  void contribute(String name, DoubleSupplier value);
}
