/**
 * The peer's one store on disk, and an ordinary Pekko Persistence journal and snapshot store on it.
 *
 * <p>Begin with {@link dev.mesh.persistence.local.Store}: a RocksDB in the peer's data folder,
 * owned by the process, written by one thread that syncs once for all that waits. {@code
 * LocalJournal} and {@code LocalSnapshotStore} are the plugins; {@code StoreExtension} tells them
 * which store is theirs.
 */
package dev.mesh.persistence.local;
