package dev.mesh.protocols.membership;

import dev.mesh.protocols.MeshId;

/**
 * A mesh that exists: every founder has promised itself to it.
 *
 * @param id what {@link MeshId#of} makes of the founders
 */
public record FoundedMesh(MeshId id, FoundingSet founders) {
  public FoundedMesh {
    if (!id.equals(MeshId.of(founders.members()))) {
      throw new IllegalArgumentException(
          "mesh id " + id + " is not the one that " + founders + " make");
    }
  }

  public static FoundedMesh by(FoundingSet founders) {
    return new FoundedMesh(MeshId.of(founders.members()), founders);
  }
}
