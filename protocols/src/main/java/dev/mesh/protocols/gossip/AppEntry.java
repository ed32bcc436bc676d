package dev.mesh.protocols.gossip;

import dev.mesh.protocols.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What an application has published under a key, or that it was deleted.
 *
 * @param stamp its version's counter is the writer's clock in milliseconds, but always more than
 *     that of what the writer saw under the key before (a hybrid logical clock, Kulkarni et al.
 *     2014)
 * @param value empty: a tombstone
 */
public record AppEntry(String key, Stamp stamp, Optional<Bytes> value) implements Gossiped {
  private static final int FIXED_BYTES = 160;

  @Override
  public String name() {
    return key;
  }

  public boolean isTombstone() {
    return value.isEmpty();
  }

  /** Milliseconds since it was written, by {@code now} of the asking peer's clock. */
  long age(long now) {
    return now - stamp.version().counter();
  }

  @Override
  public int weight() {
    return FIXED_BYTES
        + keyBytes()
        + stamp.writer().value().length()
        + value.map(Bytes::length).orElse(0);
  }

  int keyBytes() {
    return key.getBytes(StandardCharsets.UTF_8).length;
  }
}
