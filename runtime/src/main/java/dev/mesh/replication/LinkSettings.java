package dev.mesh.replication;

import com.typesafe.config.Config;
import dev.mesh.Checked;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.replication.link.LinkTls;
import dev.mesh.replication.link.Links;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** {@code mesh.replication.link} in {@code reference.conf}, which says what each value means. */
public record LinkSettings(int port, int maxUnsentBytes, Duration connectTimeout) {
  private static final int MIB = 1024 * 1024;

  static LinkSettings of(Checked link) {
    return new LinkSettings(
        link.integer("port", 0, 65_535),
        (int) link.bytes("max-unsent-bytes", MIB, 1024L * MIB),
        link.duration("connect-timeout", Duration.ofMillis(10), Duration.ofMinutes(1)));
  }

  /** Streams listen where remoting does, and are secured as it is. */
  Links.Settings settings(ActorSystem<?> system, MeshId mesh, PeerId self, int maxFrameBytes) {
    Config artery = system.settings().config().getConfig("pekko.remote.artery");
    String bind = artery.getString("bind.hostname");
    return new Links.Settings(
        mesh,
        self,
        bind.isEmpty() ? artery.getString("canonical.hostname") : bind,
        port,
        maxFrameBytes,
        maxUnsentBytes,
        connectTimeout,
        LinkTls.of(Adapter.toClassic(system)));
  }
}
