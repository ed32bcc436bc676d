package dev.mesh.persistence.local;

import java.util.List;
import org.rocksdb.RocksDBException;

/** What the group commit writes to. Used by the writer thread alone. */
@FunctionalInterface
interface Engine {
  /**
   * Writes all batches as one, and syncs if asked. After an exception nothing is known of what is
   * on disk.
   */
  void write(List<Batch> batches, boolean sync) throws RocksDBException;
}
