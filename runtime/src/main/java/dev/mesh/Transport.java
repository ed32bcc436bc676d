package dev.mesh;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import dev.mesh.replication.GroupSettings;
import dev.mesh.task.LedgerSettings;
import java.util.stream.LongStream;

/** What the mesh needs of Pekko's remoting: a message that does not fit in a frame is dropped. */
final class Transport {
  private static final String FRAME = "pekko.remote.artery.advanced.maximum-frame-size";

  /** Headers, names and numbers beside the bytes that are bounded by settings. */
  private static final long SLACK = 64 * 1024;

  private Transport() {}

  /**
   * Checks that frames hold the largest message of the mesh.
   *
   * @throws ConfigException naming the key, the value and what is needed
   */
  static void check(Config config, GroupSettings replication) {
    long frame = config.getBytes(FRAME);
    long largest =
        LongStream.of(
                replication.maxMessageBytes(),
                replication.maxBlockBytes(),
                replication.raft().maxBytesPerAppend(),
                replication.snapshotChunkBytes(),
                config.getBytes("mesh.replication.max-command-bytes"),
                LedgerSettings.MAX_BATCH_BYTES)
            .max()
            .orElseThrow();
    if (frame < largest + SLACK) {
      throw new ConfigException.BadValue(
          FRAME, "is " + frame + ": the mesh needs " + (largest + SLACK) + " bytes or more");
    }
  }
}
