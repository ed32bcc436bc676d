package dev.mesh.replication;

import com.typesafe.config.Config;
import dev.mesh.persistence.Checked;
import dev.mesh.protocols.MeshId;
import dev.mesh.protocols.PeerId;
import dev.mesh.replication.link.LinkTls;
import dev.mesh.replication.link.Links;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;

/** {@code mesh.replication.link} in {@code reference.conf}, which says what each value means. */
public record LinkSettings(
    int port, int maxUnsentBytes, Duration connectTimeout, Duration beat, Duration silence) {
  private static final int MIB = 1024 * 1024;

  public LinkSettings {
    if (silence.compareTo(beat.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "mesh.replication.link.silence of "
              + silence
              + " is under twice the beat-interval of "
              + beat
              + ": raise the one or lower the other");
    }
  }

  static LinkSettings of(Checked link) {
    return new LinkSettings(
        link.integer("port", 0, 65_535),
        (int) link.bytes("max-unsent-bytes", MIB, 1024L * MIB),
        link.duration("connect-timeout", Duration.ofMillis(10), Duration.ofMinutes(1)),
        link.duration("beat-interval", Duration.ofMillis(10), Duration.ofMinutes(1)),
        link.duration("silence", Duration.ofMillis(20), Duration.ofMinutes(5)));
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
        beat,
        silence,
        LinkTls.of(Adapter.toClassic(system)));
  }
}
