package dev.mesh.protocols.membership;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.placement.StableHash;

/**
 * Where peers stand on a ring of hashes. A peer's successor is the one at the least distance {@code
 * ahead} of it. Distances are unsigned.
 */
final class RingPosition {
  private RingPosition() {}

  static long of(PeerId peer) {
    return StableHash.of(peer.value());
  }

  static long ahead(long from, long to) {
    return to - from;
  }

  static long behind(long from, long to) {
    return from - to;
  }

  /** The way round is taken that is shorter. */
  static long distance(long from, long to) {
    long ahead = ahead(from, to);
    long behind = behind(from, to);
    return isLess(ahead, behind) ? ahead : behind;
  }

  static boolean isLess(long distance, long other) {
    return Long.compareUnsigned(distance, other) < 0;
  }
}
