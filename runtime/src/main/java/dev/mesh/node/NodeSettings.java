package dev.mesh.node;

import com.typesafe.config.Config;
import dev.mesh.persistence.Checked;
import java.time.Duration;

/**
 * How the process of a peer ends: {@code mesh.node} in {@code reference.conf}, which says what each
 * value means and its unit.
 */
record NodeSettings(boolean leaveOnStop, Duration leaveTimeout) {
  static NodeSettings of(Config root) {
    Checked node = Checked.section(root, "mesh.node");
    return new NodeSettings(
        node.config().getBoolean("leave-on-stop"),
        node.duration("leave-timeout", Duration.ofMillis(100), Duration.ofHours(1)));
  }
}
