package dev.mesh.protocols.gossip;

/**
 * How gossip spreads.
 *
 * @param fanout peers that hear from this one in a round, 1 to 16
 * @param rumourFactor news is pushed in this many times log2(peers + 1) rounds, 0 to 16; 0: digests
 *     alone spread it
 * @param maxMessageBytes the size at which messages are split, at least 4 KiB; below the
 *     transport's frame
 */
public record GossipSettings(int fanout, int rumourFactor, int maxMessageBytes) {
  public GossipSettings {
    if (fanout < 1 || fanout > 16) {
      throw new IllegalArgumentException("gossip fanout " + fanout + " is not in 1..16");
    }
    if (rumourFactor < 0 || rumourFactor > 16) {
      throw new IllegalArgumentException(
          "gossip rumour factor " + rumourFactor + " is not in 0..16");
    }
    if (maxMessageBytes < 4096) {
      throw new IllegalArgumentException(
          "gossip messages of " + maxMessageBytes + " bytes are too small: give at least 4096");
    }
  }
}
