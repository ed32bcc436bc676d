package dev.mesh.protocols;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The identity of one mesh, made at bootstrap, stored in every peer's folder and carried by every
 * record and message, so that a peer of another mesh is refused rather than believed.
 *
 * @param value 32 lower-case hexadecimal digits
 */
public record MeshId(String value) {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

  /** What a peer carries before it belongs to a mesh. */
  public static final MeshId NONE = new MeshId("0".repeat(32));

  public MeshId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "mesh id '" + value + "' is not 32 lower-case hexadecimal digits");
    }
  }

  /**
   * The id of the mesh that {@code founders} begin. Peer ids carry randomness of their own, so
   * every founder computes the same id without asking and no two meshes share one.
   */
  public static MeshId of(Collection<PeerId> founders) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (PeerId founder : new TreeSet<>(founders)) {
        digest.update(founder.value().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return new MeshId(HexFormat.of().formatHex(digest.digest(), 0, 16));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
