package dev.mesh.persistence.local;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mesh.persistence.contract.SnapshotStoreContract;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

class LocalSnapshotStoreTest extends SnapshotStoreContract {
  @TempDir static Path folder;

  @Override
  protected Config config() {
    return ConfigFactory.parseMap(Map.of("mesh.data-dir", folder.toString()));
  }

  @Override
  protected String pluginId() {
    return "mesh.persistence.local.snapshot-store";
  }
}
