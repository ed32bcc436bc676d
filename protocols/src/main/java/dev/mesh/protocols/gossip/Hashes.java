package dev.mesh.protocols.gossip;

/** The 64-bit hashes that trees are made of. The same at all peers; no defence against malice. */
final class Hashes {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private Hashes() {}

  /** FNV-1a over the characters, mixed so that all digits are even. */
  static long of(String text) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return mix(hash);
  }

  /** Of what is held under a name, at its version. */
  static long of(long hashedName, Stamp stamp) {
    long hash = mix(hashedName ^ stamp.version().incarnation());
    hash = mix(hash ^ stamp.version().counter());
    return mix(hash ^ of(stamp.writer().value()));
  }

  /** Spreads every bit of the input over all of the output (the finalizer of MurmurHash3). */
  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
