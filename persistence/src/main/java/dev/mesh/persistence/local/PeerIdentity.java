package dev.mesh.persistence.local;

import dev.mesh.protocols.PeerId;
import dev.mesh.protocols.membership.FoundingSet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What a peer is told once and remembers for good: its id, its mesh, its promises. Writes wait for
 * the disk, so they are for starting up, not for actors. Thread-safe, except that two first calls
 * of {@link #peerId} must not race.
 */
public final class PeerIdentity {
  private static final int VERSION = 1;
  private static final String PEER = "peer-id";

  private static final String FOUNDERS = "mesh";

  private final Store store;

  public PeerIdentity(Store store) {
    this.store = store;
  }

  /** The id in the folder, or one made now and written there. */
  public PeerId peerId(Supplier<PeerId> whenNew) {
    Optional<PeerId> known = peerId(store);
    if (known.isPresent()) {
      return known.get();
    }
    PeerId made = whenNew.get();
    putMeta(PEER, made.value().getBytes(StandardCharsets.UTF_8));
    return made;
  }

  /**
   * Makes sure that the folder is this peer's: a new folder becomes so.
   *
   * @throws StoreException if it belongs to another peer
   */
  public void claim(PeerId expected) {
    PeerId found = peerId(() -> expected);
    if (!found.equals(expected)) {
      throw new StoreException(
          "data folder %s belongs to peer '%s', not to '%s'; start this peer with its own folder (mesh.data-dir) or under its own name"
              .formatted(store.folder(), found, expected));
    }
  }

  /** The id that is written in a store. */
  public static Optional<PeerId> peerId(StoreReader store) {
    return meta(store, PEER).map(id -> new PeerId(text(id)));
  }

  /** Who founded the mesh that the peer belongs to; empty while it belongs to none. */
  public static Optional<FoundingSet> founders(StoreReader store) {
    return meta(store, FOUNDERS)
        .map(ids -> FoundingSet.of(text(ids).lines().map(PeerId::new).toList()));
  }

  /** As {@link #founders(StoreReader)}, of this peer. */
  public Optional<FoundingSet> founders() {
    return founders(store);
  }

  /** Remembers who founded the mesh that this peer belongs to; returns when it is on disk. */
  public void putFounders(FoundingSet founders) {
    String ids = founders.members().stream().map(PeerId::value).collect(Collectors.joining("\n"));
    putMeta(FOUNDERS, ids.getBytes(StandardCharsets.UTF_8));
  }

  /** A remembered value. */
  public Optional<byte[]> meta(String key) {
    return meta(store, key);
  }

  private static Optional<byte[]> meta(StoreReader store, String key) {
    byte[] place = place(key);
    return Optional.ofNullable(store.get(Space.META, place))
        .map(
            record -> {
              ByteBuffer payload = Records.open(record, VERSION, store, Space.META, place);
              byte[] value = new byte[payload.remaining()];
              payload.get(value);
              return value;
            });
  }

  /** Remembers a value; returns when it is on disk. */
  public void putMeta(String key, byte[] value) {
    store.writeNow(new Batch().put(Space.META, place(key), Records.seal(VERSION, value)));
  }

  private static byte[] place(String key) {
    return ("identity/" + key).getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
