package dev.mesh.persistence.local;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;

/**
 * The bounds of a store.
 *
 * @param cacheBytes blocks of files kept in memory, shared by all spaces
 * @param writeBufferBytes changes kept in memory for each space before they go to a sorted file
 * @param maxLogBytes length of the write-ahead log at which old changes are moved to sorted files
 * @param maxWaitingBytes bytes of writes that may wait for the disk; more are refused
 * @param maxWaitingWrites writes that may wait for the disk; more are refused
 */
public record StoreSettings(
    long cacheBytes,
    long writeBufferBytes,
    long maxLogBytes,
    long maxWaitingBytes,
    int maxWaitingWrites) {

  public StoreSettings {
    atLeastOne("block-cache", cacheBytes);
    atLeastOne("write-buffer", writeBufferBytes);
    atLeastOne("max-log", maxLogBytes);
    atLeastOne("max-waiting-bytes", maxWaitingBytes);
    atLeastOne("max-waiting-writes", maxWaitingWrites);
  }

  /** Reads {@code mesh.store} of an application's configuration. */
  public static StoreSettings of(Config application) {
    Config config = application.getConfig("mesh.store");
    return new StoreSettings(
        config.getBytes("block-cache"),
        config.getBytes("write-buffer"),
        config.getBytes("max-log"),
        config.getBytes("max-waiting-bytes"),
        config.getInt("max-waiting-writes"));
  }

  private static void atLeastOne(String key, long value) {
    if (value < 1) {
      throw new ConfigException.BadValue(
          "mesh.store." + key, "is " + value + ": give a number over 0");
    }
  }
}
