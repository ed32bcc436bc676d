/**
 * What every Pekko Persistence plugin must do, as tests that a plugin's own test class extends:
 * {@link dev.mesh.persistence.contract.JournalContract} and {@link
 * dev.mesh.persistence.contract.SnapshotStoreContract}.
 */
package dev.mesh.persistence.contract;
