package dev.mesh.persistence.local;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.contract.JournalContract;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

class LocalJournalTest extends JournalContract {
  @TempDir static Path folder;

  @Override
  protected Config config() {
    return ConfigFactory.parseMap(Map.of("mesh.data-dir", folder.toString()));
  }

  @Override
  protected String pluginId() {
    return "mesh.persistence.local.journal";
  }
}
