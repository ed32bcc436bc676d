package dev.mesh.protocols.gossip;

import dev.mesh.protocols.Bytes;
import java.util.Optional;

/**
 * How gossip spreads, and its bounds.
 *
 * @param fanout peers that hear the rumours of this one in a round, 1 to 16
 * @param rumourFactor a peer sends a rumour this many times log2(peers + 1) times in all, 0 to 16;
 *     0: anti-entropy alone spreads it
 * @param antiEntropyRounds states are compared with one peer every so many rounds, 1 to 100
 * @param maxMessageBytes the size at which messages are split, 8 KiB to 512 KiB; below the
 *     transport's frame
 * @param maxPeers peers whose facts are held; those of more are not taken
 * @param maxEntries application entries that are held, deleted ones included until they are
 *     collected; more are refused, and not taken from others
 * @param maxKeyBytes the longest key of an application entry, in UTF-8
 * @param maxValueBytes the largest value of an application entry
 * @param tombstoneMillis how long a deleted entry spreads as such; see {@link AppEntries}
 */
public record GossipSettings(
    int fanout,
    int rumourFactor,
    int antiEntropyRounds,
    int maxMessageBytes,
    int maxPeers,
    int maxEntries,
    int maxKeyBytes,
    int maxValueBytes,
    long tombstoneMillis) {
  /** The most that {@code maxMessageBytes} can be. */
  public static final int MAX_MESSAGE_BYTES = 512 * 1024;

  /** The most that {@code maxPeers} can be. */
  static final int MAX_PEERS = 1_000_000;

  private static final int MIN_MESSAGE_BYTES = 8 * 1024;
  private static final int OVERHEAD = 512;

  public GossipSettings {
    within("fanout", fanout, 1, 16);
    within("rumour factor", rumourFactor, 0, 16);
    within("anti-entropy rounds", antiEntropyRounds, 1, 100);
    within("max message bytes", maxMessageBytes, MIN_MESSAGE_BYTES, MAX_MESSAGE_BYTES);
    within("max peers", maxPeers, 1, MAX_PEERS);
    within("max entries", maxEntries, 0, 1_000_000);
    within("max key bytes", maxKeyBytes, 1, maxMessageBytes / HashTree.LEAF / 3 - 64);
    within("max value bytes", maxValueBytes, 0, maxMessageBytes - maxKeyBytes - OVERHEAD);
    if (tombstoneMillis < 1) {
      throw new IllegalArgumentException(
          "gossip keeps tombstones for " + tombstoneMillis + " ms: give more than none");
    }
  }

  /** Why an application's entry is too large, or has no key; empty if neither. */
  Optional<String> tooLarge(String key, Optional<Bytes> value) {
    int keyBytes = Bytes.utf8(key).length();
    int valueBytes = value.map(Bytes::length).orElse(0);
    if (keyBytes < 1 || keyBytes > maxKeyBytes) {
      return Optional.of("a key of " + keyBytes + " bytes is not within 1 to " + maxKeyBytes);
    } else if (valueBytes > maxValueBytes) {
      return Optional.of(
          "a value of " + valueBytes + " bytes is over the " + maxValueBytes + " allowed");
    }
    return Optional.empty();
  }

  private static void within(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "gossip " + name + " " + value + " is not in " + min + ".." + max);
    }
  }
}
