package dev.mesh.persistence.replicated.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.contract.JournalContract;
import java.nio.file.Path;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.io.TempDir;

class ReplicatedJournalTest extends JournalContract {
  @TempDir static Path folder;

  @Override
  protected Config config() {
    return ConfigFactory.empty();
  }

  @Override
  protected String pluginId() {
    return "mesh.persistence.replicated.journal";
  }

  @Override
  protected void started(ActorSystem system) {
    new LocalGroup(folder).serve(system);
  }
}
