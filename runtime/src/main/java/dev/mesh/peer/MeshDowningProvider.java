package dev.mesh.peer;

import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.DowningProvider;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;

/**
 * The downing provider of launched nodes. It starts no actor of its own: {@link PartitionActor},
 * who knows the registry, removes what the majority has lost. Set it as {@code
 * pekko.cluster.downing-provider-class}.
 */
public final class MeshDowningProvider extends DowningProvider {
  private final ActorSystem system;

  public MeshDowningProvider(ActorSystem system) {
    this.system = system;
  }

  @Override
  public FiniteDuration downRemovalMargin() {
    return Cluster.get(system).settings().DownRemovalMargin();
  }

  @Override
  public Option<Props> downingActorProps() {
    return Option.empty();
  }
}
