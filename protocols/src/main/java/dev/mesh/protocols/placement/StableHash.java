package dev.mesh.protocols.placement;

import java.nio.charset.StandardCharsets;

/** A hash of texts that is the same at every peer, in every release; it is no defence. */
public final class StableHash {
  private static final long OFFSET_BASIS = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private StableHash() {}

  /** FNV-1a over the UTF-8 of the texts, each ended by a byte that UTF-8 does not use, mixed. */
  public static long of(String... texts) {
    long hash = OFFSET_BASIS;
    for (String text : texts) {
      for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
        hash = (hash ^ (b & 0xff)) * PRIME;
      }
      hash = (hash ^ 0xff) * PRIME;
    }
    return mix(hash);
  }

  /** Spreads each bit over all: FNV alone leaves the high bits of short texts alike. */
  private static long mix(long hash) {
    long mixed = (hash ^ (hash >>> 32)) * 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 29)) * 0xbf58476d1ce4e5b9L;
    return mixed ^ (mixed >>> 32);
  }
}
