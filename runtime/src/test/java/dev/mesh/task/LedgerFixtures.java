package dev.mesh.task;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import dev.mesh.protocols.PeerId;

/** What the tests of this package share. */
final class LedgerFixtures {
  static final PeerId A = new PeerId("a");
  static final PeerId B = new PeerId("b");

  private LedgerFixtures() {}

  static Config config() {
    return ConfigFactory.load();
  }

  static LedgerSettings settings() {
    return LedgerSettings.of(config());
  }

  static LedgerSettings settings(String key, Object value) {
    return LedgerSettings.of(
        config().withValue("mesh.tasks." + key, ConfigValueFactory.fromAnyRef(value)));
  }

  static WorkSettings workSettings(String key, Object value) {
    return WorkSettings.of(
        config().withValue("mesh.work." + key, ConfigValueFactory.fromAnyRef(value)));
  }

  static Task task(String id) {
    return Task.of("echo").id(id).payload("payload of " + id).build();
  }
}
