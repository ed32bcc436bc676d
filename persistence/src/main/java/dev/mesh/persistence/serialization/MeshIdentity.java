package dev.mesh.persistence.serialization;

import dev.mesh.protocols.MeshId;
import java.util.Objects;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;

/**
 * The mesh that this actor system belongs to, {@link MeshId#NONE} until it belongs to one. A Pekko
 * extension; thread-safe.
 */
public final class MeshIdentity implements Extension {
  private static final Id ID = new Id();

  private volatile MeshId meshId = MeshId.NONE;

  private MeshIdentity() {}

  public static MeshIdentity get(ClassicActorSystemProvider system) {
    return ID.get(system);
  }

  public MeshId meshId() {
    return meshId;
  }

  /** To be called once the peer knows its mesh; messages sent from then on carry this id. */
  public void set(MeshId meshId) {
    this.meshId = Objects.requireNonNull(meshId);
  }

  private static final class Id extends AbstractExtensionId<MeshIdentity> {
    @Override
    public MeshIdentity createExtension(ExtendedActorSystem system) {
      return new MeshIdentity();
    }
  }
}
