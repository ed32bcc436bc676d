package dev.mesh.persistence.local;

import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.WALRecoveryMode;

/** RocksDB set for a small machine, and for a log that loses nothing in silence. */
final class RocksOptions implements AutoCloseable {
  private static final int BITS_PER_KEY = 10;
  private static final int BACKGROUND_JOBS = 2;
  private static final int BUFFERS_IN_MEMORY = 4;
  private static final long BLOCK_BYTES = 16 << 10;
  private static final long INFO_LOG_BYTES = 1 << 20;
  private static final int INFO_LOGS = 2;

  // Refuses a log that is missing or shorter than what was synced; the Java API has no setter.
  private static final Properties KNOW_THE_LOGS = new Properties();

  static {
    RocksDB.loadLibrary();
    KNOW_THE_LOGS.setProperty("track_and_verify_wals_in_manifest", "true");
  }

  private final Cache cache;
  private final BloomFilter bloom;
  private final ColumnFamilyOptions family;
  private final DBOptions db;

  RocksOptions(StoreSettings settings) {
    cache = new LRUCache(settings.cacheBytes());
    bloom = new BloomFilter(BITS_PER_KEY);
    family =
        new ColumnFamilyOptions()
            .setWriteBufferSize(settings.writeBufferBytes())
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setBlockSize(BLOCK_BYTES)
                    .setFilterPolicy(bloom)
                    .setCacheIndexAndFilterBlocks(true));
    db =
        DBOptions.getDBOptionsFromProps(KNOW_THE_LOGS)
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setParanoidChecks(true)
            // A log that breaks off is cut; damage with records after it refuses to open.
            .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
            .setMaxTotalWalSize(settings.maxLogBytes())
            .setDbWriteBufferSize(BUFFERS_IN_MEMORY * settings.writeBufferBytes())
            .setMaxBackgroundJobs(BACKGROUND_JOBS)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
            .setMaxLogFileSize(INFO_LOG_BYTES)
            .setKeepLogFileNum(INFO_LOGS)
            .setStatsDumpPeriodSec(0)
            .setStatsPersistPeriodSec(0);
  }

  ColumnFamilyOptions family() {
    return family;
  }

  DBOptions db() {
    return db;
  }

  @Override
  public void close() {
    db.close();
    family.close();
    bloom.close();
    cache.close();
  }
}
